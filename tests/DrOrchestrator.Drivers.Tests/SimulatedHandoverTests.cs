using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Drivers.Simulated;
using Xunit;

namespace DrOrchestrator.Drivers.Tests;

/// <summary>A guest that arrives paused and waits for the source's word.</summary>
public sealed class SimulatedHandoverTests
{
    private static readonly SimulatedFleetOptions Confirmed = new() { ConfirmedHandover = true };

    [Fact]
    public void Whoever_watches_starts_the_guest_when_the_source_has_it_no_more() => VirtualTime.Run(async time =>
    {
        var world = new SimulatedWorld(time, Confirmed);

        Assert.IsType<Outcome<Nothing>.Done>((await world.Migrate(world.Request())).Result);
        Assert.Equal((VmState.Absent, VmState.Running), (world.At(world.A1), world.At(world.B1)));
        Assert.False(world.TwoEverRan);
    });

    [Fact]
    public void Without_anybody_it_waits() => VirtualTime.Run(async time =>
    {
        var world = new SimulatedWorld(time, Confirmed);
        await world.Driver.EnsureMigration(world.Request(), default);
        await world.Wait(60);

        Assert.Equal((VmState.Absent, VmState.Paused), (world.At(world.A1), world.At(world.B1)));
    });

    [Theory]
    [InlineData(1, VmState.Paused)]
    [InlineData(2, VmState.Running)]
    [InlineData(3, VmState.Running)]
    public void Whoever_looks_into_the_move_starts_it_but_no_order_of_before(long generation, VmState after) => VirtualTime.Run(async time =>
    {
        var world = new SimulatedWorld(time, Confirmed);
        var request = world.Request(generation: 2);
        await world.Driver.EnsureMigration(request, default);
        await world.Wait(60);

        await world.Driver.EnsureHandedOver(request with { Generation = generation }, default);
        Assert.Equal(after, world.At(world.B1));
    });

    [Fact]
    public void It_is_not_started_for_another_move_nor_while_the_source_is_silent() => VirtualTime.Run(async time =>
    {
        var world = new SimulatedWorld(time, Confirmed);
        await world.Driver.EnsureMigration(world.Request(), default);
        await world.Wait(60);

        await world.Driver.EnsureHandedOver(world.Request() with { Move = new MoveId("another/vm-1/1") }, default);
        world.Fleet.Freeze(world.A1.Host);
        Assert.IsType<Outcome<Nothing>.Unknown>(await world.Driver.EnsureHandedOver(world.Request(), default));
        Assert.Equal(VmState.Paused, world.At(world.B1));
    });

    [Fact]
    public void Hosts_that_lose_each_other_just_then_leave_it_running_at_the_source_and_a_leftover_that_an_abort_removes() => VirtualTime.Run(async time =>
    {
        var world = await LostAtTheFinish(time);
        Assert.Equal((VmState.Running, VmState.Paused), (world.At(world.A1), world.At(world.B1)));
        await world.Driver.EnsureHandedOver(world.Request(), default);
        Assert.Equal(VmState.Paused, world.At(world.B1));

        Assert.IsType<Outcome<Nothing>.Done>(await world.Driver.EnsureAborted(world.Request(), default));
        Assert.Equal((VmState.Running, VmState.Absent), (world.At(world.A1), world.At(world.B1)));
        Assert.False(world.TwoEverRan);
    });

    [Fact]
    public void An_abort_of_before_does_not_take_what_a_newer_attempt_brought() => VirtualTime.Run(async time =>
    {
        var world = await LostAtTheFinish(time, generation: 2);

        await world.Driver.EnsureAborted(world.Request(generation: 2) with { Generation = 1 }, default);
        Assert.Equal(VmState.Paused, world.At(world.B1));
    });

    [Fact]
    public void A_guest_that_was_taken_back_and_powered_off_at_its_source_is_not_started_from_what_waits() => VirtualTime.Run(async time =>
    {
        var world = await LostAtTheFinish(time);
        await world.Driver.EnsureStopped(world.A1, world.Vm, default);

        Assert.IsType<Outcome<Nothing>.Done>(await world.Driver.EnsureHandedOver(world.Request(), default));
        Assert.IsType<Outcome<Nothing>.Done>(await world.Driver.EnsureHandedOver(world.Request() with { Generation = 2 }, default));
        Assert.Equal((VmState.Shutoff, VmState.Paused), (world.At(world.A1), world.At(world.B1)));
        Assert.DoesNotContain(world.Fleet.Effects, effect => effect.Kind is SimulatedEffectKind.RanFromOldMemory);
    });

    [Theory]
    [InlineData(0, VmState.Running, true)]
    [InlineData(1, VmState.Running, true)]
    [InlineData(2, VmState.Absent, false)]
    public void Where_the_source_has_it_no_more_what_the_record_saw_of_it_decides(long staleBelow, VmState after, bool old) => VirtualTime.Run(async time =>
    {
        var world = await LostAtTheFinish(time);
        await world.Driver.EnsureStopped(world.A1, world.Vm, default);
        await world.Driver.EnsureRemoved(world.A1, world.Vm, default);

        await world.Driver.EnsureHandedOver(world.Request() with { Generation = 2, StaleBelow = staleBelow }, default);
        Assert.Equal(after, world.At(world.B1));
        Assert.Equal(old, world.Fleet.Effects.Any(effect => effect.Kind is SimulatedEffectKind.RanFromOldMemory));
    });

    [Fact]
    public void What_is_known_to_be_a_leftover_goes_even_while_the_source_is_silent() => VirtualTime.Run(async time =>
    {
        var world = await LostAtTheFinish(time);
        world.Fleet.Freeze(world.A1.Host);

        Assert.IsType<Outcome<Nothing>.Unknown>(await world.Driver.EnsureHandedOver(world.Request() with { Generation = 2 }, default));
        Assert.Equal(VmState.Paused, world.At(world.B1));
        await world.Driver.EnsureHandedOver(world.Request() with { Generation = 2, StaleBelow = 2 }, default);
        Assert.Equal(VmState.Absent, world.At(world.B1));
    });

    [Fact]
    public void Whoever_looks_into_the_move_removes_what_the_source_took_back_at_once_and_stops_nobodys_migration() => VirtualTime.Run(async time =>
    {
        var world = await LostAtTheFinish(time);
        world.Fleet.Heal(SimulatedWorld.A, SimulatedWorld.B);

        await world.Driver.EnsureHandedOver(world.Request() with { Generation = 2 }, default);
        Assert.Equal((VmState.Running, VmState.Absent), (world.At(world.A1), world.At(world.B1)));
    });

    [Fact]
    public void The_watch_that_sees_the_end_removes_it_too() => VirtualTime.Run(async time =>
    {
        var world = await LostAtTheFinish(time);

        var end = await world.Watch(world.Request());
        Assert.IsType<Outcome<Nothing>.Failed>(end.Result);
        Assert.Equal((VmState.Running, VmState.Absent), (end.AtSource?.State, end.AtDestination?.State));
    });

    [Fact]
    public void A_source_frozen_at_the_finish_reads_the_answer_at_its_thaw_and_lets_go() => VirtualTime.Run(async time =>
    {
        var world = new SimulatedWorld(time, Confirmed);
        await AtTheFinish(world, world.Request());
        world.Fleet.Freeze(world.A1.Host);
        await world.Wait(60);
        Assert.Equal(VmState.Paused, world.At(world.B1));

        world.Fleet.Thaw(world.A1.Host);
        Assert.Equal(VmState.Absent, world.At(world.A1));
        await world.Driver.EnsureHandedOver(world.Request(), default);
        Assert.Equal(VmState.Running, world.At(world.B1));
        Assert.False(world.TwoEverRan);
    });

    [Fact]
    public void A_cut_on_top_of_the_freeze_leaves_it_running_at_the_source() => VirtualTime.Run(async time =>
    {
        var world = new SimulatedWorld(time, Confirmed);
        await AtTheFinish(world, world.Request());
        world.Fleet.Freeze(world.A1.Host);
        world.Fleet.Cut(SimulatedWorld.A, SimulatedWorld.B);
        await world.Wait(60);

        world.Fleet.Thaw(world.A1.Host);
        Assert.Equal((VmState.Running, VmState.Paused), (world.At(world.A1), world.At(world.B1)));
    });

    private static async Task<SimulatedWorld> LostAtTheFinish(VirtualTime time, long generation = 1)
    {
        var world = new SimulatedWorld(time, Confirmed);
        await AtTheFinish(world, world.Request(generation: generation));
        world.Fleet.Cut(SimulatedWorld.A, SimulatedWorld.B);
        await world.Wait(30);
        return world;
    }

    private static async Task AtTheFinish(SimulatedWorld world, MigrationRequest request)
    {
        world.Fleet.Hold(world.Vm.Id, MigrationStep.Cutover);
        await world.Driver.EnsureMigration(request, default);
        await world.Wait(60);
        Assert.Equal((VmState.Paused, VmState.Paused), (world.At(world.A1), world.At(world.B1)));
    }
}
