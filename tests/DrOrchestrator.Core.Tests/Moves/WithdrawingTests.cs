using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Custody;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Runs;
using Xunit;
using static DrOrchestrator.Core.Moves.MoveEvent;
using static DrOrchestrator.Core.Tests.Moves.MoveStory;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Moves;

public sealed class WithdrawingTests
{
    private static readonly MoveMessage.WithdrawMove Withdraw = new(Move, Sample.Run, Web.Id, "Everything was stopped.");

    private static readonly MoveHalted Halted = new(Move, "Everything was stopped.") { At = Noon };

    private static readonly object[] LookedInto = [new ClaimLapsed(First) { At = After(60) }, MoveVanished(60)];

    private static InvestigationStarted MoveVanished(double seconds) =>
        new("The worker of the transfer vanished, and as its run is halted nobody begins it anew.") { At = After(seconds) };

    private static MoveMessage.ReportPlaces Places(VmState source, VmState destination, double askedAt, bool migrating = false) =>
        new($"{Move}/inspect@4", [At(A1, source, migrating), At(B1, destination)], After(askedAt), Bound);

    [Fact]
    public void Is_taken_back_while_it_is_prepared() =>
        Vm.Given(Started).When(Withdraw).Then(
            new MoveEnded(Move, Sample.Run, MoveOutcome.Withdrawn, A1.Host, "Everything was stopped.", []) { At = Noon },
            new CustodySettled(A1.Host) { At = Noon });

    [Fact]
    public void Is_taken_back_before_its_transfer_is_claimed_and_its_destination_is_cleared()
    {
        var after = Vm.Given(Transferring).When(Withdraw).Then(
            new PlaceCleared(new FenceEvidence.NeverAttempted(TransferKey) { Host = B1.Host, At = Noon }) { At = Noon },
            new MoveEnded(Move, Sample.Run, MoveOutcome.Withdrawn, A1.Host, "Everything was stopped.", []) { At = Noon },
            new CustodySettled(A1.Host) { At = Noon });

        // The worker that comes after it finds nothing to claim.
        after.When(new MoveMessage.ClaimOrder(TransferKey, 2, 1, "server-1")).ThenRefused("claimed, answered or outdated");
    }

    [Fact]
    public void Once_claimed_it_goes_on_and_the_run_is_told_so()
    {
        foreach (var story in new[] { Aborting, Verifying })
        {
            Vm.Given(story).When(Withdraw).ThenNothing();
            Assert.Equal(new RunMessage.ReportUnderWay(Move), Assert.Single(Vm.Given(story).When(Withdraw).Reply).Message);
        }

        foreach (var story in new[] { Claimed, TakenOver, Investigating })
        {
            var halted = Vm.Given(story).When(Withdraw).Then(Halted);
            Assert.Contains(halted.Outstanding.Asks, ask => ask.Message is RunMessage.ReportUnderWay { Move: var told } && told == Move);
            halted.When(Withdraw).ThenNothing();
            Assert.Equal(new RunMessage.ReportUnderWay(Move), Assert.Single(halted.When(Withdraw).Reply).Message);
        }
    }

    [Fact]
    public void When_the_worker_of_a_halted_transfer_vanishes_it_is_looked_into_and_nobody_begins_it()
    {
        var after = Vm.Given([.. Claimed, Halted]).At(After(60)).When(new MoveMessage.Wake(First)).Then(
            new ClaimLapsed(First) { At = After(60) }, MoveVanished(60));

        Assert.DoesNotContain(after.Outstanding.Asks, ask => ask.Message is MoveOrder.Transfer);
        Assert.Contains(after.Outstanding.Asks, ask => ask.Message is MoveOrder.InspectPlaces { StopTransfer: false });
    }

    [Fact]
    public void One_whose_worker_had_vanished_before_the_halt_is_looked_into_at_once_and_the_order_that_waited_is_outdated()
    {
        var after = Vm.Given(Lapsed).When(Withdraw).Then(Halted, MoveVanished(0));

        after.When(new MoveMessage.ClaimOrder(TransferKey, 3, 2, "server-2")).ThenRefused("claimed, answered or outdated");
    }

    [Fact]
    public void Found_under_way_it_is_followed_and_not_begun()
    {
        var after = Vm.Given([.. Claimed, Halted, .. LookedInto]).At(After(62)).When(Places(VmState.Running, VmState.Absent, 61, migrating: true)).ThenGoOn();

        var order = Assert.Single(after.Outstanding.Asks.Select(ask => ask.Message).OfType<MoveOrder.Transfer>());
        Assert.True(order.Follow);
        Assert.Equal(2, order.Attempt);
    }

    [Fact]
    public void Found_not_under_way_once_nothing_can_be_pending_its_turn_comes_again()
    {
        var looked = Vm.Given([.. Claimed, Halted, .. LookedInto]).At(After(62)).When(Places(VmState.Running, VmState.Absent, 61)).ThenGoOn();
        Assert.Equal(MovePhase.Investigating, looked.StateOf<MoveState>().Phase);

        var ended = looked.At(After(71)).When(Places(VmState.Running, VmState.Absent, 70)).ThenGoOn().StateOf<MoveState>();

        Assert.Equal(MovePhase.Idle, ended.Phase);
        Assert.Equal(MoveOutcome.Withdrawn, ended.Closed[Move].Outcome);
        Assert.Equal(A1.Host, ended.Closed[Move].RunsAt);
        Assert.Contains("Everything was stopped.", ended.Closed[Move].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stop_of_its_run_while_it_is_looked_into_lets_nobody_begin_it_and_is_answered()
    {
        var abort = new MoveMessage.AbortMove(Move, Sample.Run, Web.Id, Night, "Enough.");
        var halted = Vm.Given(Investigating).When(abort).Then(new MoveHalted(Move, "Enough.") { At = Noon });

        Assert.Equal(new RunMessage.ReportUnderWay(Move), Assert.Single(halted.When(abort).Reply).Message);
    }

    [Fact]
    public void Admission_hears_that_an_unknown_end_is_settled_once_the_places_are_cleared()
    {
        var ask = new MoveMessage.AskSettled(Move);

        Assert.Empty(Vm.Given(Clearing).When(ask).Reply);
        var settled = Vm.Given([.. Clearing, new CustodySettled(A1.Host) { At = After(400) }]);
        settled.When(ask).ThenNothing();
        Assert.Equal(new AdmissionMessage.SettleSlot(Move, A1.Host), Assert.Single(settled.When(ask).Reply).Message);
    }

    [Fact]
    public void One_that_failed_under_the_eyes_of_its_worker_is_no_withdrawal()
    {
        var ended = Vm.Given([.. Claimed, Halted])
            .At(After(10)).When(new MoveMessage.ReportTransfer(First, Report(TransferResult.Failed, VmState.Running, VmState.Absent, "It broke."))).ThenGoOn().StateOf<MoveState>();

        Assert.Equal(MoveOutcome.Failed, ended.Closed[Move].Outcome);
    }

    [Fact]
    public void Before_its_start_is_heard_of_it_is_closed_and_the_start_comes_too_late()
    {
        var after = Vm.When(Withdraw).Then(new MoveWithdrawn(Move, Sample.Run, Web.Id, "Everything was stopped.") { At = Noon });

        Assert.Equal(MoveOutcome.Withdrawn, after.StateOf<MoveState>().Closed[Move].Outcome);
        after.When(new MoveMessage.StartMove(Move, Sample.Run, Web, A1, B1, Check, Policy, [])).ThenNothing();
    }

    [Fact]
    public void A_second_word_changes_nothing_and_is_answered_again()
    {
        var once = Vm.Given(Started).When(Withdraw).ThenGoOn();

        once.When(Withdraw).ThenNothing();
        Assert.Equal(MoveOutcome.Withdrawn, Assert.IsType<RunMessage.MoveAnswered>(Assert.Single(once.When(Withdraw).Reply).Message).Outcome);
    }
}
