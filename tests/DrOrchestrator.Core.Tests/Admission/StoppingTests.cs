using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Kernel;
using Xunit;
using static DrOrchestrator.Core.Admission.AdmissionEvent;
using static DrOrchestrator.Core.Admission.AdmissionMessage;
using static DrOrchestrator.Core.Tests.Admission.AdmissionStory;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Admission;

public sealed class StoppingTests
{
    private static readonly StopAll Stop = new(Night, "The link flaps.");
    private static readonly ResumeAll Go = new(Night, "It is mended.");
    private static readonly MoveId First = Want(One, 1).Move;

    [Fact]
    public void Is_in_force_at_once_where_nothing_is_held() =>
        Fresh.When(Stop).Then(new StopRequested(1, Night, "The link flaps.") { At = Noon }, new StopInForce(1, []) { At = Noon });

    [Fact]
    public void Is_in_force_when_every_run_has_answered_for_every_move()
    {
        var stopping = TwoRuns().When(Stop).ThenEvents(typeof(StopRequested));
        Assert.All(stopping.Outstanding.Asks, ask => Assert.True(ask.Awaited));

        var unresolved = stopping.When(States(One, 2, heard: 1, stop: 1, unresolved: 1)).ThenEvents(typeof(SlotsStated));
        var one = unresolved.When(States(One, 3, heard: 1, stop: 1, underWay: [First])).ThenEvents(typeof(SlotsStated));
        var both = one.When(States(Two, 2, released: [Ended(Two, 2)], heard: 1, stop: 1));

        both.Then(
            new SlotsStated(States(Two, 2, released: [Ended(Two, 2)], heard: 1, stop: 1).Statement) { At = Noon },
            new StopInForce(1, [First]) { At = Noon });
    }

    [Fact]
    public void A_run_that_obeys_an_earlier_stop_does_not_obey_this_one()
    {
        var again = TwoRuns().When(Stop).ThenGoOn().When(States(One, 2, heard: 1, stop: 1, underWay: [First])).ThenGoOn()
            .When(States(Two, 2, released: [Ended(Two, 2)], heard: 1, stop: 1)).ThenGoOn().When(Go).ThenGoOn().When(Stop).ThenEvents(typeof(StopRequested));

        Assert.Equal(2, again.Told(One).Stop!.Stop);
        again.When(States(One, 3, heard: 1, stop: 1, underWay: [First])).ThenEvents(typeof(SlotsStated));
    }

    [Fact]
    public void Lets_nothing_through_and_lets_the_waiting_through_when_it_is_over()
    {
        var stopped = Fresh.When(Stop).ThenGoOn();
        var waits = stopped.When(States(One, 1, [Want(One, 1)])).ThenEvents(typeof(SlotsStated));
        Assert.Equal(1, waits.Told(One).Stop!.Stop);

        var resumed = waits.When(Go).ThenEvents(typeof(AllResumed), typeof(SlotsDecided));

        Assert.Equal(["run-1/vm-1/1"], resumed.Held());
        Assert.Null(resumed.Told(One).Stop);
    }

    [Fact]
    public void A_run_that_obeys_is_told_of_the_end_until_it_has_heard_although_it_holds_nothing()
    {
        var idle = Fresh.When(States(One, 1, [Want(One, 1)])).ThenGoOn().When(Stop).ThenGoOn().When(States(One, 2, released: [Ended(One, 1)], heard: 1, stop: 1)).ThenGoOn();

        var resumed = idle.When(Go).ThenGoOn();

        Assert.True(resumed.Outstanding.IsOpen);
        Assert.False(resumed.When(States(One, 3, heard: 1)).ThenGoOn().Outstanding.IsOpen);
    }

    [Fact]
    public void A_slot_that_is_given_back_while_everything_is_stopped_goes_to_nobody()
    {
        var full = With(Wide with { Total = 1 }).When(States(One, 1, [Want(One, 1)])).ThenGoOn().When(States(Two, 1, [Want(Two, 2)])).ThenGoOn().When(Stop).ThenGoOn();

        var freed = full.When(States(One, 2, released: [Ended(One, 1)], heard: 1, stop: 1)).ThenEvents(typeof(SlotsStated), typeof(StopInForce));

        Assert.Empty(freed.Held());
    }

    [Fact]
    public void Who_asks_again_while_everything_is_stopped_is_on_the_record_once_and_nothing_else_changes()
    {
        var stopped = TwoRuns().When(Stop).ThenGoOn();
        var other = new StopAll(new Actor("other"), "Me too.");
        stopped.When(Stop).ThenNothing();

        var again = stopped.When(other).Then(new StopRepeated(1, other.By, "Me too.") { At = Noon });

        again.When(other).ThenNothing();
        Assert.Equal(stopped.Outstanding.Asks.Select(ask => ask.Key), again.Outstanding.Asks.Select(ask => ask.Key));
        var state = again.StateOf<AdmissionState>();
        Assert.Equal((AdmissionPhase.Stopping, Night, "Me too."), (state.Phase, state.Stop!.By, Assert.Single(state.Repeated).Reason));
        var third = again.When(new StopAll(Night, "And the fans.")).ThenEvents(typeof(StopRepeated));
        Assert.Empty(third.When(Go).ThenGoOn().StateOf<AdmissionState>().Repeated);
    }

    [Fact]
    public void There_is_nothing_to_resume_before_the_first_word()
    {
        Fresh.When(Go).ThenRefused("Nothing is stopped");
        TwoRuns().When(Stop).ThenGoOn().When(Go).ThenEvents(typeof(AllResumed));
    }

    private static Spec TwoRuns() => Fresh.When(States(One, 1, [Want(One, 1)])).ThenGoOn().When(States(Two, 1, [Want(Two, 2)])).ThenGoOn();
}
