using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using Xunit;
using static DrOrchestrator.Core.Moves.MoveEvent;
using static DrOrchestrator.Core.Moves.MoveMessage;
using static DrOrchestrator.Core.Tests.Moves.MoveStory;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Moves;

public sealed class InvestigatingTests
{
    [Fact]
    public void Absence_proves_nothing_before_the_bound_for_pending_requests()
    {
        var early = Vm.Given(Investigating).At(After(4)).When(Places(InspectKey, VmState.Running, VmState.Absent, 4)).ThenEvents(typeof(PlacesInspected));

        Assert.Equal([A1.Host, B1.Host], early.MightRunAt());
        Assert.Equal(MovePhase.Idle, early.At(After(9)).When(Places(InspectKey, VmState.Running, VmState.Absent, 9)).ThenGoOn().Phase());
    }

    [Fact]
    public void The_bound_begins_anew_when_a_silent_host_answers_again_for_it_may_have_been_frozen()
    {
        var silent = Vm.Given(Investigating).At(After(1)).When(Places(InspectKey, VmState.Running, null, 1)).ThenGoOn();
        var thawed = silent.At(After(3)).When(Places(InspectKey, VmState.Running, VmState.Absent, 3)).ThenEvents(typeof(PlacesInspected));

        thawed.At(After(7)).When(Places(InspectKey, VmState.Running, VmState.Absent, 7)).ThenNothing();
        Assert.Equal(MovePhase.Idle, thawed.At(After(8)).When(Places(InspectKey, VmState.Running, VmState.Absent, 8)).ThenGoOn().Phase());
    }

    [Fact]
    public void After_an_unknown_end_an_absent_destination_stays_a_place_while_the_source_is_silent_and_may_still_send()
    {
        var silent = Vm.Given(Clearing).At(After(400)).When(Places(ClearKey, null, VmState.Absent, 400)).ThenEvents(typeof(PlacesInspected));

        silent.At(After(500)).When(Places(ClearKey, null, VmState.Absent, 500)).ThenNothing();
        Assert.Equal([A1.Host, B1.Host], silent.MightRunAt());
    }

    [Fact]
    public void An_answer_from_before_the_bound_proves_nothing_when_it_is_heard_after_it() =>
        Vm.Given(Investigating).At(After(60)).When(Places(InspectKey, VmState.Running, VmState.Absent, 4)).ThenEvents(typeof(PlacesInspected));

    [Fact]
    public void Silence_is_never_absence()
    {
        Vm.Given(Investigating).At(After(60)).When(Places(InspectKey, null, VmState.Absent, 60)).ThenEvents(typeof(PlacesInspected));
        Vm.Given(Investigating).At(After(60)).When(Places(InspectKey, VmState.Absent, null, 60)).ThenEvents(typeof(PlacesInspected));
        Assert.Equal([A1.Host, B1.Host], Vm.Given(Investigating).At(After(60)).When(Places(InspectKey, VmState.Running, null, 60)).ThenEvents(typeof(PlacesInspected))
            .At(After(65)).When(Places(InspectKey, VmState.Running, null, 65)).ThenEvents(typeof(MoveEnded)).MightRunAt());
    }

    [Fact]
    public void Takes_up_the_watch_again_when_the_transfer_is_still_under_way()
    {
        var after = Vm.Given(Investigating).At(After(4)).When(Places(InspectKey, VmState.Running, VmState.Incoming, 4, migrating: true))
            .ThenEvents(typeof(PlacesInspected), typeof(TransferFoundRunning));

        var order = Assert.IsType<MoveOrder.Transfer>(Assert.Single(after.Outstanding.Asks).Message);
        Assert.Equal((2, 3L), (order.Attempt, order.Generation));
    }

    [Fact]
    public void A_transfer_taken_up_again_keeps_its_first_deadline() =>
        Assert.Equal(
            Noon + Policy.Migration.Timeout + Policy.AbortTimeout,
            Vm.Given(Investigating).At(After(200)).When(Places(InspectKey, VmState.Running, VmState.Incoming, 200, migrating: true)).ThenGoOn().Outstanding.WakeAt);

    [Fact]
    public void Does_not_take_up_a_transfer_that_is_to_be_stopped()
    {
        var stopped = Vm.Given(Aborting).At(Noon + Policy.AbortTimeout).When(new Due()).ThenGoOn();

        stopped.At(After(61)).When(Places(InspectKey, VmState.Running, VmState.Incoming, 61, migrating: true)).ThenEvents(typeof(PlacesInspected));
    }

    [Fact]
    public void Finds_a_guest_that_arrived_at_once_for_its_source_can_send_it_no_second_time() =>
        Assert.Equal(MovePhase.Verifying, Vm.Given(Investigating).At(After(1)).When(Places(InspectKey, VmState.Absent, VmState.Running, 1))
            .ThenEvents(typeof(PlacesInspected), typeof(PlaceCleared), typeof(GuestArrived)).Phase());

    [Fact]
    public void Says_once_that_two_copies_run_and_takes_no_side()
    {
        var twice = Places(InspectKey, VmState.Running, VmState.Running, 9);

        var after = Vm.Given(Investigating).At(After(9)).When(twice).ThenEvents(typeof(PlacesInspected), typeof(DuplicateObserved));

        Assert.Equal(MovePhase.Investigating, after.Phase());
        after.At(After(10)).When(twice with { OrderKey = $"{Move}/inspect@4" }).ThenNothing();
    }

    [Fact]
    public void Records_what_the_places_say_on_change_only()
    {
        var unclear = Places(InspectKey, VmState.Paused, VmState.Incoming, 1);

        Vm.Given(Investigating).When(unclear).ThenEvents(typeof(PlacesInspected)).When(unclear).ThenNothing();
    }

    [Fact]
    public void Takes_no_answer_to_a_question_of_an_older_generation() =>
        Vm.Given(Investigating).At(After(60)).When(Places($"{Move}/inspect@2", VmState.Running, VmState.Absent, 60)).ThenNothing();

    [Fact]
    public void Ends_unknown_at_its_deadline_and_holds_every_place()
    {
        var after = Vm.Given(Investigating).At(Noon + Policy.InvestigationTimeout).When(new Due()).ThenEvents(typeof(MoveEnded));

        Assert.Equal((MovePhase.Clearing, MoveOutcome.Unknown), (after.Phase(), after.StateOf<MoveState>().LastAnswer!.Outcome));
        Assert.Equal([A1.Host, B1.Host], after.MightRunAt());
        Assert.Equal([A1.Host, B1.Host], after.StateOf<MoveState>().LastAnswer!.Uncleared);
    }

    [Fact]
    public void Clears_by_evidence_after_the_end_and_lets_go_of_the_VM()
    {
        var after = Vm.Given(Clearing).At(After(400)).When(Places(ClearKey, VmState.Absent, VmState.Running, 400))
            .ThenEvents(typeof(PlacesInspected), typeof(PlaceCleared), typeof(CustodySettled));

        Assert.Equal(MovePhase.Idle, after.Phase());
        Assert.Equal([B1.Host], after.MightRunAt());
        Assert.Equal(B1.Host, after.StateOf<MoveState>().RunsAt);
    }

    [Fact]
    public void Asks_the_places_after_the_end_for_as_long_as_it_takes()
    {
        var outstanding = Vm.Given(Clearing).Outstanding;

        Assert.Null(outstanding.WakeAt);
        Assert.True(Assert.IsType<MoveOrder.InspectPlaces>(Assert.Single(outstanding.Asks, ask => ask.Awaited).Message).StopTransfer);
    }

    [Fact]
    public void A_place_that_answers_is_cleared_while_the_other_is_silent_and_ran_it_last()
    {
        // It ended at the source, the destination silent; now the destination answers and the source does not.
        var ended = Vm.Given(Claimed).When(new ReportTransfer(First, Report(TransferResult.Failed, VmState.Running, null, "Cut."))).ThenGoOn();
        var key = $"{Move}/clear@3";

        Assert.Equal([A1.Host], ended.At(After(60)).When(Places(key, null, VmState.Absent, 60)).ThenGoOn().MightRunAt());
        Assert.Equal([A1.Host, B1.Host], ended.At(After(60)).When(Places(key, VmState.Absent, null, 60)).ThenGoOn().MightRunAt());
    }

    [Fact]
    public void Settles_on_a_crashed_copy_once_both_have_answered()
    {
        var ended = Vm.Given(Claimed).When(new ReportTransfer(First, Report(TransferResult.Failed, VmState.Running, null, "Cut."))).ThenGoOn();

        var after = ended.At(After(60)).When(Places($"{Move}/clear@3", VmState.Absent, VmState.Crashed, 60)).ThenGoOn();

        Assert.Equal(MovePhase.Idle, after.Phase());
        Assert.Equal([B1.Host], after.MightRunAt());
    }

    [Fact]
    public void Does_not_settle_while_a_migration_goes_on() =>
        Vm.Given(Clearing).At(After(400)).When(Places(ClearKey, VmState.Running, VmState.Incoming, 400, migrating: true)).ThenEvents(typeof(PlacesInspected));

    [Fact]
    public void A_verified_guest_ends_the_move()
    {
        var after = Vm.Given(Verifying).When(new ReportVerification($"{Move}/verify", new GuestObservation("boot-1", 8), null, "It answers."))
            .ThenEvents(typeof(GuestVerified), typeof(MoveEnded), typeof(CustodySettled));

        Assert.Equal((MovePhase.Idle, MoveOutcome.Moved, B1.Host), (after.Phase(), after.StateOf<MoveState>().LastAnswer!.Outcome, after.StateOf<MoveState>().RunsAt));
    }

    [Fact]
    public void A_guest_that_did_not_survive_ends_it_failed() =>
        Assert.Equal(MoveOutcome.Failed, Vm.Given(Verifying).When(new ReportVerification($"{Move}/verify", null, "It restarted.", "")).ThenGoOn()
            .StateOf<MoveState>().LastAnswer!.Outcome);

    [Theory]
    [InlineData(VmState.Shutoff, false)]
    [InlineData(VmState.Absent, false)]
    [InlineData(VmState.Crashed, true)]
    public void A_guest_that_died_at_its_destination_runs_nowhere_and_only_a_crashed_one_stays_a_place(VmState found, bool stays)
    {
        var after = Vm.Given(Verifying).When(new ReportVerification($"{Move}/verify", null, "It died.", "", found)).ThenGoOn();
        HostId[] left = stays ? [B1.Host] : [];

        Assert.Equal((MovePhase.Idle, (HostId?)null), (after.Phase(), after.StateOf<MoveState>().RunsAt));
        Assert.Null(after.StateOf<MoveState>().LastAnswer!.RunsAt);
        Assert.Equal(left, after.StateOf<MoveState>().LastAnswer!.Uncleared);
        Assert.Equal(left, after.MightRunAt());
    }

    [Fact]
    public void A_guest_that_stays_silent_ends_it_failed_at_the_deadline() =>
        Assert.Equal(MoveOutcome.Failed, Vm.Given(Verifying).At(Noon + Policy.VerificationTimeout).When(new Due()).ThenGoOn()
            .StateOf<MoveState>().LastAnswer!.Outcome);

    [Fact]
    public void Takes_no_verification_of_another_move_or_twice()
    {
        Vm.Given(Verifying).When(new ReportVerification("other/verify", null, null, "")).ThenNothing();
        Vm.Given(Enrolled).When(new ReportVerification($"{Move}/verify", null, null, "")).ThenNothing();
    }
}
