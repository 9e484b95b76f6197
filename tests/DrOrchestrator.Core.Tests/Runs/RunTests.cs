using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Plans;
using DrOrchestrator.Core.Runs;
using Xunit;
using static DrOrchestrator.Core.Runs.RunEvent;
using static DrOrchestrator.Core.Runs.RunMessage;
using static DrOrchestrator.Core.Tests.Runs.RunStory;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Runs;

public sealed class RunTests
{
    private static readonly PlanPolicy Narrow = PlanPolicy.Default with { Parallel = 2, PerDestination = 1 };

    [Fact]
    public void Starts_once_however_often_it_is_asked()
    {
        var after = RunStory.Run.When(Start()).Then(new RunStarted(Sample.Run, Plan, A1.Host, ByHand) { At = Noon });

        Assert.IsType<RunOrder.ObserveScope>(Assert.Single(after.Outstanding.Asks).Message);
    }

    [Fact]
    public void Plans_from_one_look_asks_for_slots_in_the_same_breath_and_begins_what_is_granted()
    {
        var asked = Observing().When(Scoped(2)).ThenEvents(typeof(ScopeObserved), typeof(RunPlanned), typeof(SlotsRequested));
        var ask = Assert.Single(asked.Outstanding.Asks);
        Assert.Equal((StreamId.Admission, true), (ask.To, ask.Awaited));
        Assert.Empty(asked.OpenMoves());

        var after = asked.When(Grant(asked)).ThenEvents(typeof(SlotsAnswered), typeof(MovesAdmitted));

        Assert.Equal(["vm-1", "vm-2"], after.OpenMoves());
        Assert.All(after.Outstanding.Asks, ask => Assert.IsType<MoveMessage.StartMove>(ask.Message));
    }

    [Fact]
    public void Says_which_host_it_empties_from_its_plan_to_its_end()
    {
        var moving = Moving(1);
        Assert.Equal(A1.Host, moving.StateOf<RunState>().Requested!.Emptying);

        var ended = moving.When(Ended(1, MoveOutcome.Moved)).ThenEvents(typeof(MoveFinished), typeof(RunEnded), typeof(SlotsRequested));
        Assert.Null(ended.StateOf<RunState>().Requested!.Emptying);
        Assert.False(ended.Granted().Outstanding.IsOpen);
    }

    [Fact]
    public void Takes_one_look_and_no_second_one() => Moving(2).When(Scoped(3)).ThenNothing();

    [Fact]
    public void Takes_no_look_that_another_run_asked_for() => Observing().When(Scoped(1) with { OrderKey = "other/observe" }).ThenNothing();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Refuses_a_host_that_is_unknown_silent_or_empty(int which)
    {
        var observation = which switch
        {
            0 => Scope(Seen(B1, 1024)),
            1 => Scope(Silent(A1), Seen(B1, 1024)),
            _ => Scope(Seen(A1, 1024, Copy(Web, A1, VmState.Shutoff)), Seen(B1, 1024)),
        };

        var after = Observing().When(new ReportScope(ScopeKey, observation)).ThenEvents(typeof(ScopeObserved), typeof(RunEnded));

        Assert.Equal(RunOutcome.Refused, after.End()!.Outcome);
    }

    [Fact]
    public void Ends_at_once_with_failures_when_no_VM_can_be_placed()
    {
        var full = new ReportScope(ScopeKey, Scope(Seen(A1, 0, Copy(Web, A1)), Silent(B1)));

        var after = Observing().When(full).ThenEvents(typeof(ScopeObserved), typeof(RunPlanned), typeof(RunEnded));

        Assert.Equal((RunOutcome.CompletedWithFailures, "0 of 1 VMs moved."), (after.End()!.Outcome, after.End()!.Summary));
    }

    [Fact]
    public void Lets_no_more_moves_through_than_the_plan_allows()
    {
        Assert.Equal(2, Moving(6, Narrow).OpenMoves().Length);
        Assert.Equal(2, Moving(6, Narrow with { Parallel = 6 }).OpenMoves().Length);
        Assert.Single(Moving(6, Narrow with { Parallel = 1 }).OpenMoves());
    }

    [Fact]
    public void Lets_the_next_one_through_when_one_ends() =>
        Assert.Equal(["vm-2", "vm-3"], Moving(3, Narrow).When(Ended(1, MoveOutcome.Moved)).ThenEvents(typeof(MoveFinished), typeof(SlotsRequested)).Granted().OpenMoves());

    [Fact]
    public void Completes_when_every_VM_moved()
    {
        var after = Moving(2).When(Ended(1, MoveOutcome.Moved)).ThenEvents(typeof(MoveFinished), typeof(SlotsRequested))
            .When(Ended(2, MoveOutcome.Moved)).ThenEvents(typeof(MoveFinished), typeof(RunEnded));

        Assert.Equal((RunOutcome.Completed, "2 of 2 VMs moved."), (after.End()!.Outcome, after.End()!.Summary));
    }

    [Fact]
    public void Takes_each_end_once_and_only_of_the_open_attempt()
    {
        var after = Moving(2).When(Ended(1, MoveOutcome.Failed)).ThenGoOn();

        after.When(Ended(1, MoveOutcome.Failed)).ThenNothing();
        after.When(Ended(1, MoveOutcome.Moved, attempt: 2)).ThenNothing();
        after.When(Ended(2, MoveOutcome.Moved) with { Vm = new VmId("stranger") }).ThenNothing();
    }

    [Fact]
    public void Tries_a_failed_VM_again_after_a_delay_at_another_host()
    {
        var failed = Moving(1).When(Ended(1, MoveOutcome.Failed)).ThenEvents(typeof(MoveFinished), typeof(MoveRetryScheduled), typeof(SlotsRequested)).Granted();
        var first = failed.StateOf<RunState>().Vms["vm-1"].Plan.Destination;

        Assert.Equal(Noon + PlanPolicy.Default.RetryDelay, failed.Outstanding.WakeAt);
        failed.At(After(14)).When(new Due()).ThenNothing();
        var again = failed.At(After(15)).When(new Due()).ThenEvents(typeof(SlotsRequested)).Granted();
        Assert.NotEqual(first, again.StateOf<RunState>().Vms["vm-1"].Plan.Destination);
        Assert.Equal(MoveId.Of(Sample.Run, Vms[0].Id, 2), again.StateOf<RunState>().Vms["vm-1"].Open);
    }

    [Fact]
    public void Gives_up_after_the_plans_number_of_attempts()
    {
        var spec = Moving(1, PlanPolicy.Default with { Attempts = 2 });
        spec = spec.When(Ended(1, MoveOutcome.Failed)).ThenGoOn().Granted().At(After(15)).When(new Due()).ThenGoOn().Granted();

        var after = spec.When(Ended(1, MoveOutcome.Failed, attempt: 2)).ThenEvents(typeof(MoveFinished), typeof(RunEnded), typeof(SlotsRequested));

        Assert.Equal(RunOutcome.CompletedWithFailures, after.End()!.Outcome);
    }

    [Theory]
    [InlineData(MoveOutcome.Unknown)]
    [InlineData(MoveOutcome.Aborted)]
    public void Tries_no_VM_again_whose_end_is_not_a_failure_at_its_source(MoveOutcome outcome) =>
        Moving(1).When(Ended(1, outcome)).ThenEvents(typeof(MoveFinished), typeof(RunEnded), typeof(SlotsRequested));

    [Fact]
    public void Tries_no_VM_again_that_runs_elsewhere_or_nowhere()
    {
        Moving(1).When(Ended(1, MoveOutcome.Failed, runsAt: B1.Host)).ThenEvents(typeof(MoveFinished), typeof(RunEnded), typeof(SlotsRequested));
        Moving(1).When(Ended(1, MoveOutcome.Failed) with { RunsAt = null }).ThenEvents(typeof(MoveFinished), typeof(RunEnded), typeof(SlotsRequested));
    }

    [Fact]
    public void Waits_for_a_retry_before_it_ends() =>
        Moving(2).When(Ended(1, MoveOutcome.Failed)).ThenGoOn().When(Ended(2, MoveOutcome.Moved)).ThenEvents(typeof(MoveFinished));

    [Fact]
    public void Stops_what_is_open_and_lets_nothing_new_through()
    {
        var after = Moving(3, Narrow).When(Abort).Then(new RunAbortRequested(Night, "Wrong host.") { At = Noon });

        Assert.All(after.Outstanding.Asks, ask => Assert.IsType<MoveMessage.AbortMove>(ask.Message));
        after.When(Ended(1, MoveOutcome.Failed)).ThenEvents(typeof(MoveFinished), typeof(SlotsRequested))
            .When(Ended(2, MoveOutcome.Aborted)).ThenEvents(typeof(MoveFinished), typeof(RunEnded));
    }

    [Fact]
    public void A_stop_before_anything_is_open_ends_it_at_once() =>
        Assert.Equal(RunOutcome.Aborted, Observing().When(Abort).ThenEvents(typeof(RunAbortRequested), typeof(RunEnded)).End()!.Outcome);

    [Fact]
    public void A_stop_ends_a_run_that_only_waits_for_a_retry() =>
        Moving(1).When(Ended(1, MoveOutcome.Failed)).ThenGoOn().Granted().When(Abort).ThenEvents(typeof(RunAbortRequested), typeof(RunEnded), typeof(SlotsRequested));

    [Fact]
    public void A_look_that_comes_after_the_stop_says_nothing() =>
        Observing().When(Abort).ThenGoOn().When(Scoped(2)).ThenNothing();

    [Fact]
    public void Refuses_to_stop_what_does_not_exist_or_has_ended()
    {
        RunStory.Run.When(Abort).ThenRefused("no such run");
        Observing().When(Abort).ThenGoOn().When(Abort).ThenRefused("has ended");
    }

    [Fact]
    public void Tells_the_host_that_waits_for_it_and_tells_it_again_when_asked()
    {
        var ended = Moving(1, trigger: ByAlert).When(Ended(1, MoveOutcome.Moved)).ThenGoOn().Granted();

        var told = Assert.Single(ended.Outstanding.Asks);
        Assert.Equal(StreamId.Host(A1.Host), told.To);
        Assert.False(ended.Outstanding.IsOpen);
        ended.When(Start(ByAlert)).ThenNothing();
        Assert.IsType<HostMessage.RunAnswered>(Assert.Single(ended.When(Start(ByAlert)).Reply).Message);
    }

    [Theory]
    [InlineData(MoveOutcome.Moved, true)]
    [InlineData(MoveOutcome.Failed, true)]
    [InlineData(MoveOutcome.Refused, false)]
    public void Tells_the_host_whether_anything_was_tried(MoveOutcome outcome, bool tried)
    {
        var ended = Moving(1, Plan.Policy with { Attempts = 1 }, ByAlert).When(Ended(1, outcome)).ThenGoOn().Granted();

        Assert.Equal(tried, ended.Outstanding.Asks.Select(ask => ask.Message).OfType<HostMessage.RunAnswered>().Single().Tried);
    }

    [Fact]
    public void Tells_the_host_in_whose_episode_a_person_started_it_until_the_host_has_heard()
    {
        var moving = Moving(1, trigger: ByHand with { Host = A1.Host, Episode = 3 });
        moving.When(new NoteEnd()).ThenNothing();

        var ended = moving.When(Ended(1, MoveOutcome.Moved)).ThenGoOn().Granted();

        var told = Assert.Single(ended.Outstanding.Asks);
        Assert.Equal(
            (StreamId.Host(A1.Host), new HostMessage.RunAnswered(Sample.Run, RunOutcome.Completed, "1 of 1 VMs moved.", Tried: true, Episode: 3), true),
            (told.To!.Value, told.Message, told.Awaited));
        var noted = ended.When(new NoteEnd()).Then(new EndNoted { At = Noon });
        Assert.False(noted.Outstanding.IsOpen);
    }

    [Fact]
    public void Tells_the_host_once_when_a_person_started_it_while_the_host_was_well()
    {
        var ended = Moving(1, trigger: ByHand with { Host = A1.Host }).When(Ended(1, MoveOutcome.Moved)).ThenGoOn().Granted();

        Assert.IsType<HostMessage.RunAnswered>(Assert.Single(ended.Outstanding.Asks).Message);
        Assert.False(ended.Outstanding.IsOpen);
        ended.When(new NoteEnd()).ThenNothing();
    }

    [Fact]
    public void Tells_nobody_where_a_person_started_it_before_hosts_were_told_of_that() =>
        Assert.Empty(Moving(1).When(Ended(1, MoveOutcome.Moved)).ThenGoOn().Granted().Outstanding.Asks);

    [Fact]
    public void Refuses_a_host_to_which_VMs_are_only_on_their_way()
    {
        var arriving = Scope(Seen(A1, 1024, Copy(Web, A1, VmState.Incoming), Copy(Db, A1, VmState.Shutoff)), Seen(B1, 65536));

        var after = Observing().When(new ReportScope(ScopeKey, arriving)).ThenEvents(typeof(ScopeObserved), typeof(RunEnded));

        Assert.Equal(
            (RunOutcome.Refused, "a1 runs no VM, and one is on the way to it (web): there is nothing to move yet. "
            + "Find out who moves VMs to it (drctl run list), and run the plan when they have arrived."),
            (after.End()!.Outcome, after.End()!.Summary));
    }

    [Theory]
    [InlineData(VmState.Running, RunOutcome.Completed)]
    [InlineData(VmState.Paused, RunOutcome.CompletedWithFailures)]
    [InlineData(VmState.Crashed, RunOutcome.CompletedWithFailures)]
    [InlineData(VmState.Other, RunOutcome.CompletedWithFailures)]
    [InlineData(VmState.Incoming, RunOutcome.Refused)]
    [InlineData(VmState.Shutoff, RunOutcome.Refused)]
    [InlineData(VmState.Absent, RunOutcome.Refused)]
    public void Ends_well_only_where_it_moved_something(VmState state, RunOutcome outcome)
    {
        var spec = Observing().When(new ReportScope(ScopeKey, Scope(Seen(A1, 1024, Copy(Vms[0], A1, state)), Seen(B1, 65536)))).ThenGoOn();

        spec = spec.End() is null ? spec.Granted().When(Ended(1, MoveOutcome.Moved)).ThenGoOn() : spec;

        Assert.Equal(outcome, spec.End()!.Outcome);
        Assert.Equal(outcome is RunOutcome.Completed, spec.StateOf<RunState>().Tried);
    }
}
