using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Drivers.Simulated;
using Xunit;

namespace DrOrchestrator.Drivers.Tests;

public sealed class SimulatedMigrationTests
{
    [Fact]
    public void The_transfer_takes_what_memory_and_bandwidth_say()
    {
        var took = VirtualTime.Run(async time =>
        {
            var world = new SimulatedWorld(time);
            await world.Migrate(world.Request());
        });

        // 1000 MiB at 100 MiB/s, then 100 MiB dirtied in 10 s, then 10 MiB in the pause.
        Assert.InRange(took.TotalSeconds, 11, 12);
    }

    [Fact]
    public void A_bandwidth_cap_is_kept()
    {
        var took = VirtualTime.Run(async time =>
        {
            var world = new SimulatedWorld(time);
            var readings = new List<MigrationProgress>();
            var request = world.Request(MigrationOptions.Default with { BandwidthCap = Bandwidth.FromMebibytesPerSecond(50) });
            await world.Driver.EnsureMigration(request, default);
            await world.Watch(request, readings);
            Assert.All(readings, r => Assert.True((r.Throughput?.MebibytesPerSecond ?? 0) <= 50));
        });

        Assert.InRange(took.TotalSeconds, 24, 26);
    }

    [Fact]
    public void Two_migrations_out_of_one_host_share_its_network()
    {
        var took = VirtualTime.Run(async time =>
        {
            var world = new SimulatedWorld(time);
            var other = world.Fleet.AddVm(SimulatedWorld.Settings("vm-2"), world.A1.Host);
            await Task.WhenAll(world.Migrate(world.Request()), world.Migrate(world.Request(vm: other)));
        });

        // Each pass at half the rate, and so more of them.
        Assert.InRange(took.TotalSeconds, 22, 27);
    }

    [Fact]
    public void Auto_converge_ends_what_would_not_end() => VirtualTime.Run(async time =>
    {
        var world = new SimulatedWorld(time);
        world.Fleet.Change(world.Vm.Id, vm => vm with { DirtyBytesPerSecond = 150 << 20 });

        var without = await world.Migrate(world.Request(MigrationOptions.Default with { AutoConverge = false, Timeout = TimeSpan.FromMinutes(5) }));
        Assert.Contains("300 s", Assert.IsType<Outcome<Nothing>.Failed>(without.Result).Reason, StringComparison.Ordinal);

        var with = await world.Migrate(world.Request(generation: 2));
        Assert.IsType<Outcome<Nothing>.Done>(with.Result);
    });

    [Fact]
    public void A_migration_goes_on_when_its_client_is_gone() => VirtualTime.Run(async time =>
    {
        var world = new SimulatedWorld(time);
        await world.Driver.EnsureMigration(world.Request(), default);
        await world.Wait(60);

        Assert.Equal(VmState.Running, world.At(world.B1));
        Assert.False(world.TwoEverRan);
    });

    [Theory]
    [InlineData(SimulatedGuestFate.Dies)]
    [InlineData(SimulatedGuestFate.Reboots)]
    public void A_success_of_the_hypervisor_says_nothing_about_the_guest(SimulatedGuestFate fate) => VirtualTime.Run(async time =>
    {
        var world = new SimulatedWorld(time);
        var check = new GuestCheck("http://guest/");
        var before = await world.Guests.Observe(world.Vm, check, default);
        world.Fleet.SetFate(world.Vm.Id, fate);

        Assert.IsType<Outcome<Nothing>.Done>((await world.Migrate(world.Request())).Result);

        var after = await world.Guests.Observe(world.Vm, check, default);
        if (fate == SimulatedGuestFate.Dies)
        {
            Assert.IsType<Outcome<GuestObservation>.Unknown>(after);
        }
        else
        {
            Assert.NotEqual(
                ((Outcome<GuestObservation>.Done)before).Value.BootId,
                Assert.IsType<Outcome<GuestObservation>.Done>(after).Value.BootId);
        }
    });

    [Fact]
    public void The_counter_stands_while_the_guest_is_paused() => VirtualTime.Run(async time =>
    {
        var world = new SimulatedWorld(time);
        await world.Migrate(world.Request());
        var seen = Assert.IsType<Outcome<GuestObservation>.Done>(
            await world.Guests.Observe(world.Vm, new GuestCheck("http://guest/"), default)).Value;

        Assert.Equal("vm-1-boot-1", seen.BootId);
        Assert.InRange(seen.Counter!.Value, 11_000, (long)time.Elapsed.TotalMilliseconds - 100);
    });

    [Fact]
    public void A_destination_that_loses_power_leaves_the_guest_at_the_source() => VirtualTime.Run(async time =>
    {
        var world = new SimulatedWorld(time);
        await world.Driver.EnsureMigration(world.Request(), default);
        await world.Wait(3);
        world.Fleet.PowerOff(world.B1.Host);

        var end = await world.Watch(world.Request());

        Assert.IsType<Outcome<Nothing>.Unknown>(end.Result);
        Assert.Equal(VmState.Running, end.AtSource?.State);
        Assert.Null(end.AtDestination);
    });

    [Fact]
    public void A_source_that_loses_power_ends_the_watch_unknown_within_its_bounds() => VirtualTime.Run(async time =>
    {
        var world = new SimulatedWorld(time);
        await world.Driver.EnsureMigration(world.Request(), default);
        await world.Wait(3);
        world.Fleet.PowerOff(world.A1.Host);

        var end = await world.Watch(world.Request());

        Assert.IsType<Outcome<Nothing>.Unknown>(end.Result);
        Assert.Null(end.AtSource);
        Assert.Equal(VmState.Absent, end.AtDestination?.State);
        Assert.InRange(time.Elapsed.TotalSeconds, 15, 35);
        world.Fleet.PowerOn(world.A1.Host);
        Assert.Equal(VmState.Shutoff, world.At(world.A1));
    });

    [Theory]
    [InlineData(4, true)]
    [InlineData(20, false)]
    public void A_short_cut_delays_the_transfer_and_a_long_one_ends_it(int seconds, bool completes) => VirtualTime.Run(async time =>
    {
        var world = new SimulatedWorld(time);
        await world.Driver.EnsureMigration(world.Request(), default);
        await world.Wait(3);
        world.Fleet.Cut(SimulatedWorld.A, SimulatedWorld.B);
        await world.Wait(seconds);
        world.Fleet.Heal(SimulatedWorld.A, SimulatedWorld.B);

        var end = await world.Watch(world.Request());

        Assert.Equal(completes, end.Result is Outcome<Nothing>.Done);
        Assert.Equal(completes ? VmState.Running : VmState.Absent, end.AtDestination?.State);
        Assert.False(world.TwoEverRan);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_source_frozen_at_the_finish_runs_twice_only_where_the_knob_says_so(bool resumes) => VirtualTime.Run(async time =>
    {
        var world = new SimulatedWorld(time, new SimulatedFleetOptions { SourceResumesAfterFrozenFinish = resumes });
        world.Fleet.Hold(world.Vm.Id, MigrationStep.DestinationSetup);
        await world.Driver.EnsureMigration(world.Request(), default);
        await world.Wait(20);

        world.Fleet.Freeze(world.A1.Host);
        await world.Wait(20);
        world.Fleet.Thaw(world.A1.Host);
        await world.Wait(20);

        Assert.Equal(resumes, world.TwoEverRan);
        Assert.Equal(resumes ? [world.A1.Host, world.B1.Host] : [world.A1.Host], world.Fleet.RunningOn(world.Vm.Id));
    });

    [Fact]
    public void An_abort_past_the_point_of_no_return_fails_and_the_migration_completes() => VirtualTime.Run(async time =>
    {
        var world = new SimulatedWorld(time);
        world.Fleet.Hold(world.Vm.Id, MigrationStep.DestinationSetup);
        await world.Driver.EnsureMigration(world.Request(), default);
        await world.Wait(20);

        Assert.IsType<Outcome<Nothing>.Failed>(await world.Driver.EnsureAborted(world.Request(), default));

        world.Fleet.Hold(world.Vm.Id, null);
        Assert.IsType<Outcome<Nothing>.Done>((await world.Watch(world.Request())).Result);
    });

    [Fact]
    public void A_transfer_that_stalls_is_aborted_at_its_timeout() => VirtualTime.Run(async time =>
    {
        var world = new SimulatedWorld(time);
        world.Fleet.Hold(world.Vm.Id, MigrationStep.NetworkTransfer);

        var end = await world.Migrate(world.Request(MigrationOptions.Default with { Timeout = TimeSpan.FromMinutes(2) }));

        Assert.IsType<Outcome<Nothing>.Failed>(end.Result);
        Assert.Equal(VmState.Running, end.AtSource?.State);
        Assert.InRange(time.Elapsed.TotalSeconds, 120, 122);
    });

    [Fact]
    public void An_instant_fleet_takes_no_time_at_all()
    {
        var took = VirtualTime.Run(async time =>
        {
            var world = new SimulatedWorld(time, new SimulatedFleetOptions { Instant = true });
            for (var generation = 1; generation <= 1000; generation++)
            {
                var request = world.Request(generation: generation);
                request = generation % 2 == 1 ? request : request with { Source = world.B1, Destination = world.A1 };
                var readings = new List<MigrationProgress>();
                Assert.IsType<Outcome<Nothing>.Done>(await world.Driver.EnsureMigration(request, default));
                Assert.IsType<Outcome<Nothing>.Done>((await world.Watch(request, readings)).Result);
                Assert.Equal(Enum.GetValues<MigrationStep>(), readings.Select(r => r.Step));
            }
        });

        Assert.Equal(TimeSpan.Zero, took);
    }

    [Fact]
    public void The_same_seed_gives_the_same_history()
    {
        Assert.Equal(History(7), History(7));
        Assert.NotEqual(History(7), History(8));
    }

    private static List<SimulatedEffect> History(int seed)
    {
        List<SimulatedEffect> history = [];
        VirtualTime.Run(async time =>
        {
            var random = new Random(seed);
            var world = new SimulatedWorld(time);
            world.Fleet.Change(world.A1.Host, host => host with { Latency = TimeSpan.FromMilliseconds(20) });
            world.Fleet.Faults = _ => random.Next(10) switch
            {
                0 => new SimulatedFault.LoseAnswer(),
                1 => new SimulatedFault.LoseRequest(),
                2 => new SimulatedFault.Delay(TimeSpan.FromSeconds(random.NextDouble() * 8)),
                _ => null,
            };
            var moves = Enumerable.Range(2, 20).Select(async i =>
            {
                var vm = world.Fleet.AddVm(SimulatedWorld.Settings($"vm-{i}"), world.A1.Host);
                await world.Driver.EnsureMigration(world.Request(vm: vm), default);
                await world.Watch(world.Request(vm: vm));
            });
            await Task.WhenAll(moves);
            history = [.. world.Fleet.Effects];
        });
        return history;
    }
}
