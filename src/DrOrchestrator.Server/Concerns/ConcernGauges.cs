using System.Diagnostics.Metrics;
using DrOrchestrator.Engine.Telemetry;
using DrOrchestrator.Server.Readiness;

namespace DrOrchestrator.Server.Concerns;

/// <summary>
/// What stands, as gauges, from the last look of <see cref="ConcernWatch"/>. Every server process shows the same record, so take the
/// largest over them, not the sum. Every kind is always there, so that a rule about it can tell none from not known.
/// </summary>
public sealed class ConcernGauges : IHostedService, IDisposable
{
    private readonly Meter meter = new(EngineTelemetry.Name);
    private readonly ConcernWatch watch;

    public ConcernGauges(ConcernWatch watch, RecordWatch record, RelayProbe relay)
    {
        this.watch = watch;
        meter.CreateObservableGauge("dr.concerns", Concerns, "{concern}", "What a person has to know or decide: waiting decisions, unknown outcomes and others, by kind.");
        meter.CreateObservableGauge("dr.runs.under_way", () => record.RunsUnderWay, "{run}", "Runs that began and have not ended.");
        meter.CreateObservableGauge("dr.moves.under_way", () => record.MovesUnderWay, "{move}", "VMs that a run holds.");
        meter.CreateObservableGauge("dr.moves.waiting", () => record.MovesWaiting, "{move}", "Moves that wait for a slot over all runs.");
        meter.CreateObservableGauge("dr.relay.lag", () => relay.Last.Oldest.TotalSeconds, "s", "For how long the oldest committed event has waited to be sent.");
        meter.CreateObservableGauge("dr.relay.waiting", () => relay.Last.Events, "{event}", "Committed events that were not sent yet.");
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => meter.Dispose();

    private IEnumerable<Measurement<int>> Concerns()
    {
        var counts = watch.Standing.CountBy(concern => concern.Kind).ToDictionary();
        return Enum.GetValues<ConcernKind>().Select(kind => new Measurement<int>(counts.GetValueOrDefault(kind), new KeyValuePair<string, object?>("kind", kind.ToString())));
    }
}
