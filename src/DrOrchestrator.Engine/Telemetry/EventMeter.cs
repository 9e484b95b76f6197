using System.Diagnostics.Metrics;
using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Engine.Messaging;

namespace DrOrchestrator.Engine.Telemetry;

/// <summary>
/// Measures what committed events say. The relay shows it every event in commit order, so exactly one server process counts an
/// event, whichever process committed it; sum over the processes. As the relay is at least once, a page that it has to send again, at a change
/// of its leader above all, is counted again: these are for rates and trends, the record is exact. No label holds an id: their number is bounded by the code.
/// <para>Steps are timed by the events' own moments. A move whose beginning this process did not see is not timed.</para>
/// </summary>
internal sealed class EventMeter
{
    /// <summary>Moves timed at once at most; past it all are forgotten, and go untimed.</summary>
    private const int Capacity = 20_000;

    private static readonly Meter Meter = EngineTelemetry.Meter;
    private static readonly Counter<long> RunsStarted = Meter.CreateCounter<long>("dr.runs.started", "{run}", "Runs that began, by what started them.");
    private static readonly Counter<long> RunsEnded = Meter.CreateCounter<long>("dr.runs.ended", "{run}", "Runs that ended, by outcome.");
    private static readonly Histogram<double> RunDuration = Meter.CreateHistogram("dr.run.duration", "s", "How long runs took, by outcome.", advice: EngineTelemetry.Work);
    private static readonly Counter<long> MovesEnded = Meter.CreateCounter<long>("dr.moves.ended", "{move}", "Attempts to move a VM that ended, by outcome.");
    private static readonly Counter<long> Retries = Meter.CreateCounter<long>("dr.moves.retried", "{move}", "Moves that policy tries again.");
    private static readonly Counter<long> Crowded = Meter.CreateCounter<long>("dr.moves.crowded_out", "{move}", "Moves that plan anew, because other runs took the room at their destination.");
    private static readonly Histogram<double> MoveDuration = Meter.CreateHistogram("dr.move.duration", "s", "How long attempts to move a VM took, by outcome.", advice: EngineTelemetry.Work);
    private static readonly Histogram<double> StepDuration = Meter.CreateHistogram("dr.move.step.duration", "s", "How long each finished step of a move took.", advice: EngineTelemetry.Work);
    private static readonly Histogram<double> Downtime = Meter.CreateHistogram("dr.move.downtime", "s", "Downtime of guests at the cutover as the hypervisor reports it.", advice: EngineTelemetry.Call);
    private static readonly Counter<long> Transferred = Meter.CreateCounter<long>("dr.move.transferred", "By", "Bytes that transfers sent, as the hypervisor reports them.");
    private static readonly Counter<long> Claims = Meter.CreateCounter<long>("dr.claims.taken", "{claim}", "Orders that a worker claimed.");
    private static readonly Counter<long> Lapsed = Meter.CreateCounter<long>("dr.claims.lapsed", "{claim}", "Claims whose worker's heartbeat stopped.");
    private static readonly Counter<long> Investigations = Meter.CreateCounter<long>("dr.investigations.started", "{investigation}", "Transfers whose end was not known and was looked into.");
    private static readonly Counter<long> Duplicates = Meter.CreateCounter<long>("dr.duplicates.observed", "{observation}", "Times two hosts said that they run the same VM.");
    private static readonly Counter<long> Diagnoses = Meter.CreateCounter<long>("dr.hosts.diagnosed", "{diagnosis}", "Diagnoses of hosts.");

    private static readonly Counter<long> Judged = Meter.CreateCounter<long>("dr.recoveries.judged", "{recovery}", "Recoveries that would begin by themselves: cleared, or the brake that held them back.");
    private static readonly Counter<long> Stops = Meter.CreateCounter<long>("dr.stops.requested", "{stop}", "Stops of everything.");

    /// <summary>The steps' labels: the four of the transfer, then verification.</summary>
    private static readonly KeyValuePair<string, object?>[] Steps =
        [.. Enum.GetValues<MigrationStep>().Select(step => EnumWords<MigrationStep>.Label("step", step)), new("step", "verification")];

    private readonly Dictionary<StreamId, Timing> moves = [];

    /// <param name="before">The stream's state before the event.</param>
    /// <param name="committed">The event.</param>
    public void Observe(object before, CommittedEvent committed)
    {
        switch (committed.Event)
        {
            case MoveEvent e:
                Observe(committed.Stream, e);
                break;
            case RunEvent e:
                Observe((RunState)before, e);
                break;
            case BrakesEvent.RecoveryCleared:
                Judged.Add(1, new KeyValuePair<string, object?>("verdict", "cleared"));
                break;
            case BrakesEvent.RecoveryHeldBack e:
                Judged.Add(1, EnumWords<Brake>.Label("verdict", e.Brake));
                break;
            case AdmissionEvent.StopRequested:
                Stops.Add(1);
                break;
            case HostEvent.HostDiagnosed e:
                Diagnoses.Add(1, new KeyValuePair<string, object?>("diagnosis", e.Diagnosis.ToString()));
                break;
            default:
                break;
        }
    }

    private static void Observe(RunState before, RunEvent @event)
    {
        switch (@event)
        {
            case RunEvent.RunStarted e:
                RunsStarted.Add(1, EnumWords<RunTriggerKind>.Label("trigger", e.Trigger.Kind));
                break;
            case RunEvent.RunEnded e:
                RunsEnded.Add(1, EnumWords<RunOutcome>.Label("outcome", e.Outcome));
                RunDuration.Record((e.At - before.Started!.At).TotalSeconds, EnumWords<RunOutcome>.Label("outcome", e.Outcome));
                break;
            case RunEvent.MoveCrowdedOut:
                Crowded.Add(1);
                break;
            case RunEvent.MoveRetryScheduled:
                Retries.Add(1);
                break;
            default:
                break;
        }
    }

    private void Observe(StreamId stream, MoveEvent @event)
    {
        switch (@event)
        {
            case MoveEvent.MoveStarted e:
                Begin(stream, e.At);
                break;
            case MoveEvent.MoveRefused:
                MovesEnded.Add(1, EnumWords<MoveOutcome>.Label("outcome", MoveOutcome.Refused));
                break;
            case MoveEvent.MoveWithdrawn:
                MovesEnded.Add(1, EnumWords<MoveOutcome>.Label("outcome", MoveOutcome.Withdrawn));
                break;
            case MoveEvent.OrderClaimed:
                Claims.Add(1);
                break;
            case MoveEvent.ClaimLapsed:
                Lapsed.Add(1);
                break;
            case MoveEvent.TransferProgressed e:
                Reach(stream, (int)e.Progress.Step, e.At);
                break;
            case MoveEvent.TransferReported { Report.Transferred: { } sent }:
                Transferred.Add(sent.Value);
                break;
            case MoveEvent.InvestigationStarted:
                Investigations.Add(1);
                break;
            case MoveEvent.GuestArrived e:
                Reach(stream, Steps.Length - 1, e.At);
                if (e.ReportedDowntime is { } downtime)
                {
                    Downtime.Record(downtime.TotalSeconds);
                }

                break;
            case MoveEvent.MoveEnded e:
                End(stream, e);
                break;
            case MoveEvent.DuplicateObserved:
                Duplicates.Add(1);
                break;
            default:
                break;
        }
    }

    private void Begin(StreamId stream, DateTimeOffset at)
    {
        if (moves.Count >= Capacity)
        {
            moves.Clear();
        }

        moves[stream] = new Timing(at, 0, at);
    }

    /// <summary>A step that was too short to be seen belongs to the one before it.</summary>
    private void Reach(StreamId stream, int step, DateTimeOffset at)
    {
        if (moves.TryGetValue(stream, out var timing) && step > timing.Step)
        {
            StepDuration.Record((at - timing.StepSince).TotalSeconds, Steps[timing.Step]);
            moves[stream] = timing with { Step = step, StepSince = at };
        }
    }

    private void End(StreamId stream, MoveEvent.MoveEnded e)
    {
        var outcome = EnumWords<MoveOutcome>.Label("outcome", e.Outcome);
        MovesEnded.Add(1, outcome);
        if (moves.Remove(stream, out var timing))
        {
            MoveDuration.Record((e.At - timing.Since).TotalSeconds, outcome);
            if (e.Outcome is MoveOutcome.Moved)
            {
                StepDuration.Record((e.At - timing.StepSince).TotalSeconds, Steps[timing.Step]);
            }
        }
    }

    /// <param name="Since">When the move began.</param>
    /// <param name="Step">The step it is in, by its place in <see cref="Steps"/>.</param>
    /// <param name="StepSince">Since when.</param>
    private readonly record struct Timing(DateTimeOffset Since, int Step, DateTimeOffset StepSince);
}
