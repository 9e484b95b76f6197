using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Kernel;
using Xunit;
using static DrOrchestrator.Core.Admission.AdmissionEvent;
using static DrOrchestrator.Core.Tests.Admission.AdmissionStory;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Admission;

public sealed class GrantingTests
{
    private static AdmissionState Take(AdmissionState state, SlotStatement statement, DateTimeOffset at) =>
        AdmissionDecider.Instance.Evolve(state, new SlotsStated(statement) { At = at });

    public static TheoryData<string> Limits() => ["all", "site", "link", "out", "in"];

    [Fact]
    public void Lets_through_what_fits_and_keeps_the_rest_waiting()
    {
        var after = With(Wide with { OutOfHost = 2 }).When(States(One, 1, [Want(One, 1), Want(One, 2), Want(One, 3)])).ThenEvents(typeof(SlotsStated), typeof(SlotsDecided));

        Assert.Equal(["run-1/vm-1/1", "run-1/vm-2/1"], after.Held());
        Assert.Equal(["run-1/vm-1/1", "run-1/vm-2/1"], after.Told(One).Granted.Select(move => move.Value));
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public void Every_limit_counts_over_all_runs(string which)
    {
        var limits = which switch
        {
            "all" => Wide with { Total = 1 },
            "site" => Wide with { PerSite = 1 },
            "link" => Wide with { PerLink = 1 },
            "out" => Wide with { OutOfHost = 1 },
            _ => Wide with { IntoHost = 1 },
        };

        var first = With(limits).When(States(One, 1, [Want(One, 1)])).ThenGoOn();
        var second = first.When(States(Two, 1, [Want(Two, 2)])).ThenEvents(typeof(SlotsStated));
        var freed = second.When(States(One, 2, released: [Ended(One, 1)], heard: 1)).ThenEvents(typeof(SlotsStated), typeof(SlotsDecided));

        Assert.Equal(["run-2/vm-2/1"], freed.Held());
    }

    [Fact]
    public void What_one_limit_holds_up_does_not_hold_up_those_behind_it()
    {
        var after = With(Wide with { OutOfHost = 1 }).When(States(One, 1, [Want(One, 1), Want(One, 2), Want(One, 3, from: "a2")])).ThenGoOn();

        Assert.Equal(["run-1/vm-1/1", "run-1/vm-3/1"], after.Held());
    }

    [Fact]
    public void The_run_that_holds_least_comes_first()
    {
        var busy = With(Wide with { Total = 3 }).When(States(One, 1, [Want(One, 1), Want(One, 2), Want(One, 3), Want(One, 4)])).ThenGoOn();
        var waiting = busy.When(States(Two, 1, [Want(Two, 5), Want(Two, 6)])).ThenGoOn();

        var after = waiting.When(States(One, 2, released: [Ended(One, 1)], heard: 3)).ThenGoOn();

        Assert.Equal(["run-1/vm-2/1", "run-1/vm-3/1", "run-2/vm-5/1"], after.Held());
    }

    [Fact]
    public void Room_that_others_are_on_their_way_to_is_waited_for_and_room_that_they_took_is_given_up()
    {
        var taken = With(Wide).When(States(One, 1, [Want(One, 1, room: 1500)])).ThenGoOn();
        var waits = taken.When(States(Two, 1, [Want(Two, 2, from: "a2", room: 1500)])).ThenEvents(typeof(SlotsStated));

        var failed = waits.When(States(One, 2, released: [Ended(One, 1)], heard: 1)).ThenGoOn();
        Assert.Equal(["run-2/vm-2/1"], failed.Held());

        var landed = waits.At(After(60)).When(States(One, 2, released: [Ended(One, 1, landed: true)], heard: 1)).ThenGoOn();
        Assert.Empty(landed.Held());
        Assert.Equal(["run-2/vm-2/1"], landed.Told(Two).Crowded.Select(move => move.Value));
    }

    [Fact]
    public void What_a_look_saw_arrived_is_in_the_room_that_it_saw_and_counts_once()
    {
        var first = Want(One, 1, room: 4096);
        var held = With(Wide).When(States(One, 1, [first])).ThenGoOn();
        var landed = held.At(After(60)).When(States(One, 2, released: [Ended(One, 1, landed: true)], heard: 1)).ThenGoOn();
        var saw = Want(Two, 2, room: 1024, observed: After(30)) with { Arrived = [first.Move] };

        Assert.Contains(saw.Move.Value, held.When(States(Two, 1, [saw])).ThenGoOn().Held());
        Assert.Contains(saw.Move.Value, landed.When(States(Two, 1, [saw])).ThenGoOn().Held());
        Assert.DoesNotContain(saw.Move.Value, held.When(States(Two, 1, [saw with { Arrived = null }])).ThenGoOn().Held());
        Assert.DoesNotContain(saw.Move.Value, landed.When(States(Two, 1, [saw with { Arrived = null }])).ThenGoOn().Held());
    }

    [Fact]
    public void What_landed_before_the_look_by_less_than_clocks_differ_counts_as_landed_after_it()
    {
        var landed = With(Wide).When(States(One, 1, [Want(One, 1, room: 4096)])).ThenGoOn()
            .At(After(60)).When(States(One, 2, released: [Ended(One, 1, landed: true)], heard: 1)).ThenGoOn();

        Assert.Empty(landed.When(States(Two, 1, [Want(Two, 2, room: 1500, observed: After(64))])).ThenGoOn().Held());
        Assert.NotEmpty(landed.When(States(Two, 1, [Want(Two, 2, room: 1500, observed: After(66))])).ThenGoOn().Held());
    }

    [Fact]
    public void A_move_towards_a_host_that_another_run_empties_goes_back_to_its_run()
    {
        var emptied = With(Wide).When(States(One, 1, emptying: "b1")).ThenGoOn();

        var crowded = emptied.When(States(Two, 1, [Want(Two, 2, to: "b1"), Want(Two, 3, to: "b2")], emptying: "a1")).ThenGoOn();

        Assert.Equal(["run-2/vm-3/1"], crowded.Held());
        Assert.Equal(["run-2/vm-2/1"], crowded.Told(Two).Crowded.Select(move => move.Value));
        Assert.Single(emptied.When(States(One, 2)).ThenGoOn().When(States(Two, 1, [Want(Two, 2, to: "b1")])).ThenGoOn().Held());
    }

    [Fact]
    public void What_had_landed_before_a_run_looked_is_in_the_room_that_it_saw()
    {
        var landed = With(Wide).When(States(One, 1, [Want(One, 1, room: 4096), Want(One, 9)])).ThenGoOn()
            .At(After(60)).When(States(One, 2, released: [Ended(One, 1, landed: true)], heard: 2)).ThenGoOn();

        var later = landed.At(After(120)).When(States(Two, 1, [Want(Two, 2, from: "a2", room: 1100, observed: After(90))])).ThenGoOn();

        // The other move towards b1 is still on its way, and counts.
        Assert.Equal(["run-1/vm-9/1"], later.Held());
        Assert.Empty(later.Told(Two).Crowded);
        var alone = later.At(After(180)).When(States(One, 3, released: [Ended(One, 9)], heard: 2)).ThenGoOn();
        Assert.Equal(["run-2/vm-2/1"], alone.Held());
    }

    [Fact]
    public void A_statement_is_taken_once_and_answered_as_often_as_it_is_asked()
    {
        var once = With(Wide).When(States(One, 1, [Want(One, 1)])).ThenGoOn();

        once.When(States(One, 1, [Want(One, 1)])).ThenNothing();
        Assert.Equal(Spec.Show(once.Told(One)), Spec.Show(Assert.Single(once.When(States(One, 1, [Want(One, 1)])).Reply).Message));
    }

    [Fact]
    public void A_grant_is_told_until_the_run_says_that_it_heard()
    {
        var granted = With(Wide).When(States(One, 1, [Want(One, 1), Want(One, 2)])).ThenGoOn();

        var heardOne = granted.When(States(One, 2, [Want(One, 3)], heard: 1)).ThenGoOn();

        Assert.Equal(["run-1/vm-2/1", "run-1/vm-3/1"], heardOne.Told(One).Granted.Select(move => move.Value));
        Assert.Equal(3, heardOne.Told(One).Grants);
    }

    [Fact]
    public void A_run_that_was_forgotten_while_it_waited_hears_its_next_grant()
    {
        var first = With(Wide).When(States(One, 1, [Want(One, 1)])).ThenGoOn().At(After(1)).When(States(One, 2, released: [Ended(One, 1)], heard: 1)).ThenGoOn();
        var others = Enumerable.Range(1, 1001).Aggregate(first.StateOf<AdmissionState>(), (state, number) => Take(state, States(new RunId($"other-{number}"), 1).Statement, After(1 + number)));
        Assert.DoesNotContain(One.Value, others.Runs.Keys);

        var back = Take(others, States(One, 3, [Want(One, 2)], heard: 1).Statement, After(2000));
        back = AdmissionDecider.Instance.Evolve(back, new SlotsDecided([Want(One, 2).Move], []) { At = After(2000) });

        Assert.Equal(2, back.Runs[One.Value].Grants);
        Assert.DoesNotContain(AdmissionDecider.Instance.React(back).Asks, ask => ask.To == StreamId.Run(new RunId("other-5")));
    }

    [Fact]
    public void Knows_which_run_empties_a_host_until_that_run_has_ended_however_many_come_after_it()
    {
        var emptying = Take(AdmissionState.Initial, States(One, 1, emptying: "b1").Statement, Noon);
        var others = Enumerable.Range(1, 1001).Aggregate(emptying, (state, number) => Take(state, States(new RunId($"other-{number}"), 1).Statement, After(number)));
        Assert.Equal(One, others.WhoEmpties(new HostId("b1")));

        Assert.Null(Take(others, States(One, 2).Statement, After(2000)).WhoEmpties(new HostId("b1")));
    }

    [Fact]
    public void New_limits_let_more_through_at_once()
    {
        var narrow = With(Wide with { Total = 1 }).When(States(One, 1, [Want(One, 1), Want(One, 2)])).ThenGoOn();

        var wide = narrow.When(new AdmissionMessage.SetLimits(Wide, Night)).ThenEvents(typeof(LimitsSet), typeof(SlotsDecided));

        Assert.Equal(2, wide.Held().Length);
        wide.When(new AdmissionMessage.SetLimits(Wide, Night)).ThenNothing();
    }

    [Fact]
    public void A_limit_below_what_is_held_takes_nothing_back_and_lets_nothing_through()
    {
        var two = With(Wide).When(States(One, 1, [Want(One, 1), Want(One, 2)])).ThenGoOn().When(new AdmissionMessage.SetLimits(Wide with { Total = 1 }, Night)).ThenGoOn();

        var after = two.When(States(One, 2, [Want(One, 3)], [Ended(One, 1)], heard: 2)).ThenEvents(typeof(SlotsStated));

        Assert.Equal(["run-1/vm-2/1"], after.Held());
    }

    [Fact]
    public void A_run_that_has_given_back_everything_asks_for_nothing_and_is_asked_nothing()
    {
        var idle = With(Wide).When(States(One, 1, [Want(One, 1)])).ThenGoOn().When(States(One, 2, released: [Ended(One, 1)], heard: 1)).ThenGoOn();

        Assert.False(idle.Outstanding.IsOpen);
        Assert.Equal(2, idle.Told(One).Number);
    }
}
