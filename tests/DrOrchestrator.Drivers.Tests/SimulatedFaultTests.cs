using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Drivers.Simulated;
using Xunit;

namespace DrOrchestrator.Drivers.Tests;

public sealed class SimulatedFaultTests
{
    private static readonly TimeSpan Deadline = new SimulatedDriverOptions().CallDeadline;

    [Fact]
    public void A_lost_request_ends_unknown_at_once_and_has_no_effect() => VirtualTime.Run(async time =>
    {
        var world = With(time, new SimulatedFault.LoseRequest());

        Assert.IsType<Outcome<Nothing>.Unknown>(await world.Driver.EnsureStopped(world.A1, world.Vm, default));

        Assert.Equal(VmState.Running, world.At(world.A1));
        Assert.Equal(TimeSpan.Zero, time.Elapsed);
    });

    [Fact]
    public void A_lost_answer_ends_unknown_and_has_its_effect() => VirtualTime.Run(async time =>
    {
        var world = With(time, new SimulatedFault.LoseAnswer());

        Assert.IsType<Outcome<Nothing>.Unknown>(await world.Driver.EnsureStopped(world.A1, world.Vm, default));

        Assert.Equal(VmState.Shutoff, world.At(world.A1));
    });

    [Fact]
    public void A_hanging_call_ends_unknown_at_its_deadline() => VirtualTime.Run(async time =>
    {
        var world = With(time, new SimulatedFault.Hang());

        var outcome = Assert.IsType<Outcome<Nothing>.Unknown>(await world.Driver.EnsureStopped(world.A1, world.Vm, default));

        Assert.Equal("a1 did not answer within 5 s.", outcome.Reason);
        Assert.Equal(Deadline, time.Elapsed);
        Assert.Equal(VmState.Running, world.At(world.A1));
    });

    [Fact]
    public void A_late_request_is_executed_after_the_client_gave_up() => VirtualTime.Run(async time =>
    {
        var world = With(time, new SimulatedFault.ExecuteLate(TimeSpan.FromSeconds(20)));

        Assert.IsType<Outcome<Nothing>.Unknown>(await world.Driver.EnsureStopped(world.A1, world.Vm, default));
        Assert.Equal(VmState.Running, world.At(world.A1));

        await world.Wait(19.9);
        Assert.Equal(VmState.Running, world.At(world.A1));
        await world.Wait(0.2);
        Assert.Equal(VmState.Shutoff, world.At(world.A1));
    });

    [Fact]
    public void A_delay_past_the_deadline_is_a_late_request_too() => VirtualTime.Run(async time =>
    {
        var world = With(time, new SimulatedFault.Delay(TimeSpan.FromSeconds(12)));

        Assert.IsType<Outcome<Nothing>.Unknown>(await world.Driver.EnsureStopped(world.A1, world.Vm, default));
        await world.Wait(2);

        Assert.Equal(VmState.Shutoff, world.At(world.A1));
    });

    [Fact]
    public void A_refusal_and_a_failure_change_nothing() => VirtualTime.Run(async time =>
    {
        var world = With(time, new SimulatedFault.Refuse("No.", "Ask again."));
        world.Fleet.Inject(new SimulatedFaultRule(new SimulatedFault.Fail("It broke."), Kind: SimulatedCallKind.Remove));

        Assert.Equal(new Outcome<Nothing>.Refused("No.", "Ask again."), await world.Driver.EnsureStopped(world.A1, world.Vm, default));
        Assert.Equal(new Outcome<Nothing>.Failed("It broke."), await world.Driver.EnsureRemoved(world.A1, world.Vm, default));
        Assert.Equal(VmState.Running, world.At(world.A1));
    });

    [Fact]
    public void A_rule_with_a_count_applies_so_often_and_no_more() => VirtualTime.Run(async time =>
    {
        var world = With(time, new SimulatedFault.Fail("It broke."), times: 2);

        Assert.IsType<Outcome<Nothing>.Failed>(await world.Driver.EnsureStopped(world.A1, world.Vm, default));
        Assert.IsType<Outcome<Nothing>.Failed>(await world.Driver.EnsureStopped(world.A1, world.Vm, default));
        Assert.IsType<Outcome<Nothing>.Done>(await world.Driver.EnsureStopped(world.A1, world.Vm, default));
    });

    [Fact]
    public void The_hook_sees_each_request_and_decides_before_the_rules() => VirtualTime.Run(async time =>
    {
        var world = With(time, new SimulatedFault.Fail("By the rule."));
        var calls = new List<SimulatedCall>();
        world.Fleet.Faults = call =>
        {
            calls.Add(call);
            return call.HasEffect ? new SimulatedFault.Fail("By the hook.") : null;
        };

        Assert.Equal(new Outcome<Nothing>.Failed("By the hook."), await world.Driver.EnsureStopped(world.A1, world.Vm, default));
        Assert.Equal((SimulatedCallKind.Stop, world.Vm.Id), (calls.Single().Kind, calls.Single().Vm));
    });

    [Fact]
    public void Cancelling_stops_the_waiting_and_not_the_request() => VirtualTime.Run(async time =>
    {
        var world = new SimulatedWorld(time);
        world.Fleet.Change(world.A1.Host, host => host with { Latency = TimeSpan.FromSeconds(2) });
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(0.5), time);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.Driver.EnsureStopped(world.A1, world.Vm, cancel.Token));
        Assert.Equal(VmState.Running, world.At(world.A1));
        await world.Wait(1);

        Assert.Equal(VmState.Shutoff, world.At(world.A1));
    });

    [Theory]
    [InlineData(false, VmState.Running)]
    [InlineData(true, VmState.Shutoff)]
    public void A_request_to_a_frozen_host_is_lost_or_waits_for_the_thaw(bool survives, VmState after) => VirtualTime.Run(async time =>
    {
        var world = new SimulatedWorld(time, new SimulatedFleetOptions { RequestsSurviveFreeze = survives });
        world.Fleet.Freeze(world.A1.Host);

        Assert.IsType<Outcome<Nothing>.Unknown>(await world.Driver.EnsureStopped(world.A1, world.Vm, default));
        world.Fleet.Thaw(world.A1.Host);

        Assert.Equal(after, world.At(world.A1));
    });

    [Fact]
    public void A_cut_return_path_loses_the_answer_and_not_the_effect() => VirtualTime.Run(async time =>
    {
        var world = new SimulatedWorld(time, patience: new SimulatedDriverOptions { Place = SimulatedWorld.B });
        world.Fleet.CutOneWay(SimulatedWorld.A, SimulatedWorld.B);

        Assert.IsType<Outcome<Nothing>.Unknown>(await world.Driver.EnsureStopped(world.A1, world.Vm, default));
        Assert.Equal(VmState.Shutoff, world.At(world.A1));

        world.Fleet.Heal(SimulatedWorld.A, SimulatedWorld.B);
        Assert.IsType<Outcome<Nothing>.Done>(await world.Driver.EnsureStopped(world.A1, world.Vm, default));
    });

    [Fact]
    public void A_guarded_host_refuses_a_late_start_of_an_older_generation() => VirtualTime.Run(async time =>
    {
        var world = new SimulatedWorld(time, new SimulatedFleetOptions { GuardedHosts = true });
        await world.Driver.EnsureStopped(world.A1, world.Vm, default);
        world.Fleet.Inject(new SimulatedFaultRule(
            new SimulatedFault.ExecuteLate(TimeSpan.FromSeconds(30)), Kind: SimulatedCallKind.Start, Times: 1));
        await world.Driver.EnsureStarted(world.A1, world.Vm, 2, default);

        await world.Driver.EnsureGeneration(world.A1, world.Vm, 6, default);
        await world.Wait(60);

        Assert.Equal(VmState.Shutoff, world.At(world.A1));
    });

    private static SimulatedWorld With(VirtualTime time, SimulatedFault fault, int? times = null)
    {
        var world = new SimulatedWorld(time);
        world.Fleet.Inject(new SimulatedFaultRule(fault, world.A1.Host, world.Vm.Id, SimulatedCallKind.Stop, times));
        return world;
    }
}
