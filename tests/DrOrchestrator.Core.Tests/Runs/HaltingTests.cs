using DrOrchestrator.Core.Admission;
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

/// <summary>Slots from admission, a stop of everything, and a pause of the run.</summary>
public sealed class HaltingTests
{
    private static readonly StopNotice Everything = new(1, Night, "The link flaps.");
    private static readonly PauseRun Pause = new(Night, "A look first.");
    private static readonly ResumeRun Resume = new(Night, "Fine.");
    private static readonly PlanPolicy OneByOne = PlanPolicy.Default with { Parallel = 1 };

    [Fact]
    public void Begins_only_what_was_granted_and_goes_on_asking_for_the_rest()
    {
        var asked = Observing().When(Scoped(3)).ThenGoOn();
        var first = new MoveId($"{Sample.Run}/vm-1/1");

        var after = asked.When(Grant(asked) with { Granted = [first], Grants = 1 }).ThenEvents(typeof(SlotsAnswered), typeof(MovesAdmitted));

        Assert.Equal(["vm-1"], after.OpenMoves());
        Assert.Equal(["vm-2", "vm-3"], after.WantedMoves());
        Assert.Contains(after.Outstanding.Asks, ask => ask.Message is AdmissionMessage.StateSlots { Statement.Number: 1 } && ask.Awaited);
    }

    [Fact]
    public void Heeds_no_answer_to_an_older_statement_and_none_that_knows_of_fewer_grants()
    {
        var open = Moving(2);
        var older = Grant(open);
        var ended = open.When(Ended(1, MoveOutcome.Failed)).ThenGoOn();

        ended.When(older with { Stop = Everything }).ThenNothing();
        ended.Granted().When(older with { Number = 2, Grants = 1, Stop = Everything }).ThenNothing();
    }

    [Fact]
    public void States_what_changes_while_it_waits_for_an_answer_with_the_next_statement()
    {
        var one = Moving(3).When(Ended(1, MoveOutcome.Moved)).ThenGoOn();
        var two = one.When(Ended(2, MoveOutcome.Moved)).ThenEvents(typeof(MoveFinished));

        var next = two.When(Grant(two)).ThenEvents(typeof(SlotsAnswered), typeof(SlotsRequested)).StateOf<RunState>().Requested!;

        Assert.Equal(3, next.Number);
        Assert.Equal([new ReleasedSlot(new MoveId($"{Sample.Run}/vm-2/1"), Landed: true)], next.Released);
    }

    [Fact]
    public void Tries_elsewhere_when_others_took_the_room()
    {
        var asked = Observing().When(Scoped(1)).ThenGoOn();
        var first = asked.StateOf<RunState>().Vms["vm-1"].Wanted!;

        var crowded = asked.When(Grant(asked) with { Granted = [], Grants = 0, Crowded = [first.Move] })
            .ThenEvents(typeof(SlotsAnswered), typeof(MoveCrowdedOut), typeof(MoveRetryScheduled), typeof(LookRequested), typeof(SlotsRequested)).Granted().At(After(15));

        // The room that was seen is gone: nothing is chosen by that look again.
        crowded.When(new Due()).ThenNothing();
        Assert.Null(crowded.Outstanding.WakeAt);
        var looked = Assert.Single(crowded.Outstanding.Asks.Select(ask => ask.Message).OfType<RunOrder.ObserveScope>());
        var again = crowded.When(new ReportScope(looked.Key, crowded.StateOf<RunState>().Observation!)).ThenGoOn();

        Assert.NotEqual(first.Plan.Destination.Host, again.StateOf<RunState>().Vms["vm-1"].Wanted!.Plan.Destination.Host);
    }

    [Fact]
    public void Ends_when_the_last_VM_was_crowded_out_for_good()
    {
        var asked = Observing(PlanPolicy.Default with { Attempts = 1 }).When(Scoped(1)).ThenGoOn();
        var move = asked.StateOf<RunState>().Vms["vm-1"].Wanted!.Move;

        asked.When(Grant(asked) with { Granted = [], Grants = 0, Crowded = [move] })
            .ThenEvents(typeof(SlotsAnswered), typeof(MoveCrowdedOut), typeof(RunEnded), typeof(SlotsRequested));
    }

    [Fact]
    public void Takes_back_what_was_let_through_when_everything_is_stopped()
    {
        var open = Moving(2);

        var stopped = open.When(Grant(open, Everything)).ThenEvents(typeof(RunStopped), typeof(SlotsRequested));

        Assert.Equal(2, stopped.Outstanding.Asks.Count(ask => ask.Message is MoveMessage.WithdrawMove && ask.Awaited));
        Assert.DoesNotContain(stopped.Outstanding.Asks, ask => ask.Message is MoveMessage.StartMove);
        Assert.Equal((1, 2), (stopped.StateOf<RunState>().Requested!.Stop, stopped.StateOf<RunState>().Requested!.Unresolved));
    }

    [Fact]
    public void Says_of_each_move_whether_it_is_under_way_or_withdrawn()
    {
        var open = Moving(2);
        var stopped = open.When(Grant(open, Everything)).ThenGoOn();
        stopped = stopped.When(Grant(stopped, Everything)).ThenGoOn();

        var known = stopped.When(new ReportUnderWay(new MoveId($"{Sample.Run}/vm-1/1"))).ThenEvents(typeof(MoveFoundUnderWay), typeof(SlotsRequested));
        known = known.When(Grant(known, Everything)).ThenGoOn();
        var both = known.When(Ended(2, MoveOutcome.Withdrawn)).ThenEvents(typeof(MoveFinished), typeof(SlotsRequested)).StateOf<RunState>();

        Assert.Equal((0, "evacuate-host-a1-1/vm-1/1"), (both.Requested!.Unresolved, Assert.Single(both.Requested.UnderWay).Value));
        Assert.Equal(["vm-2"], both.Waiting);
    }

    [Fact]
    public void A_run_that_is_being_stopped_answers_for_its_moves_when_everything_is_stopped()
    {
        var aborting = Moving(2).When(new AbortRun(Night, "Enough.")).ThenGoOn();

        var stopped = aborting.When(Grant(aborting, Everything)).ThenGoOn();
        Assert.Equal((1L, 2), (stopped.StateOf<RunState>().Requested!.Stop!.Value, stopped.StateOf<RunState>().Requested!.Unresolved));
        stopped = stopped.When(Grant(stopped, Everything)).ThenGoOn();
        var known = stopped.When(new ReportUnderWay(new MoveId($"{Sample.Run}/vm-1/1"))).ThenGoOn();
        known = known.When(Grant(known, Everything)).ThenGoOn();
        var both = known.When(Ended(2, MoveOutcome.Aborted)).ThenGoOn().StateOf<RunState>();

        Assert.Equal((0, "evacuate-host-a1-1/vm-1/1"), (both.Requested!.Unresolved, Assert.Single(both.Requested.UnderWay).Value));
    }

    [Fact]
    public void A_stop_that_the_run_obeys_is_obeyed_on_while_it_is_being_stopped()
    {
        var open = Moving(2);
        var stopped = open.When(Grant(open, Everything)).ThenGoOn();
        stopped = stopped.When(Grant(stopped, Everything)).ThenGoOn();

        var aborting = stopped.When(new AbortRun(Night, "Enough.")).ThenGoOn();

        Assert.Equal(1, aborting.StateOf<RunState>().Requested!.Stop);
        Assert.Equal(RunPhase.Aborting, aborting.StateOf<RunState>().Phase);
    }

    [Fact]
    public void Gives_the_slot_of_a_move_that_ended_unknown_back_with_the_doubt()
    {
        var released = Moving(2).When(Ended(1, MoveOutcome.Unknown)).ThenGoOn().StateOf<RunState>().Requested!.Released;

        Assert.Equal("vm-1", Assert.Single(released).Doubt!.Vm.Value);
    }

    [Fact]
    public void Begins_a_withdrawn_move_again_as_a_new_attempt_that_costs_none()
    {
        var open = Moving(1, OneByOne with { Attempts = 1 });
        var withdrawn = open.When(Grant(open, Everything)).ThenGoOn().When(Ended(1, MoveOutcome.Withdrawn)).ThenGoOn();
        Assert.Null(withdrawn.End());

        var released = withdrawn.Granted().Granted();

        var vm = released.StateOf<RunState>().Vms["vm-1"];
        Assert.Equal((2, 1, "evacuate-host-a1-1/vm-1/2"), (vm.Attempt, vm.Withdrawals, vm.Open!.Value.Value));
        released.When(Ended(1, MoveOutcome.Failed, attempt: 2)).ThenEvents(typeof(MoveFinished), typeof(RunEnded), typeof(SlotsRequested));
    }

    [Fact]
    public void Opens_no_grant_that_comes_with_a_stop_and_opens_it_when_the_stop_is_over()
    {
        var asked = Observing().When(Scoped(1)).ThenGoOn();
        var grant = Grant(asked);

        var stopped = asked.When(grant with { Stop = Everything }).ThenEvents(typeof(RunStopped), typeof(SlotsAnswered), typeof(SlotsRequested));
        Assert.Empty(stopped.OpenMoves());

        var over = stopped.When(grant with { Number = 2 }).ThenEvents(typeof(RunReleased), typeof(SlotsAnswered), typeof(MovesAdmitted), typeof(SlotsRequested));
        Assert.Equal(["vm-1"], over.OpenMoves());
    }

    [Fact]
    public void A_run_that_ends_while_everything_is_stopped_obeys_no_more()
    {
        var open = Moving(1);
        var stopped = open.When(Grant(open, Everything)).ThenGoOn().When(new ReportUnderWay(new MoveId($"{Sample.Run}/vm-1/1"))).ThenGoOn();
        stopped = stopped.When(Grant(stopped, Everything)).ThenGoOn();

        var ended = stopped.When(Ended(1, MoveOutcome.Moved)).ThenEvents(typeof(MoveFinished), typeof(RunEnded));
        ended = ended.When(Grant(ended, Everything)).ThenGoOn();

        Assert.Null(ended.StateOf<RunState>().Requested!.Stop);
    }

    [Fact]
    public void A_paused_run_wants_nothing_and_gives_back_what_it_wanted()
    {
        var asked = Observing().When(Scoped(2)).ThenGoOn();
        var paused = asked.When(Pause).ThenEvents(typeof(RunPaused));

        var told = paused.When(Grant(asked)).ThenEvents(typeof(SlotsAnswered), typeof(SlotsRequested));
        Assert.Empty(told.OpenMoves());
        Assert.Equal(2, told.StateOf<RunState>().Requested!.Released.Count);

        var resumed = told.Granted().When(Resume).ThenEvents(typeof(RunResumed), typeof(SlotsRequested));
        Assert.Equal(["vm-1", "vm-2"], resumed.WantedMoves());
        Assert.Equal(["vm-1", "vm-2"], resumed.Granted().OpenMoves());
    }

    [Fact]
    public void A_paused_run_takes_back_what_has_not_begun_and_lets_the_rest_come_to_its_end()
    {
        var paused = Moving(2, OneByOne with { Parallel = 2 }).When(Pause).ThenEvents(typeof(RunPaused));
        Assert.Equal(2, paused.Outstanding.Asks.Count(ask => ask.Message is MoveMessage.WithdrawMove));

        var under = paused.When(new ReportUnderWay(new MoveId($"{Sample.Run}/vm-1/1"))).ThenEvents(typeof(MoveFoundUnderWay));
        Assert.Single(under.Outstanding.Asks, ask => ask.Message is MoveMessage.StartMove);

        var after = under.When(Ended(1, MoveOutcome.Moved)).ThenGoOn().When(Ended(2, MoveOutcome.Withdrawn)).ThenGoOn();
        Assert.Null(after.End());
        Assert.Empty(after.WantedMoves());
    }

    [Fact]
    public void Refuses_to_pause_what_is_over_and_to_resume_what_is_not_paused()
    {
        RunStory.Run.When(Pause).ThenRefused("no such run");
        Moving(1).When(Resume).ThenRefused("not paused");
        Moving(1).When(Abort).ThenGoOn().When(Pause).ThenRefused("being stopped");
        Moving(1).When(Ended(1, MoveOutcome.Moved)).ThenGoOn().When(Pause).ThenRefused("has ended");
        Moving(1).When(Pause).ThenGoOn().When(Pause).ThenNothing();
    }

    [Fact]
    public void A_paused_run_can_be_stopped_for_good()
    {
        var paused = Observing().When(Scoped(2)).ThenGoOn().When(Pause).ThenGoOn().When(Abort).ThenEvents(typeof(RunAbortRequested), typeof(RunEnded));

        // What it had asked for is given back, although it has ended.
        var told = paused.When(Grant(paused)).ThenEvents(typeof(SlotsAnswered), typeof(SlotsRequested));
        Assert.Equal(2, told.StateOf<RunState>().Requested!.Released.Count);
        Assert.True(told.Outstanding.IsOpen);
        Assert.False(told.Granted().Outstanding.IsOpen);
    }
}
