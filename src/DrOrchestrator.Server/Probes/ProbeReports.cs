using System.Text.Json;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Probes;
using DrOrchestrator.Server.Ingest;

namespace DrOrchestrator.Server.Probes;

/// <summary>
/// What probes came to, as the reports that ingest takes. One fingerprint for each host and sort, whichever server tells it, so that the next
/// leader goes on with the condition of the one before. A plan's trigger may name these labels as it does those of any alert.
/// </summary>
public sealed class ProbeReports(HostMatching hosts)
{
    public const string NotAnswering = "HostNotAnswering";
    public const string Unsteady = "HostAnsweringUnsteadily";
    public const string Source = "drorchestrator-probe";

    /// <summary>What the probes of one host came to so far; too few come to nothing.</summary>
    /// <param name="host">Which.</param>
    /// <param name="probe">Its probes.</param>
    /// <param name="silence">Why the last one was not answered; null: it was.</param>
    /// <param name="since">Nothing began before this: what an earlier leader said of the time before is not contradicted.</param>
    /// <param name="now">When the last one was made; whatever does not stand was over by then.</param>
    public IEnumerable<ReadReport.Usable> Of(HostEndpoint host, HostProbe probe, string? silence, DateTimeOffset since, DateTimeOffset now)
    {
        if (probe.Silent is { } silent)
        {
            yield return Report(host, NotAnswering, "critical", $"{host.Host} has not answered since {probe.Since:u}, {probe.Rules.FailuresToRaise} probes in a row at least{(silence is null ? "." : $": {silence}")}", silent, Later(probe.Since, since), now);
        }

        if (probe.Flapping is { } flapping)
        {
            yield return Report(
                host, Unsteady, "warning", $"{host.Host} changed {probe.Changes} times between answer and silence within its last {probe.Rules.Window} probes.",
                flapping, Later(probe.FlappingSince, since), now);
        }
    }

    /// <summary>Whether a condition is one that probes came to.</summary>
    public static bool IsOne(HostCondition condition) =>
        condition.Name is NotAnswering or Unsteady && condition.Fingerprint.StartsWith($"{Source}/{condition.Name}/", StringComparison.Ordinal);

    /// <summary>The fingerprints that the probes of this host may come to.</summary>
    public static IEnumerable<string> Fingerprints(HostId host) => [Fingerprint(NotAnswering, host), Fingerprint(Unsteady, host)];

    /// <summary>As it goes in.</summary>
    public static IncomingMessage Message(ReadReport.Usable report, string server) =>
        new(IncomingMessage.Probe, new Actor(server), JsonSerializer.SerializeToUtf8Bytes(report.Condition.Labels));

    private ReadReport.Usable Report(HostEndpoint host, string name, string severity, string summary, bool stands, DateTimeOffset since, DateTimeOffset now)
    {
        var labels = new Dictionary<string, string>
        {
            ["alertname"] = name, ["host"] = host.Host.Value, ["instance"] = host.Host.Value, ["site"] = host.Site.Value, ["severity"] = severity, ["source"] = Source,
        };
        var match = hosts.ByName(host.Host.Value, labels);
        var condition = new HostCondition(Fingerprint(name, host.Host), name, summary, labels, stands ? since : default);
        return new ReadReport.Usable(match.Host ?? host.Host, condition, stands, stands ? null : now, SaidOnce: false, match.Match);
    }

    private static string Fingerprint(string name, HostId host) => $"{Source}/{name}/{host}";

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
