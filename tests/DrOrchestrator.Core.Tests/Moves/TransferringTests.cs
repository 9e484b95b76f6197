using DrOrchestrator.Core.Custody;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using Xunit;
using static DrOrchestrator.Core.Moves.MoveEvent;
using static DrOrchestrator.Core.Moves.MoveMessage;
using static DrOrchestrator.Core.Tests.Moves.MoveStory;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Moves;

public sealed class TransferringTests
{
    private static readonly string DeadlineActor = $"vm-{Web.Id}";

    [Fact]
    public void Lets_one_worker_claim_an_order()
    {
        var claim = new ClaimOrder(TransferKey, 2, 1, "server-1");

        Vm.Given(Transferring).When(claim).Then(new OrderClaimed(First, "server-1") { At = Noon });
        Vm.Given(Claimed).When(claim with { Worker = "server-2" }).ThenRefused("claimed");
    }

    [Fact]
    public void A_claim_says_what_came_to_stand_against_the_source_and_whoever_takes_over_uses_no_post_copy_either()
    {
        object[] may = [.. Transferring.Select(e => e is MoveStarted started ? started with { Policy = Policy with { Migration = Policy.Migration with { PostCopy = true } } } : e)];
        var claim = new ClaimOrder(TransferKey, 2, 1, "server-1", "HostHardwareFailing");

        var next = Vm.Given(may).When(claim).Then(new OrderClaimed(First, "server-1", "HostHardwareFailing") { At = Noon })
            .Given(new ClaimLapsed(First) { At = After(60) }).Outstanding;

        Assert.False(next.Asks.Select(ask => ask.Message).OfType<MoveOrder.Transfer>().Single().Policy.Migration.PostCopy);
        Vm.Given(Transferring).When(claim).Then(new OrderClaimed(First, "server-1") { At = Noon });
    }

    [Fact]
    public void Refuses_a_claim_of_an_older_generation() =>
        Vm.Given(Lapsed).When(new ClaimOrder(TransferKey, 2, 2, "server-1")).ThenRefused("outdated");

    [Fact]
    public void Refuses_a_claim_of_an_attempt_that_is_not_the_next() =>
        Vm.Given(Lapsed).When(new ClaimOrder(TransferKey, 3, 1, "server-1")).ThenRefused("outdated");

    [Fact]
    public void Refuses_a_claim_once_the_move_is_over() =>
        Vm.Given(Transferring).When(Abort).ThenGoOn().When(new ClaimOrder(TransferKey, 2, 1, "server-1")).ThenRefused("outdated");

    [Fact]
    public void Refuses_a_claim_while_it_is_being_stopped() =>
        Vm.Given(Aborting).When(new ClaimOrder(TransferKey, 2, 2, "server-2")).ThenRefused("outdated");

    [Fact]
    public void Waits_for_the_claim_and_asks_nobody_else_while_it_lives()
    {
        var outstanding = Vm.Given(Claimed).Outstanding;

        Assert.Empty(outstanding.Asks);
        Assert.Equal(First, outstanding.Claim);
        Assert.Equal(Noon + Policy.Migration.Timeout + Policy.AbortTimeout, outstanding.WakeAt);
    }

    [Fact]
    public void Records_progress_on_change_only()
    {
        var progress = new MigrationProgress(MigrationStep.NetworkTransfer, Transferred: Bytes.FromMebibytes(5));

        Vm.Given(Claimed).When(new ReportProgress(First, progress)).Then(new TransferProgressed(progress) { At = Noon });
        Vm.Given(TakenOver).When(new ReportProgress(First, progress)).ThenNothing();
        Vm.Given(Investigating).When(new ReportProgress(First, progress)).ThenNothing();
    }

    [Fact]
    public void Remembers_the_highest_dirty_rate_that_the_guest_had_while_nothing_slowed_it_down()
    {
        object Reading(double seconds, double? megabits, int? throttle = null) => new TransferProgressed(new MigrationProgress(
            MigrationStep.NetworkTransfer, DirtyRate: megabits is { } rate ? Bandwidth.FromMegabitsPerSecond(rate) : null, ThrottlePercent: throttle)) { At = After(seconds) };

        var after = Vm.Given(Claimed, Reading(1, 200), Reading(2, 400), Reading(3, 300), Reading(4, 900, 40), Reading(5, null)).StateOf<MoveState>();

        Assert.Equal(new ObservedDirtyRate(Bandwidth.FromMegabitsPerSecond(400), After(2)), after.DirtyRate);
    }

    [Fact]
    public void Clears_the_source_and_asks_the_guest_when_only_the_destination_runs_it()
    {
        var report = Report(TransferResult.Done, VmState.Absent, VmState.Running);

        var after = Vm.Given(Claimed).When(new ReportTransfer(First, report)).Then(
            new TransferReported(report) { At = Noon },
            new PlaceCleared(Confirmed(A1, VmState.Absent, Noon, "It was migrated away and its own host says that it is gone.")) { At = Noon },
            new GuestArrived(B1.Host, null, null) { At = Noon });

        Assert.Equal([B1.Host], after.MightRunAt());
        Assert.IsType<MoveOrder.VerifyGuest>(Assert.Single(after.Outstanding.Asks).Message);
    }

    [Fact]
    public void Believes_what_was_seen_and_not_the_word_of_the_hypervisor()
    {
        Assert.Equal(MovePhase.Verifying, Vm.Given(Claimed)
            .When(new ReportTransfer(First, Report(TransferResult.Failed, VmState.Absent, VmState.Running, "error"))).ThenGoOn().Phase());
        Assert.Equal(MoveOutcome.Failed, Vm.Given(Claimed)
            .When(new ReportTransfer(First, Report(TransferResult.Done, VmState.Running, VmState.Absent))).ThenGoOn().StateOf<MoveState>().LastAnswer!.Outcome);
    }

    [Fact]
    public void Ends_failed_at_the_source_when_the_transfer_failed_for_certain()
    {
        var after = Vm.Given(Claimed).When(new ReportTransfer(First, Report(TransferResult.Failed, VmState.Running, VmState.Absent, "No memory.")))
            .ThenEvents(typeof(TransferReported), typeof(PlaceCleared), typeof(MoveEnded), typeof(CustodySettled));

        Assert.Equal([A1.Host], after.MightRunAt());
        Assert.Equal(("No memory.", MoveOutcome.Failed), (after.StateOf<MoveState>().LastAnswer!.Reason, after.StateOf<MoveState>().LastAnswer!.Outcome));
    }

    [Fact]
    public void Ends_refused_when_the_hypervisor_refused() =>
        Assert.Equal(MoveOutcome.Refused, Vm.Given(Claimed)
            .When(new ReportTransfer(First, Report(TransferResult.Refused, VmState.Running, VmState.Absent, "No."))).ThenGoOn().StateOf<MoveState>().LastAnswer!.Outcome);

    [Fact]
    public void Looks_into_an_unknown_end_and_clears_nothing_yet()
    {
        var after = Vm.Given(Claimed).When(new ReportTransfer(First, Report(TransferResult.Unknown, VmState.Running, VmState.Absent, "Timed out.")))
            .ThenEvents(typeof(TransferReported), typeof(InvestigationStarted));

        Assert.Equal([A1.Host, B1.Host], after.MightRunAt());
        Assert.Equal(3, after.StateOf<MoveState>().Custody.Generation);
        Assert.IsType<MoveOrder.InspectPlaces>(Assert.Single(after.Outstanding.Asks).Message);
    }

    [Fact]
    public void Looks_into_a_certain_end_when_an_earlier_worker_vanished()
    {
        // Its request may still be on its way: the destination is no less a place because a second one failed.
        var after = Vm.Given(TakenOver).At(After(62)).When(new ReportTransfer(Second, Report(TransferResult.Failed, VmState.Running, VmState.Absent, "Cut.")))
            .ThenEvents(typeof(TransferReported), typeof(InvestigationStarted));

        Assert.Equal([A1.Host, B1.Host], after.MightRunAt());
        var key = $"{Move}/inspect@{after.StateOf<MoveState>().Custody.Generation}";
        var asked = after.At(After(64)).When(Places(key, VmState.Running, VmState.Absent, 64)).ThenEvents(typeof(PlacesInspected));
        Assert.Equal(MovePhase.Idle, asked.At(After(69)).When(Places(key, VmState.Running, VmState.Absent, 69)).ThenGoOn().Phase());
    }

    [Fact]
    public void Looks_into_a_report_of_two_running_copies_and_says_so() =>
        Vm.Given(Claimed).When(new ReportTransfer(First, Report(TransferResult.Unknown, VmState.Running, VmState.Running)))
            .ThenEvents(typeof(TransferReported), typeof(InvestigationStarted), typeof(DuplicateObserved));

    [Fact]
    public void Keeps_a_silent_destination_as_a_place_when_the_end_is_otherwise_certain()
    {
        var after = Vm.Given(Claimed).When(new ReportTransfer(First, Report(TransferResult.Failed, VmState.Running, null, "Cut.")))
            .ThenEvents(typeof(TransferReported), typeof(MoveEnded));

        Assert.Equal(MovePhase.Clearing, after.Phase());
        Assert.Equal([B1.Host], after.StateOf<MoveState>().LastAnswer!.Uncleared);
        Assert.Equal([A1.Host, B1.Host], after.MightRunAt());
    }

    [Fact]
    public void Says_that_the_guest_runs_nowhere_when_both_ends_say_so()
    {
        var after = Vm.Given(Claimed).When(new ReportTransfer(First, Report(TransferResult.Failed, VmState.Shutoff, VmState.Absent, "Crash.")))
            .ThenEvents(typeof(TransferReported), typeof(PlaceCleared), typeof(PlaceCleared), typeof(MoveEnded), typeof(CustodySettled));

        Assert.Empty(after.MightRunAt());
        Assert.Null(after.StateOf<MoveState>().RunsAt);
    }

    [Fact]
    public void Holds_a_crashed_copy_as_a_place_and_names_it()
    {
        var after = Vm.Given(Claimed).When(new ReportTransfer(First, Report(TransferResult.Failed, VmState.Absent, VmState.Crashed, "Crash.")))
            .ThenEvents(typeof(TransferReported), typeof(PlaceCleared), typeof(MoveEnded), typeof(CustodySettled));

        Assert.Equal([B1.Host], after.MightRunAt());
        Assert.Equal([B1.Host], after.StateOf<MoveState>().LastAnswer!.Uncleared);
    }

    [Fact]
    public void Holds_the_VM_when_both_copies_crashed() =>
        Assert.Equal(MovePhase.Clearing, Vm.Given(Claimed)
            .When(new ReportTransfer(First, Report(TransferResult.Failed, VmState.Crashed, VmState.Crashed, "Crash."))).ThenGoOn().Phase());

    [Fact]
    public void Takes_no_report_of_a_claim_that_is_not_alive()
    {
        var report = Report(TransferResult.Failed, VmState.Running, VmState.Absent);

        Vm.Given(Lapsed).When(new ReportTransfer(First, report)).ThenNothing();
        Vm.Given(TakenOver).When(new ReportTransfer(First, report)).ThenNothing();
        Vm.Given(Investigating).When(new ReportTransfer(First, report)).ThenNothing();
        Vm.Given(Verifying).When(new ReportTransfer(First, report)).ThenNothing();
    }

    [Fact]
    public void Gives_the_order_again_under_a_raised_generation_when_the_claim_lapses()
    {
        var after = Vm.Given(Claimed).At(After(60)).When(new Due(First)).Then(new ClaimLapsed(First) { At = After(60) });

        var order = Assert.IsType<MoveOrder.Transfer>(Assert.Single(after.Outstanding.Asks).Message);
        Assert.Equal((2, 3L), (order.Attempt, order.Generation));
        Vm.Given(TakenOver).When(new Due(First)).ThenNothing();
    }

    [Fact]
    public void Gives_no_new_order_when_the_claim_lapses_past_the_deadline()
    {
        var after = Vm.Given(Claimed).At(Noon + Policy.Migration.Timeout + Policy.AbortTimeout).When(new Due(First))
            .ThenEvents(typeof(ClaimLapsed), typeof(AbortRequested), typeof(InvestigationStarted));

        Assert.IsType<MoveOrder.InspectPlaces>(Assert.Single(after.Outstanding.Asks).Message);
    }

    [Fact]
    public void Is_stopped_at_once_when_the_order_was_never_claimed()
    {
        var after = Vm.Given(Transferring).When(Abort).Then(
            new AbortRequested(Night, "Wrong host.") { At = Noon },
            new PlaceCleared(new FenceEvidence.NeverAttempted(TransferKey) { Host = B1.Host, At = Noon }) { At = Noon },
            new MoveEnded(Move, Sample.Run, MoveOutcome.Aborted, A1.Host, "Wrong host.", []) { At = Noon },
            new CustodySettled(A1.Host) { At = Noon });

        Assert.Equal([A1.Host], after.MightRunAt());
    }

    [Fact]
    public void Is_stopped_at_once_while_it_prepares() =>
        Vm.Given(Started).When(Abort).ThenEvents(typeof(AbortRequested), typeof(MoveEnded), typeof(CustodySettled));

    [Fact]
    public void Asks_for_the_stop_while_a_worker_watches()
    {
        var after = Vm.Given(Claimed).When(Abort).Then(new AbortRequested(Night, "Wrong host.") { At = Noon });

        Assert.IsType<MoveOrder.AbortTransfer>(Assert.Single(after.Outstanding.Asks).Message);
        Assert.Equal(First, after.Outstanding.Claim);
    }

    [Fact]
    public void Looks_into_it_when_it_is_stopped_after_the_worker_vanished() =>
        Vm.Given(Lapsed).When(Abort).ThenEvents(typeof(AbortRequested), typeof(InvestigationStarted));

    [Fact]
    public void Looks_into_it_when_the_worker_vanishes_while_it_is_stopped()
    {
        var after = Vm.Given(Aborting).At(After(30)).When(new Due(First)).ThenEvents(typeof(ClaimLapsed), typeof(InvestigationStarted));

        Assert.True(Assert.IsType<MoveOrder.InspectPlaces>(Assert.Single(after.Outstanding.Asks).Message).StopTransfer);
    }

    [Fact]
    public void Looks_into_it_when_the_stop_is_not_confirmed_in_time() =>
        Vm.Given(Aborting).At(Noon + Policy.AbortTimeout).When(new Due()).ThenEvents(typeof(InvestigationStarted));

    [Fact]
    public void Ends_aborted_when_the_stopped_transfer_stayed_at_the_source() =>
        Assert.Equal((MoveOutcome.Aborted, "Wrong host."), Answer(Vm.Given(Aborting)
            .When(new ReportTransfer(First, Report(TransferResult.Failed, VmState.Running, VmState.Absent, "Aborted."))).ThenGoOn()));

    [Fact]
    public void Verifies_a_guest_that_arrived_before_the_stop_took_hold() =>
        Assert.Equal(MovePhase.Verifying, Vm.Given(Aborting)
            .When(new ReportTransfer(First, Report(TransferResult.Done, VmState.Absent, VmState.Running))).ThenGoOn().Phase());

    [Fact]
    public void A_stop_for_a_move_that_never_began_closes_it()
    {
        var after = Vm.Given(Enrolled).When(Abort).ThenEvents(typeof(MoveRefused));

        after.When(Start()).ThenNothing();
    }

    [Fact]
    public void A_stop_that_overtakes_the_first_start_names_its_VM_to_the_run()
    {
        var after = Vm.When(Abort).ThenEvents(typeof(MoveRefused));

        Assert.Equal(Web.Id, Assert.IsType<Core.Runs.RunMessage.MoveAnswered>(Assert.Single(after.Outstanding.Asks).Message).Vm);
    }

    [Fact]
    public void A_stop_comes_too_late_for_a_guest_that_arrived() => Vm.Given(Verifying).When(Abort).ThenNothing();

    [Fact]
    public void Fails_at_the_deadline_when_no_worker_ever_took_the_order() =>
        Assert.Equal(MoveOutcome.Failed, Answer(Vm.Given(Transferring).At(Noon + Policy.Migration.Timeout).When(new Due())
            .ThenEvents(typeof(PlaceCleared), typeof(MoveEnded), typeof(CustodySettled))).Outcome);

    [Fact]
    public void Stops_the_transfer_at_its_deadline()
    {
        var deadline = Noon + Policy.Migration.Timeout + Policy.AbortTimeout;

        Vm.Given(Claimed).At(deadline - TimeSpan.FromTicks(1)).When(new Due()).ThenNothing();
        Vm.Given(Claimed).At(deadline).When(new Due()).ThenEvents(typeof(AbortRequested));
        Vm.Given(Lapsed).At(deadline).When(new Due()).ThenEvents(typeof(AbortRequested), typeof(InvestigationStarted));
    }

    [Fact]
    public void A_stop_by_deadline_ends_failed_and_not_aborted() =>
        Assert.Equal(MoveOutcome.Failed, Answer(Vm.Given(Claimed, new AbortRequested(new Actor(DeadlineActor), "Too slow.") { At = After(1860) })
            .When(new ReportTransfer(First, Report(TransferResult.Failed, VmState.Running, VmState.Absent, "Aborted."))).ThenGoOn()).Outcome);

    private static (MoveOutcome Outcome, string Reason) Answer(Spec spec) =>
        (spec.StateOf<MoveState>().LastAnswer!.Outcome, spec.StateOf<MoveState>().LastAnswer!.Reason);
}
