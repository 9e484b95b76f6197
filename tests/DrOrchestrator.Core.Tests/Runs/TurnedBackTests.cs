using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Plans;
using DrOrchestrator.Core.Runs;
using Xunit;
using static DrOrchestrator.Core.Runs.RunEvent;
using static DrOrchestrator.Core.Runs.RunMessage;
using static DrOrchestrator.Core.Tests.Runs.RunStory;
using static DrOrchestrator.Testing.Sample;
using Spec = DrOrchestrator.Testing.Spec;

namespace DrOrchestrator.Core.Tests.Runs;

/// <summary>Destinations that take no VM any more when a move towards them is prepared.</summary>
public sealed class TurnedBackTests
{
    private static readonly PlanPolicy Narrow = PlanPolicy.Default with { Parallel = 4, PerDestination = 2, Attempts = 2 };

    private static readonly HostLeftOut Worked = new(B1.Host, "b1 is in maintenance until 2026-05-04 13:00:00Z by night-shift: New fans.");

    private static readonly HostLeftOut Sick = new(B1.Host, "b1 is sick: HostOverheating.", LeftOutCause.Sickness);

    public static TheoryData<string> Causes() => ["maintenance", "sickness"];

    private static HostLeftOut Left(string cause) => cause is "maintenance" ? Worked : Sick;

    [Theory]
    [MemberData(nameof(Causes))]
    public void Moves_that_have_not_begun_leave_a_host_that_takes_no_VM_any_more_and_what_is_under_way_goes_on(string cause)
    {
        var before = Moving(6, Narrow);
        var (stays, turned) = (Towards(before, B1).First(), Towards(before, B1).Last());

        var after = before.When(Refused(before, turned, Left(cause))).ThenEvents(typeof(MoveFinished), typeof(LookRequested), typeof(RunReplanned), typeof(SlotsRequested));

        var state = after.StateOf<RunState>();
        Assert.All(state.Waiting.Concat(state.Wanted), vm => Assert.Equal(B2.Host, DestinationOf(state, vm)));
        Assert.Equal((B1.Host, before.StateOf<RunState>().Vms[stays].Open), (state.Vms[stays].Plan.Destination.Host, state.Vms[stays].Open));
        Assert.Contains(Left(cause).Why, Assert.Single(state.Replans).Cause, StringComparison.Ordinal);
        Assert.Contains(Left(cause).Why, state.LookCause, StringComparison.Ordinal);
        Assert.Equal((1, 1, false), (state.Vms[turned].Attempt, state.Vms[turned].Withdrawals, state.Vms[turned].Closed));
    }

    [Fact]
    public void Every_VM_still_has_all_its_attempts_and_the_run_completes()
    {
        var spec = Moving(6, Narrow with { Attempts = 1 });
        foreach (var vm in Towards(spec, B1).ToArray())
        {
            spec = spec.When(Refused(spec, vm, Worked)).ThenGoOn().Granted();
        }

        for (var step = 0; step < 20 && spec.OpenMoves() is [var next, ..]; step++)
        {
            Assert.Equal(B2.Host, DestinationOf(spec.StateOf<RunState>(), next));
            spec = spec.When(Answer(spec, next, MoveOutcome.Moved, B2.Host)).ThenGoOn().Granted();
        }

        Assert.Equal(RunOutcome.Completed, spec.End()!.Outcome);
    }

    [Fact]
    public void What_asked_for_its_slot_towards_it_gives_it_back_and_asks_for_another()
    {
        var waits = AskedFor();
        var first = Towards(waits, B1).Single();

        var after = waits.When(Refused(waits, first, Worked)).ThenGoOn();

        var state = after.StateOf<RunState>();
        var back = state.Replans[0].TakenBack!;
        Assert.Equal(2, back.Count);
        Assert.Equal(back, state.ToRelease.Concat(state.Requested!.Released).Select(slot => slot.Move).Where(back.Contains));
        Assert.All(state.Wanted, vm => Assert.Equal(B2.Host, DestinationOf(state, vm)));

        // Admission had let them through meanwhile: that answers the statement before, and says nothing any more.
        after.When(Grant(after) with { Number = state.Requested.Number - 1, Granted = back }).ThenNothing();
    }

    [Fact]
    public void A_look_that_shows_it_takes_back_what_asked_for_its_slot_too()
    {
        var waits = AskedFor();
        var looking = waits.Given(new LookRequested(1, "Something failed.") { At = Noon });

        var after = looking.When(Look(1, Scoped(6).Observation with { Unfit = [Sick] })).ThenGoOn().StateOf<RunState>();

        Assert.Equal(2, Assert.Single(after.Replans).TakenBack!.Count);
        Assert.All(after.Wanted.Concat(after.Waiting), vm => Assert.Equal(B2.Host, DestinationOf(after, vm)));
    }

    [Fact]
    public void Where_no_other_host_has_room_it_is_tried_by_policy_and_the_run_ends()
    {
        var spec = Observing(Narrow).When(new ReportScope(ScopeKey, Scope(Seen(A1, 1024, Copy(Vms[0], A1), Copy(Vms[1], A1)), Seen(B1, 32768), Seen(B2, 600)))).ThenGoOn().Granted();
        Assert.Equal(2, Towards(spec, B1).Count());

        var (refusals, now) = (0, Noon);
        while (spec.End() is null)
        {
            Assert.True(++refusals < 20, "it goes on for ever");
            now += TimeSpan.FromMinutes(1);
            spec = spec.At(now).When(new Due()).ThenGoOn().Granted();
            spec = spec.OpenMoves() is [var vm, ..] ? spec.When(Refused(spec, vm, Worked)).ThenGoOn().Granted() : spec;
        }

        Assert.Equal(RunOutcome.CompletedWithFailures, spec.End()!.Outcome);
        Assert.All(spec.StateOf<RunState>().Vms.Values, vm => Assert.Equal((MoveOutcome.Refused, Narrow.Attempts), (vm.Finished!.Outcome, vm.Attempt - vm.Withdrawals)));
    }

    [Fact]
    public void A_look_that_finds_it_fit_again_lets_moves_go_there_again()
    {
        var before = Moving(6, Narrow);
        var turned = before.When(Refused(before, Towards(before, B1).Last(), Worked)).ThenGoOn();
        Assert.True(turned.StateOf<RunState>().Observation!.LeavesOut(B1.Host));

        // Its maintenance is over, and the other host has fallen silent.
        var after = turned.When(Look(1, Scope(Seen(A1, 1024, [.. Vms.Select(vm => Copy(vm, A1))]), Seen(B1, 32768), Silent(B2)))).ThenEvents(typeof(ScopeObserved), typeof(RunReplanned));

        var state = after.StateOf<RunState>();
        Assert.All(state.Waiting, vm => Assert.Equal(B1.Host, DestinationOf(state, vm)));
    }

    [Fact]
    public void Looks_and_refusals_that_contradict_each_other_come_to_an_end()
    {
        var spec = Moving(3, Narrow with { Parallel = 1 });
        var (step, now) = (0, Noon);
        while (spec.End() is null)
        {
            Assert.True(++step < 500, "it goes on for ever");
            now += TimeSpan.FromMinutes(1);
            spec = spec.At(now).When(new Due()).ThenGoOn().Granted();
            spec = spec.StateOf<RunState>().Look is { } look ? spec.When(Look(look, Scoped(3).Observation)).ThenGoOn().Granted() : spec;
            spec = spec.OpenMoves() is [var vm, ..] ? spec.When(Refused(spec, vm, new HostLeftOut(DestinationOf(spec.StateOf<RunState>(), vm), "It is worked on."))).ThenGoOn().Granted() : spec;
        }

        Assert.Equal(RunOutcome.CompletedWithFailures, spec.End()!.Outcome);
    }

    [Fact]
    public void While_it_is_being_stopped_such_a_refusal_is_one()
    {
        var aborting = Moving(4, Narrow).When(Abort).ThenGoOn();

        var after = aborting.When(Refused(aborting, Towards(aborting, B1).First(), Worked)).ThenGoOn().StateOf<RunState>();

        Assert.Contains(after.Vms.Values, vm => vm.Finished is { Outcome: MoveOutcome.Refused, LeftOut: null });
        Assert.Empty(after.Replans);
    }

    /// <summary>A run that asked for all slots, and of whose moves admission has let one towards b1 through.</summary>
    private static Spec AskedFor()
    {
        var spec = Observing(Narrow with { Parallel = 6, PerDestination = 6 }).When(Scoped(6)).ThenGoOn();
        var state = spec.StateOf<RunState>();
        var first = state.Vms.Values.First(vm => vm.Plan.Destination == B1);
        return spec.When(Grant(spec) with { Grants = 1, Granted = [first.Wanted!.Move] }).ThenGoOn();
    }

    private static IEnumerable<string> Towards(Spec spec, HostEndpoint host) =>
        spec.StateOf<RunState>().Open.Where(vm => spec.StateOf<RunState>().Vms[vm].Plan.Destination.Host == host.Host);

    private static HostId DestinationOf(RunState state, string vm) => (state.Vms[vm].Wanted?.Plan ?? state.Vms[vm].Plan).Destination.Host;

    private static MoveAnswered Refused(Spec spec, string vm, HostLeftOut left) =>
        Answer(spec, vm, MoveOutcome.Refused, A1.Host) with { Reason = $"{left.Why} It takes no VM.", LeftOut = left };

    private static MoveAnswered Answer(Spec spec, string vm, MoveOutcome outcome, HostId runsAt) =>
        new(spec.StateOf<RunState>().Vms[vm].Open!.Value, new VmId(vm), outcome, runsAt, "So it went.", [], null);

    private static ReportScope Look(int number, ScopeObservation observation) => new($"{Sample.Run}/observe/{number}", observation);
}
