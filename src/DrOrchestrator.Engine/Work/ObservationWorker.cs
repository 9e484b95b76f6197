using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Runs;

namespace DrOrchestrator.Engine.Work;

/// <summary>Looks at hosts, and tells whoever asked what was seen; judging it is not its work.</summary>
internal sealed class ObservationWorker(Reporter reports, ScopeReader scopes, HostSurvey survey)
{
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(10);

    public async Task ObserveHost(HostOrder.ObserveHost order, CancellationToken cancellationToken)
    {
        var observed = await survey.Of(order.Host, cancellationToken);
        await reports.Report(order.From, new HostMessage.ReportHost(order.Key, observed), GiveUpAfter, cancellationToken);
    }

    public async Task ObserveScope(RunOrder.ObserveScope order, CancellationToken cancellationToken)
    {
        var observation = await scopes.Look(order.Scope, cancellationToken);
        await reports.Report(order.From, new RunMessage.ReportScope(order.Key, observation), GiveUpAfter, cancellationToken);
    }
}
