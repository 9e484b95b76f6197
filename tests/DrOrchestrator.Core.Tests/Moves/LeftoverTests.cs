using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Testing;
using Xunit;
using static DrOrchestrator.Core.Moves.MoveEvent;
using static DrOrchestrator.Core.Moves.MoveMessage;
using static DrOrchestrator.Core.Tests.Moves.MoveStory;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Moves;

/// <summary>What a copy that waits at the destination is, and whose a migration at the source is: the guest goes on, and others act on it.</summary>
public sealed class LeftoverTests
{
    private static readonly string EndedKey = $"{Move}/clear@3";

    [Fact]
    public void Once_its_source_was_seen_running_what_waits_from_before_that_is_a_leftover()
    {
        var seen = Vm.Given(Investigating).At(After(4)).When(Places(InspectKey, VmState.Running, VmState.Paused, 4)).ThenEvents(typeof(PlacesInspected));

        Assert.Equal((0, 3), (Look(Vm.Given(Investigating)).StaleBelow, Look(seen).StaleBelow));
        Assert.False(Look(seen).StopTransfer);
    }

    [Fact]
    public void It_stays_one_whatever_the_source_says_later()
    {
        var seen = Vm.Given(Investigating).At(After(4)).When(Places(InspectKey, VmState.Running, null, 4)).ThenGoOn();

        Assert.Equal(3, Look(seen.At(After(5)).When(Places(InspectKey, VmState.Absent, null, 5)).ThenGoOn()).StaleBelow);
        Assert.Equal(3, Look(seen.At(After(400)).When(new MoveMessage.Wake(null)).ThenGoOn()).StaleBelow);
    }

    [Fact]
    public void A_source_that_is_silent_or_still_sends_makes_none()
    {
        Assert.Equal(0, Look(Vm.Given(Investigating).At(After(4)).When(Places(InspectKey, null, VmState.Paused, 4)).ThenGoOn()).StaleBelow);
        Assert.Equal(0, Look(Vm.Given(Aborting, new InvestigationStarted("x") { At = Noon }).At(After(4))
            .When(Places(InspectKey, VmState.Running, VmState.Incoming, 4, migrating: true)).ThenGoOn()).StaleBelow);
    }

    [Fact]
    public void A_transfer_that_is_taken_up_again_knows_it_too()
    {
        var seen = Vm.Given(Investigating).At(After(4)).When(Places(InspectKey, VmState.Running, null, 4)).ThenGoOn();
        var taken = seen.At(After(5)).When(Places(InspectKey, VmState.Running, VmState.Incoming, 5, migrating: true)).ThenGoOn();

        Assert.Equal((3L, 3L), (Assert.Single(Orders<MoveOrder.Transfer>(taken)).StaleBelow, Assert.Single(Orders<MoveOrder.Transfer>(taken)).Generation));
    }

    [Fact]
    public void After_an_end_that_its_worker_saw_the_places_are_asked_under_a_generation_above_what_it_left()
    {
        var ended = Vm.Given(Claimed).When(new ReportTransfer(First, Report(TransferResult.Failed, VmState.Running, null, "Cut."))).ThenGoOn();
        var seen = ended.At(After(60)).When(Places(EndedKey, VmState.Running, null, 60)).ThenGoOn();

        Assert.Equal((3, 0, 3), (Look(ended).Generation, Look(ended).StaleBelow, Look(seen).StaleBelow));
    }

    [Fact]
    public void The_next_move_begins_without_any()
    {
        var seen = Vm.Given(Investigating).At(After(4)).When(Places(InspectKey, VmState.Running, VmState.Absent, 4)).ThenGoOn()
            .At(After(9)).When(Places(InspectKey, VmState.Running, VmState.Absent, 9)).ThenGoOn();

        Assert.Equal(3, seen.StateOf<MoveState>().StaleBelow);
        Assert.Equal(0, seen.When(Start() with { Move = new("run-2/vm-web/1") }).ThenGoOn().StateOf<MoveState>().StaleBelow);
    }

    [Fact]
    public void A_migration_beside_a_copy_that_waits_is_not_taken_up_for_it_can_not_be_ours() =>
        Vm.Given(Investigating).At(After(4)).When(Places(InspectKey, VmState.Running, VmState.Paused, 4, migrating: true)).ThenEvents(typeof(PlacesInspected));

    [Fact]
    public void Held_it_stops_what_may_be_ours_and_leaves_alone_what_an_operator_began_once_nothing_of_ours_can_be()
    {
        var early = Vm.Given(Clearing).At(After(301)).When(Places(ClearKey, VmState.Running, null, 301)).ThenEvents(typeof(PlacesInspected));
        Assert.True(Look(early).StopTransfer);

        var settled = early.At(After(306)).When(Places(ClearKey, VmState.Running, null, 306)).ThenEvents(typeof(PlacesInspected));
        Assert.False(Look(settled).StopTransfer);

        settled.At(After(307)).When(Places(ClearKey, VmState.Running, null, 307)).ThenNothing();
        Assert.False(Look(settled.At(After(308)).When(Places(ClearKey, VmState.Running, null, 308, migrating: true)).ThenGoOn()).StopTransfer);
    }

    [Fact]
    public void What_is_under_way_when_the_bound_has_passed_may_be_ours_and_is_stopped_still()
    {
        var early = Vm.Given(Clearing).At(After(301)).When(Places(ClearKey, VmState.Running, null, 301, migrating: true)).ThenGoOn();

        early.At(After(306)).When(Places(ClearKey, VmState.Running, null, 306, migrating: true)).ThenNothing();
        Assert.True(Look(early).StopTransfer);
        Assert.True(Look(early.At(After(306)).When(Places(ClearKey, null, null, 306)).ThenGoOn()).StopTransfer);
    }

    [Fact]
    public void An_end_that_is_certain_leaves_nothing_to_stop() =>
        Assert.False(Look(Vm.Given(Claimed).When(new ReportTransfer(First, Report(TransferResult.Failed, VmState.Running, null, "Cut."))).ThenGoOn()).StopTransfer);

    [Fact]
    public void One_that_was_refused_for_somebody_elses_migration_ends_refused_at_its_source()
    {
        var ended = Vm.Given(Claimed).When(new ReportTransfer(First, Report(TransferResult.Refused, VmState.Running, VmState.Absent, "It migrates already.", migrating: true)))
            .ThenEvents(typeof(TransferReported), typeof(PlaceCleared), typeof(MoveEnded), typeof(CustodySettled)).StateOf<MoveState>();

        Assert.Equal((MoveOutcome.Refused, A1.Host), (ended.LastAnswer!.Outcome, ended.RunsAt));
    }

    [Fact]
    public void Refused_while_a_vanished_worker_may_have_begun_it_it_is_looked_into_and_not_taken_up_again_and_again()
    {
        var refused = Vm.Given(TakenOver).At(After(62))
            .When(new ReportTransfer(Second, Report(TransferResult.Refused, VmState.Running, VmState.Absent, "It migrates already.", migrating: true)))
            .ThenEvents(typeof(TransferReported), typeof(InvestigationStarted));

        refused.At(After(63)).When(Places($"{Move}/inspect@4", VmState.Running, VmState.Absent, 63, migrating: true)).ThenEvents(typeof(PlacesInspected));
    }

    [Fact]
    public void A_guest_that_neither_end_has_may_run_elsewhere_and_keeps_both_places_until_it_is_found()
    {
        var gone = Vm.Given(Claimed).When(new ReportTransfer(First, Report(TransferResult.Failed, VmState.Absent, VmState.Absent, "Gone.")))
            .ThenEvents(typeof(TransferReported), typeof(InvestigationStarted))
            .At(After(60)).When(Places(InspectKey, VmState.Absent, VmState.Absent, 60)).ThenEvents(typeof(PlacesInspected));
        var held = gone.At(After(400)).When(new MoveMessage.Wake(null)).ThenEvents(typeof(MoveEnded));
        Assert.Equal((MoveOutcome.Unknown, MovePhase.Clearing), (held.StateOf<MoveState>().LastAnswer!.Outcome, held.Phase()));
        Assert.Contains("when a host of the inventory runs it", held.StateOf<MoveState>().LastAnswer!.Reason, StringComparison.Ordinal);

        held.At(After(401)).When(Places(ClearKey, VmState.Absent, VmState.Absent, 401)).ThenNothing();
        Assert.Equal([A1.Host, B1.Host], held.MightRunAt());

        var found = held.At(After(402)).When(Observed(VmState.Absent, VmState.Running, 3)).Then(new VmFoundElsewhere(A2.Host) { At = After(402) });
        found.When(Observed(VmState.Absent, VmState.Running, 4)).ThenNothing();
        var settled = found.At(After(410)).When(Places($"{Move}/clear@4", VmState.Absent, VmState.Absent, 410))
            .ThenEvents(typeof(PlaceCleared), typeof(PlaceCleared), typeof(CustodySettled));
        Assert.Equal((MovePhase.Idle, (HostId?)A2.Host), (settled.Phase(), settled.StateOf<MoveState>().RunsAt));
        Assert.Equal([A2.Host], settled.MightRunAt());
    }

    [Fact]
    public void Found_running_elsewhere_it_makes_a_leftover_of_what_waits() =>
        Assert.Equal(4, Look(Vm.Given(Clearing).At(After(402)).When(Observed(null, VmState.Running, 3)).ThenGoOn()).StaleBelow);

    [Fact]
    public void A_guest_that_ended_at_its_source_beside_a_copy_that_waits_is_for_a_person_and_is_said_to_be()
    {
        var held = Vm.Given(Investigating).At(After(60)).When(Places(InspectKey, VmState.Shutoff, VmState.Paused, 60)).ThenGoOn()
            .At(After(400)).When(new MoveMessage.Wake(null)).ThenEvents(typeof(MoveEnded));

        Assert.Contains("b1 has a copy that waits, as old as the transfer", held.StateOf<MoveState>().LastAnswer!.Reason, StringComparison.Ordinal);
    }

    private static ObserveVm Observed(VmState? source, VmState elsewhere, long generation) =>
        new(Web, [At(A1, source), At(B1, VmState.Absent), At(A2, elsewhere)], generation);

    private static MoveOrder.InspectPlaces Look(Spec spec) => Assert.Single(Orders<MoveOrder.InspectPlaces>(spec));

    private static IEnumerable<T> Orders<T>(Spec spec) => spec.Outstanding.Asks.Select(ask => ask.Message).OfType<T>();
}
