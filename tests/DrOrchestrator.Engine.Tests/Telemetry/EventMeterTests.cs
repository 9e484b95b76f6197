using System.Diagnostics.Metrics;
using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Engine.Telemetry;
using DrOrchestrator.Engine.Tests.Fakes;
using Xunit;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Engine.Tests.Telemetry;

public sealed class EventMeterTests : IDisposable
{
    private static readonly StreamId Vm = StreamId.Vm(Web.Id);
    private readonly MeterListener listener = new();
    private readonly List<string> measured = [];
    private readonly int thread = Environment.CurrentManagedThreadId;

    public EventMeterTests()
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == EngineTelemetry.Name)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        listener.Start();
    }

    public void Dispose() => listener.Dispose();

    [Fact]
    public void A_move_is_timed_step_by_step_by_the_moments_of_its_events()
    {
        var world = Moved();
        world.NewServer().Process(world.Database.Log);
        Assert.Equal(
        [
            "dr.claims.taken 1",
            "dr.move.step.duration 3 step=source-preparation",
            "dr.move.step.duration 20 step=network-transfer",
            "dr.move.transferred 4194304",
            "dr.move.step.duration 1.5 step=cutover",
            "dr.move.downtime 0.31",
            "dr.moves.ended 1 outcome=moved",
            "dr.move.duration 26.5 outcome=moved",
            "dr.move.step.duration 2 step=verification",
        ],
        measured.Where(line => !line.StartsWith("dr.relay", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_move_whose_beginning_another_process_saw_is_counted_and_not_timed()
    {
        var world = Moved();
        world.NewServer("late").Process([.. world.Database.Log.Skip(4)]);
        Assert.Contains("dr.moves.ended 1 outcome=moved", measured);
        Assert.DoesNotContain(measured, line => line.StartsWith("dr.move.duration", StringComparison.Ordinal));
    }

    [Fact]
    public void A_lapsed_claim_an_investigation_and_a_diagnosis_are_counted()
    {
        var world = new World();
        world.Given(Vm, [.. MoveStory.Lapsed, .. MoveStory.TakenOver.Skip(MoveStory.Lapsed.Length), new MoveEvent.InvestigationStarted("Timed out.") { At = Noon }]);
        world.Given(
            StreamId.Host(A1.Host),
            new HostEvent.ConditionRaised(A1.Host, Condition(), Night, true) { At = Noon },
            new HostEvent.HoldDownStarted("f1", Noon, Plan) { At = Noon },
            new HostEvent.HoldDownElapsed { At = Noon },
            new HostEvent.HostDiagnosed(Diagnosis.HostSilent, "It does not answer.") { At = Noon });
        world.NewServer().Process(world.Database.Log);
        Assert.Contains("dr.claims.lapsed 1", measured);
        Assert.Contains("dr.investigations.started 1", measured);
        Assert.Contains("dr.hosts.diagnosed 1 diagnosis=HostSilent", measured);
    }

    [Fact]
    public void A_run_is_counted_by_its_outcome_and_timed_from_its_start()
    {
        var world = new World();
        world.Given(
            StreamId.Run(Sample.Run),
            new RunEvent.RunStarted(Sample.Run, Plan, A1.Host, new RunTrigger(RunTriggerKind.Operator, Night, "A fan.")) { At = Noon },
            new RunEvent.RunEnded(RunOutcome.Refused, "Nothing to do.") { At = After(4) });
        world.NewServer().Process(world.Database.Log);
        Assert.Contains("dr.runs.started 1 trigger=operator", measured);
        Assert.Contains("dr.runs.ended 1 outcome=refused", measured);
        Assert.Contains("dr.run.duration 4 outcome=refused", measured);
    }

    [Fact]
    public void What_is_taken_back_before_it_began_has_an_outcome()
    {
        var world = new World();
        world.Given(Vm, new MoveEvent.MoveWithdrawn(MoveStory.Move, Sample.Run, Web.Id, "Everything is stopped.") { At = Noon });
        world.NewServer().Process(world.Database.Log);
        Assert.Contains("dr.moves.ended 1 outcome=withdrawn", measured);
    }

    [Fact]
    public void A_move_whose_room_went_to_other_runs_is_counted()
    {
        var world = new World();
        var move = new PlannedMove(Web, A1, B1, Bytes.FromMebibytes(1024), null);
        world.Given(
            StreamId.Run(Sample.Run),
            new RunEvent.RunStarted(Sample.Run, Plan, A1.Host, new RunTrigger(RunTriggerKind.Operator, Night, "A fan.")) { At = Noon },
            new RunEvent.ScopeObserved(new ScopeObservation("hash", [], [], [])) { At = Noon },
            new RunEvent.RunPlanned(new EvacuationPlan([move], [], null, null)) { At = Noon },
            new RunEvent.SlotsRequested(1, [new AdmittedMove(MoveStory.Move, move, 1)], [], null, [], 0) { At = Noon },
            new RunEvent.MoveCrowdedOut(MoveStory.Move, Web.Id, 1, "b1 is full.") { At = Noon });
        world.NewServer().Process(world.Database.Log);
        Assert.Contains("dr.moves.crowded_out 1", measured);
    }

    [Fact]
    public void What_the_brakes_say_and_each_stop_of_everything_is_counted()
    {
        var world = new World();
        world.Given(
            StreamId.Brakes,
            new BrakesEvent.HostSickened(A1.Host, 1) { At = Noon },
            new BrakesEvent.RecoveryHeldBack(A1.Host, 1, 0, Brake.TooManyRecoveries, new Refusal("3 within the hour.", "Wait."), After(60)) { At = Noon },
            new BrakesEvent.RecoveryCleared(A1.Host, 1, 1, Sample.Run) { At = After(60) });
        world.Given(StreamId.Admission, new AdmissionEvent.StopRequested(1, Night, "The link flaps.") { At = Noon }, new AdmissionEvent.StopInForce(1, []) { At = Noon });
        world.NewServer().Process(world.Database.Log);
        Assert.Equal(
            ["dr.recoveries.judged 1 verdict=too-many-recoveries", "dr.recoveries.judged 1 verdict=cleared", "dr.stops.requested 1"],
            measured.Where(line => !line.StartsWith("dr.relay", StringComparison.Ordinal)));
    }

    private static World Moved()
    {
        var world = new World();
        world.Given(
            Vm,
            [
                .. MoveStory.Claimed,
                new MoveEvent.TransferProgressed(new MigrationProgress(MigrationStep.NetworkTransfer)) { At = After(3) },
                new MoveEvent.TransferProgressed(new MigrationProgress(MigrationStep.Cutover)) { At = After(23) },
                new MoveEvent.TransferReported(MoveStory.Report(TransferResult.Done, Core.Inventory.VmState.Absent, Core.Inventory.VmState.Running) with { Transferred = Bytes.FromMebibytes(4) }) { At = After(24.5) },
                new MoveEvent.PlaceCleared(MoveStory.Confirmed(A1, Core.Inventory.VmState.Absent, Noon)) { At = After(24.5) },
                new MoveEvent.GuestArrived(B1.Host, TimeSpan.FromMilliseconds(310), null) { At = After(24.5) },
                new MoveEvent.GuestVerified(null, "It answers.") { At = After(26.5) },
                new MoveEvent.MoveEnded(MoveStory.Move, Sample.Run, MoveOutcome.Moved, B1.Host, "It answers.", []) { At = After(26.5) },
                new MoveEvent.CustodySettled(B1.Host) { At = After(26.5) },
            ]);
        return world;
    }

    /// <summary>The world runs on the test's own thread; what other tests measure meanwhile comes on theirs.</summary>
    private void Keep<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Environment.CurrentManagedThreadId == thread)
        {
            measured.Add(string.Join(' ', [instrument.Name, FormattableString.Invariant($"{value}"), .. tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}")]));
        }
    }
}
