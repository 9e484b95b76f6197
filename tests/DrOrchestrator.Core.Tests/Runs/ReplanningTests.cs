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

namespace DrOrchestrator.Core.Tests.Runs;

public sealed class ReplanningTests
{
    private static readonly PlanPolicy Narrow = PlanPolicy.Default with { Parallel = 2, PerDestination = 1, Attempts = 1 };

    private static string SecondKey => $"{Sample.Run}/observe/1";

    [Fact]
    public void Looks_again_when_a_move_fails_and_others_wait()
    {
        var after = Moving(4, Narrow).When(Ended(1, MoveOutcome.Failed)).ThenEvents(typeof(MoveFinished), typeof(LookRequested), typeof(SlotsRequested));

        Assert.Equal((1, "vm-1: So it went."), (after.StateOf<RunState>().Looks, after.StateOf<RunState>().LookCause));
        var ask = Assert.Single(after.Outstanding.Asks, ask => ask.Message is RunOrder.ObserveScope);
        Assert.Equal((SecondKey, SecondKey), (ask.Key, ((RunOrder.ObserveScope)ask.Message).Key));
    }

    [Theory]
    [InlineData(MoveOutcome.Moved)]
    [InlineData(MoveOutcome.Aborted)]
    public void Looks_no_further_where_nothing_went_wrong(MoveOutcome outcome) =>
        Moving(4, Narrow).When(Ended(1, outcome)).ThenEvents(typeof(MoveFinished), typeof(SlotsRequested));

    [Fact]
    public void Asks_for_one_look_at_a_time() =>
        Moving(5, Narrow).When(Ended(1, MoveOutcome.Failed)).ThenGoOn().Granted().When(Ended(2, MoveOutcome.Failed)).ThenEvents(typeof(MoveFinished), typeof(SlotsRequested));

    [Fact]
    public void What_waits_goes_elsewhere_when_its_destination_fell_silent_and_what_is_under_way_stays()
    {
        var before = Moving(6, Narrow).When(Ended(1, MoveOutcome.Failed)).ThenGoOn().Granted();
        var open = before.StateOf<RunState>().Open.Select(vm => before.StateOf<RunState>().Vms[vm]).ToArray();

        var after = before.When(Look(Silent(B1), Seen(B2, 32768))).ThenEvents(typeof(ScopeObserved), typeof(RunReplanned));

        var state = after.StateOf<RunState>();
        Assert.All(state.Waiting, vm => Assert.Equal(B2.Host, state.Vms[vm].Plan.Destination.Host));
        Assert.All(open, vm => Assert.Equal((vm.Plan, vm.Open), (state.Vms[vm.Plan.Vm.Id.Value].Plan, state.Vms[vm.Plan.Vm.Id.Value].Open)));
        Assert.Equal("vm-1: So it went.", Assert.Single(state.Replans).Cause);
        Assert.NotEmpty(state.Replans[0].Elsewhere);
        Assert.DoesNotContain(after.Outstanding.Asks, ask => ask.Message is RunOrder.ObserveScope);
    }

    [Fact]
    public void A_look_that_changes_nothing_is_recorded_and_no_more() =>
        Moving(6, Narrow).When(Ended(1, MoveOutcome.Failed)).ThenGoOn().Granted().When(Look(Seen(B1, 32768), Seen(B2, 32768))).ThenEvents(typeof(ScopeObserved));

    [Fact]
    public void A_look_that_was_not_asked_for_or_comes_twice_tells_nothing()
    {
        Moving(6, Narrow).When(Look(Silent(B1), Seen(B2, 32768))).ThenNothing();
        var looked = Moving(6, Narrow).When(Ended(1, MoveOutcome.Failed)).ThenGoOn().Granted().When(Look(Silent(B1), Seen(B2, 32768))).ThenGoOn();
        looked.When(Look(Silent(B2), Seen(B1, 32768))).ThenNothing();
    }

    [Fact]
    public void A_look_that_comes_after_the_stop_or_the_end_tells_nothing()
    {
        var asked = Moving(4, Narrow).When(Ended(1, MoveOutcome.Failed)).ThenGoOn().Granted();
        asked.When(Abort).ThenGoOn().When(Look(Silent(B1), Seen(B2, 32768))).ThenNothing();
        var ended = asked;
        foreach (var vm in new[] { 2, 3, 4 })
        {
            ended = ended.When(Ended(vm, MoveOutcome.Moved)).ThenGoOn().Granted();
        }

        Assert.NotNull(ended.End());
        ended.When(Look(Silent(B1), Seen(B2, 32768))).ThenNothing();
    }

    [Fact]
    public void A_host_that_failed_two_VMs_and_took_none_is_left_by_what_waits()
    {
        var narrow = Narrow with { Parallel = 4, PerDestination = 2 };
        var spec = Moving(6, narrow);
        var towards = spec.StateOf<RunState>().Vms["vm-1"].Plan.Destination.Host;
        int[] failing = [.. Enumerable.Range(1, 4).Where(vm => spec.StateOf<RunState>().Vms[$"vm-{vm}"].Plan.Destination.Host == towards)];
        Assert.Equal(2, failing.Length);
        foreach (var vm in failing)
        {
            spec = spec.When(Ended(vm, MoveOutcome.Refused)).ThenGoOn().Granted();
        }

        var after = spec.When(Look(Seen(B1, 32768), Seen(B2, 32768))).ThenGoOn().StateOf<RunState>();

        Assert.All(after.Waiting, vm => Assert.NotEqual(towards, after.Vms[vm].Plan.Destination.Host));
    }

    [Fact]
    public void What_is_under_way_holds_its_room_when_others_are_planned_anew()
    {
        var before = Moving(4, Narrow).When(Ended(1, MoveOutcome.Failed)).ThenGoOn().Granted().StateOf<RunState>();
        Assert.Equal((B2.Host, B2.Host), (before.Vms["vm-2"].Plan.Destination.Host, before.Vms["vm-4"].Plan.Destination.Host));
        Assert.Equal(["vm-2", "vm-3"], before.Open);

        // Above the headroom b2 has room for one of them.
        var after = Moving(4, Narrow).When(Ended(1, MoveOutcome.Failed)).ThenGoOn().Granted().When(Look(Seen(B1, 32768), Seen(B2, 1600))).ThenGoOn().StateOf<RunState>();

        Assert.Equal((B2.Host, B1.Host), (after.Vms["vm-2"].Plan.Destination.Host, after.Vms["vm-4"].Plan.Destination.Host));
    }

    [Fact]
    public void A_group_that_failed_at_one_host_is_tried_again_at_another_together()
    {
        var group = new VmGroup("pair", GroupRule.TogetherOnHost, [Vms[0].Id, Vms[1].Id]);
        var scope = Observation(Seen(B1, 32768), Seen(B2, 30720), Seen(Host("b3", "B"), 30720)) with { Rules = FleetRules.None with { Groups = [group] } };
        var scoped = new ReportScope($"{Sample.Run}/observe", scope with { Hosts = [Seen(A1, 1024, Copy(Vms[0], A1), Copy(Vms[1], A1)), .. scope.Hosts.Skip(1)] });
        var spec = Observing().When(scoped).ThenGoOn().Granted();
        Assert.All(spec.StateOf<RunState>().Vms.Values, vm => Assert.Equal(B1.Host, vm.Plan.Destination.Host));

        var again = spec.When(Ended(1, MoveOutcome.Failed)).ThenGoOn().Granted().When(Ended(2, MoveOutcome.Failed)).ThenGoOn().Granted().At(After(15)).When(new Due()).ThenEvents(typeof(SlotsRequested)).Granted();

        Assert.Equal(2, again.OpenMoves().Length);
        Assert.All(again.StateOf<RunState>().Vms.Values, vm => Assert.Equal(B2.Host, vm.Plan.Destination.Host));
    }

    [Fact]
    public void Looks_a_bounded_number_of_times()
    {
        var spec = Moving(6, PlanPolicy.Default with { Parallel = 1, PerDestination = 1, Attempts = 100, RetryDelay = TimeSpan.Zero });
        for (var attempt = 1; attempt <= 20; attempt++)
        {
            spec = spec.When(Ended(1, MoveOutcome.Failed, attempt)).ThenGoOn().Granted();
            var look = spec.StateOf<RunState>().Look;
            spec = look is null ? spec : spec.When(new ReportScope($"{Sample.Run}/observe/{look}", Observation(Seen(B1, 32768), Seen(B2, 32768)))).ThenGoOn();
            spec = spec.When(new Due()).ThenGoOn().Granted();
        }

        Assert.Equal(8, spec.StateOf<RunState>().Looks);
    }

    private static ReportScope Look(params HostObservation[] destinations) => new(SecondKey, Observation(destinations));

    private static ScopeObservation Observation(params HostObservation[] destinations) =>
        Scope([Seen(A1, 1024, [.. Vms.Select(vm => Copy(vm, A1))]), .. destinations]);
}
