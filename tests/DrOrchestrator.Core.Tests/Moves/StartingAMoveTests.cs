using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Runs;
using Xunit;
using static DrOrchestrator.Core.Moves.MoveEvent;
using static DrOrchestrator.Core.Moves.MoveMessage;
using static DrOrchestrator.Core.Tests.Moves.MoveStory;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Moves;

public sealed class StartingAMoveTests
{
    [Fact]
    public void A_destination_that_takes_no_VM_any_more_refuses_the_move_and_the_run_hears_why()
    {
        var left = new HostLeftOut(B1.Host, "b1 is sick: HostOverheating.", LeftOutCause.Sickness);
        var after = Vm.Given(Started).When(new ReportPreparation($"{Move}/prepare", [left.Finding(FindingSeverity.Error)], null, null, LeftOut: left))
            .ThenEvents(typeof(SourcePrepared), typeof(MoveEnded), typeof(CustodySettled));

        var answer = after.Outstanding.Asks.Select(ask => ask.Message).OfType<Core.Runs.RunMessage.MoveAnswered>().Single();
        Assert.Equal((MoveOutcome.Refused, left), (answer.Outcome, answer.LeftOut!));
        Assert.Equal("b1 is sick: HostOverheating. It takes no VM. It takes some again when what stands against it is resolved: drctl alerts.", answer.Reason);
    }

    [Fact]
    public void Enrols_a_VM_at_the_one_host_that_runs_it_and_begins() =>
        Vm.When(Start(At(A1, VmState.Running), At(B1, VmState.Absent)))
            .Then(new VmEnrolled(Web, A1.Host, []) { At = Noon }, new MoveStarted(Move, Sample.Run, A1, B1, 2, Check, Policy) { At = Noon });

    [Fact]
    public void Holds_a_silent_host_as_a_place_and_refuses_to_move_until_it_answers()
    {
        var after = Vm.When(Start(At(A1, VmState.Running), At(B1, VmState.Absent), At(B2, null)))
            .ThenEvents(typeof(VmEnrolled), typeof(MoveRefused));

        Assert.Equal([B2.Host, A1.Host], after.MightRunAt());
        Assert.Contains("might also be at b2", after.StateOf<MoveState>().LastAnswer!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(VmState.Incoming)]
    [InlineData(VmState.Paused)]
    [InlineData(VmState.Crashed)]
    [InlineData(VmState.Other)]
    public void Holds_a_host_with_a_copy_that_could_run_as_a_place(VmState there) =>
        Assert.Contains(B1.Host, Vm.When(Start(At(A1, VmState.Running), At(B1, there))).ThenEvents(typeof(VmEnrolled), typeof(MoveRefused)).MightRunAt());

    [Fact]
    public void Refuses_a_VM_that_was_seen_running_nowhere() =>
        Vm.When(Start(At(A1, VmState.Shutoff))).ThenEvents(typeof(MoveRefused));

    [Fact]
    public void Refuses_a_VM_that_was_seen_running_twice() =>
        Vm.When(Start(At(A1, VmState.Running), At(B1, VmState.Running))).ThenEvents(typeof(MoveRefused));

    [Fact]
    public void Takes_the_next_generation_with_every_move() =>
        Assert.Equal(2, Vm.Given(Enrolled).When(Start()).ThenEvents(typeof(MoveStarted)).StateOf<MoveState>().Custody.Generation);

    [Fact]
    public void Starts_a_move_once_however_often_it_is_asked() =>
        Vm.Given(Started).When(Start()).ThenNothing();

    [Fact]
    public void Answers_again_when_a_closed_move_is_asked_for_again()
    {
        var closed = Vm.Given(Started).When(Abort).ThenGoOn().When(Start());

        closed.ThenNothing();
        var reply = Assert.Single(closed.Reply);
        Assert.Equal(StreamId.Run(Sample.Run), reply.To);
        Assert.Equal(MoveOutcome.Aborted, Assert.IsType<RunMessage.MoveAnswered>(reply.Message).Outcome);
    }

    [Fact]
    public void Refuses_a_second_run_while_one_holds_the_VM()
    {
        var other = Start() with { Move = new MoveId("other/vm-web/1"), Run = new RunId("other") };

        var after = Vm.Given(Claimed).When(other).Then(new MoveRefused(other.Move, other.Run, Web.Id, new Refusal(
            $"Run {Sample.Run} holds web.", $"Wait for it, or stop it: drctl run abort {Sample.Run} --reason WHY.")) { At = Noon });

        Assert.Equal(Move, after.StateOf<MoveState>().Move!.Id);
    }

    [Fact]
    public void Refuses_while_a_place_of_the_last_move_is_not_cleared() =>
        Vm.Given(Clearing).When(Start() with { Move = new MoveId("other/vm-web/1") }).ThenEvents(typeof(MoveRefused));

    [Fact]
    public void Refuses_to_move_from_a_host_where_custody_does_not_have_it() =>
        Vm.Given(Enrolled).When(Start() with { Source = A2 }).ThenEvents(typeof(MoveRefused));

    [Fact]
    public void Refuses_to_move_onto_the_host_where_it_runs() =>
        Vm.Given(Enrolled).When(Start() with { Destination = A1 }).ThenEvents(typeof(MoveRefused));

    [Fact]
    public void Asks_for_preparation_and_waits_a_bounded_time_for_it()
    {
        var outstanding = Vm.Given(Started).Outstanding;

        var order = Assert.IsType<MoveOrder.PrepareSource>(Assert.Single(outstanding.Asks).Message);
        Assert.Equal((A1, B1, 2L), (order.Source, order.Destination, order.Generation));
        Assert.Equal(Noon + Policy.PreparationTimeout, outstanding.WakeAt);
    }

    [Fact]
    public void Makes_the_destination_a_place_before_any_order_to_transfer_exists()
    {
        var prepared = new ReportPreparation($"{Move}/prepare", [], new GuestObservation("boot-1", 7), null);

        var after = Vm.Given(Started).When(prepared).Then(
            new SourcePrepared([], new GuestObservation("boot-1", 7)) { At = Noon }, new PlaceAdded(B1.Host, TransferKey) { At = Noon });

        Assert.Equal([A1.Host, B1.Host], after.MightRunAt());
        Assert.IsType<MoveOrder.Transfer>(Assert.Single(after.Outstanding.Asks).Message);
    }

    [Fact]
    public void Ends_refused_when_preflight_finds_an_error_and_never_makes_the_destination_a_place()
    {
        var error = new Finding(FindingArea.Capacity, FindingSeverity.Error, "b1 is full.", "Free memory.");

        var after = Vm.Given(Started).When(new ReportPreparation($"{Move}/prepare", [error], null, null))
            .ThenEvents(typeof(SourcePrepared), typeof(MoveEnded), typeof(CustodySettled));

        Assert.Equal((MovePhase.Idle, MoveOutcome.Refused), (after.Phase(), after.StateOf<MoveState>().LastAnswer!.Outcome));
        Assert.Equal([A1.Host], after.MightRunAt());
    }

    [Fact]
    public void What_its_run_foresaw_joins_what_preflight_finds_and_an_error_of_it_stops_the_move()
    {
        var foreseen = new Finding(FindingArea.Bandwidth, FindingSeverity.Error, "It never ends.", "Allow migration.autoConverge in the plan.");
        var found = new Finding(FindingArea.Storage, FindingSeverity.Warning, "An older file lies there.");

        var prepared = Vm.Given(Enrolled).When(Start() with { Foreseen = [foreseen] }).ThenEvents(typeof(MoveStarted))
            .When(new ReportPreparation($"{Move}/prepare", [found], null, null));

        Assert.Equal([found, foreseen], prepared.Decision.Events.OfType<SourcePrepared>().Single().Findings);
        var after = prepared.ThenEvents(typeof(SourcePrepared), typeof(MoveEnded), typeof(CustodySettled));
        Assert.Equal("It never ends. Allow migration.autoConverge in the plan.", after.StateOf<MoveState>().LastAnswer!.Reason);
        Assert.Equal([A1.Host], after.MightRunAt());
    }

    [Fact]
    public void Ends_refused_when_preflight_could_not_be_done() =>
        Vm.Given(Started).When(new ReportPreparation($"{Move}/prepare", [], null, new Refusal("b1 is silent.", "Wait.")))
            .ThenEvents(typeof(SourcePrepared), typeof(MoveEnded), typeof(CustodySettled));

    [Fact]
    public void Takes_no_preparation_of_another_move() =>
        Vm.Given(Started).When(new ReportPreparation("other/prepare", [], null, null)).ThenNothing();

    [Fact]
    public void Takes_no_preparation_that_comes_again() =>
        Vm.Given(Transferring).When(new ReportPreparation($"{Move}/prepare", [], null, null)).ThenNothing();

    [Fact]
    public void Gives_up_on_preparation_at_its_deadline_and_not_before()
    {
        var deadline = Noon + Policy.PreparationTimeout;

        Vm.Given(Started).At(deadline - TimeSpan.FromTicks(1)).When(new Due()).ThenNothing();
        Vm.Given(Started).At(deadline).When(new Due()).ThenEvents(typeof(MoveEnded), typeof(CustodySettled));
    }

    [Fact]
    public void What_came_to_stand_against_the_source_takes_post_copy_away_and_is_on_record_with_the_findings()
    {
        var after = Vm.Given(MayPostCopy()).When(new ReportPreparation($"{Move}/prepare", [], null, null, "HostHardwareFailing"));

        var prepared = after.Decision.Events.OfType<SourcePrepared>().Single();
        Assert.Equal("HostHardwareFailing", prepared.Doubt);
        Assert.Equal(FindingSeverity.Warning, prepared.Findings.Single().Severity);
        Assert.Contains("it is not used: the source is suspect (HostHardwareFailing)", prepared.Findings.Single().Fact, StringComparison.Ordinal);
        Assert.False(after.ThenGoOn().Outstanding.Asks.Select(ask => ask.Message).OfType<MoveOrder.Transfer>().Single().Policy.Migration.PostCopy);
    }

    [Fact]
    public void A_guest_that_only_post_copy_could_have_moved_is_refused_when_it_is_taken_away()
    {
        var then = new Finding(FindingArea.Bandwidth, FindingSeverity.Error, "Pre-copy does not end by itself.", "Move it when it is quiet.");

        var after = Vm.Given(MayPostCopy(then)).When(new ReportPreparation($"{Move}/prepare", [], null, null, "HostHardwareFailing"))
            .ThenEvents(typeof(SourcePrepared), typeof(MoveEnded), typeof(CustodySettled));

        Assert.Equal(MoveOutcome.Refused, after.StateOf<MoveState>().LastAnswer!.Outcome);
    }

    [Fact]
    public void What_stands_against_the_source_of_a_move_that_uses_no_post_copy_changes_nothing()
    {
        var after = Vm.Given(Started).When(new ReportPreparation($"{Move}/prepare", [], null, null, "HostHardwareFailing"));

        Assert.Equal(([], null), (after.Decision.Events.OfType<SourcePrepared>().Single().Findings.ToArray(), after.Decision.Events.OfType<SourcePrepared>().Single().Doubt));
    }

    private static object[] MayPostCopy(Finding? then = null)
    {
        var migration = Policy.Migration with { PostCopy = true, Bounds = new MoveBounds(Bytes.Zero, 1, null, then) };
        return [.. Enrolled, new MoveStarted(Move, Sample.Run, A1, B1, 2, Check, Policy with { Migration = migration }) { At = Noon }];
    }
}
