using DrOrchestrator.Core.Kernel;
using static DrOrchestrator.Core.Health.HostEvent;
using static DrOrchestrator.Core.Health.HostMessage;

namespace DrOrchestrator.Core.Health;

/// <summary>From what was observed to what is done about it. What was observed is in the record beside what was concluded.</summary>
internal static class HostDiagnosing
{
    /// <summary>Where it may be over soon, the host is looked at again after this.</summary>
    public static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(30);

    /// <summary>Further looks in one episode; then a person decides.</summary>
    public const int MostFurtherLooks = 10;

    public static Decision Decide(HostState state, ReportHost report)
    {
        var host = state.Host!.Value;
        var observed = report.Observed;
        var rule = DiagnosisTable.Judge(observed);
        var names = string.Join(", ", state.Conditions.Values.Select(condition => condition.Name).Distinct());
        var fact = $"{names} {rule.Fact(host, observed)}";
        var diagnosed = new HostDiagnosed(rule.Diagnosis, fact, observed.Site, observed) { At = report.At };
        if (rule.Course is Course.Propose)
        {
            return Decision.Of(diagnosed, new RecoveryProposed(new RunId($"{state.Plan!.Name}-{host}-{state.Episode}"), state.Plan, fact) { At = report.At });
        }

        var (why, wayOut) = (rule.Why(host, observed), rule.WayOut(host, observed));
        if (rule.Course is Course.Withhold)
        {
            return Decision.Of(diagnosed, new RecoveryWithheld(new Refusal(why, wayOut)) { At = report.At });
        }

        var until = report.At + LookAgainAfter;
        return Decision.Of(diagnosed, state.FurtherLooks < MostFurtherLooks
            ? new RecoveryPostponed(new Refusal(why, $"It is looked at again at {until:u}. {wayOut}"), until) { At = report.At }
            : new RecoveryWithheld(new Refusal($"{why} It was looked at again {state.FurtherLooks} times.", wayOut)) { At = report.At });
    }
}
