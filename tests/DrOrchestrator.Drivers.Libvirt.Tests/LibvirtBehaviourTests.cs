using System.Diagnostics;
using System.Globalization;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Conformance;
using DrOrchestrator.Drivers.Libvirt.Connections;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

/// <summary>What is true of libvirt beyond what every driver promises: tried on the lab, not taken from a page.</summary>
[Collection("lab")]
public sealed class LibvirtBehaviourTests(ITestOutputHelper output) : IAsyncLifetime
{
    private LibvirtLab? lab;
    private IHypervisorDriver? driver;

    private LibvirtLab Lab => lab!;

    private IHypervisorDriver Driver => driver!;

    public async ValueTask InitializeAsync()
    {
        lab = await LibvirtLab.Open();
        driver = lab.NewDriver();
    }

    public async ValueTask DisposeAsync()
    {
        await (driver?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (lab?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Fact]
    public async Task A_migration_goes_on_at_the_source_when_the_process_that_started_it_is_killed()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);
        var request = Request(vm, Lab.Quick with { BandwidthCap = Bandwidth.FromMebibytesPerSecond(8) });

        await MigrationStarter.StartAndDie(request);
        Assert.True(Value(await Driver.InspectVm(Lab.Source, vm, default)).MigratingOut, "The job ended with its client.");

        var end = await Watch(request);

        Assert.IsType<Outcome<Nothing>.Done>(end.Result);
        Assert.NotNull(await Lab.Observe(vm));
    }

    [Fact]
    public async Task A_disk_that_both_hosts_see_is_not_copied_and_copying_it_is_refused()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary, LibvirtLab.SharedFolder);

        var refused = Assert.IsType<Outcome<Nothing>.Refused>(
            await Driver.EnsureMigration(Request(vm, Lab.Quick with { Storage = StorageMode.Copied }), default));
        Assert.Contains("both hosts see", refused.Reason, StringComparison.Ordinal);

        var request = Request(vm, Lab.Quick);
        Assert.IsType<Outcome<Nothing>.Done>(await Driver.EnsureMigration(request, default));
        var end = await Watch(request);
        Assert.IsType<Outcome<Nothing>.Done>(end.Result);
        Assert.True(end.Transferred < Bytes.FromMebibytes(120), $"{end.Transferred} were sent: the disk was copied.");
    }

    [Fact]
    public async Task A_file_at_the_destination_that_another_VM_uses_is_not_written_over()
    {
        var vm = await Lab.RunningVm(VmKind.WithLocalDisk);
        var other = await Lab.DefineUserOf(vm, Lab.Destination);

        var outcome = await Driver.EnsureMigration(Request(vm, Lab.Quick), default);

        Assert.True(outcome is Outcome<Nothing>.Refused { Reason: var reason } && reason.Contains(other.Name, StringComparison.Ordinal), $"It was {outcome}.");
    }

    [Fact]
    public async Task Two_files_that_changed_within_one_tick_of_the_clock_are_not_taken_for_one()
    {
        var vm = await Lab.StoppedVm(LibvirtLab.OwnFolder);
        await Lab.MakeDisk(vm, Lab.Destination);
        await Lab.ChangeDisksAtOnce(vm);

        var findings = Assert.IsType<Outcome<IReadOnlyList<Finding>>.Done>(await Driver.Preflight(Request(vm, Lab.Quick), default)).Value;

        Assert.Contains(findings, finding => finding is { Area: FindingArea.Storage, Severity: FindingSeverity.Error } && finding.Fact.Contains("one change time", StringComparison.Ordinal));
        Assert.Empty(await Lab.Looks());
    }

    [Fact]
    public async Task A_destination_that_loses_power_in_mid_transfer_leaves_the_guest_at_the_source()
    {
        var vm = await Lab.RunningVm(VmKind.NeverConverging);
        var request = Request(vm, Lab.Slow) with { Destination = LibvirtLab.Endpoint("b2", "B") };
        Assert.IsType<Outcome<Nothing>.Done>(await Driver.EnsureMigration(request, default));
        await MidTransfer(request);

        await Lab.PowerOff("b2");
        var began = Stopwatch.GetTimestamp();
        var end = await Watch(request);
        output.WriteLine($"end {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s after the power was lost: {end.Result}");

        Assert.IsType<Outcome<Nothing>.Unknown>(end.Result);
        Assert.Equal(VmState.Running, end.AtSource?.State);
        Assert.Null(end.AtDestination);
        Assert.NotNull(await Lab.Observe(vm));
    }

    [Fact]
    public async Task A_destination_that_freezes_in_mid_transfer_ends_within_the_drivers_bounds()
    {
        var vm = await Lab.RunningVm(VmKind.NeverConverging);
        var request = Request(vm, Lab.Slow);
        Assert.IsType<Outcome<Nothing>.Done>(await Driver.EnsureMigration(request, default));
        await MidTransfer(request);

        await Lab.Freeze(Lab.Destination);
        var began = Stopwatch.GetTimestamp();
        var end = await Watch(request);
        output.WriteLine($"end {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s after the freeze: {end.Result}");
        await Lab.Thaw(Lab.Destination);

        Assert.IsType<Outcome<Nothing>.Unknown>(end.Result);
        Assert.Equal(VmState.Running, end.AtSource?.State);
        Assert.Null(end.AtDestination);
        await LibvirtLab.WaitUntil(
            async () => await Driver.InspectVm(Lab.Destination, vm, default) is Outcome<VmCopy>.Done { Value.State: VmState.Absent },
            "the thawed destination to drop its half");
    }

    [Fact]
    public async Task Libvirtd_that_is_killed_comes_back_under_the_pooled_connection()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);
        Assert.Equal(VmState.Running, Value(await Driver.InspectVm(Lab.Source, vm, default)).State);

        await LibvirtLab.Command("host", "kill-libvirtd", "a1");
        var began = Stopwatch.GetTimestamp();
        await LibvirtLab.WaitUntil(
            async () => await Driver.InspectVm(Lab.Source, vm, default) is Outcome<VmCopy>.Done { Value.State: VmState.Running },
            "a1 to answer again");

        output.WriteLine($"answered again after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
    }

    [Fact]
    public async Task The_allowed_pause_and_the_cap_reach_the_hypervisor()
    {
        var vm = await Lab.RunningVm(VmKind.NeverConverging);
        var request = Request(vm, Lab.Slow with { MaxDowntime = TimeSpan.FromMilliseconds(120) });
        Assert.IsType<Outcome<Nothing>.Done>(await Driver.EnsureMigration(request, default));
        await MidTransfer(request);
        await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System);

        Assert.Equal("120", (await LibvirtLab.Virsh(Lab.Source.Host, "migrate-getmaxdowntime", vm.Name)).Output.Trim());
        await foreach (var report in Driver.WatchMigration(request, default))
        {
            if (report is MigrationReport.Running { Progress: { Throughput: { } rate } })
            {
                output.WriteLine($"capped at {request.Options.BandwidthCap}, sends {rate}");
                Assert.InRange(rate.MebibytesPerSecond, 0.1, 4);
                break;
            }
        }

        var began = Stopwatch.GetTimestamp();
        Assert.IsType<Outcome<Nothing>.Done>(await Driver.EnsureAborted(request, default));
        output.WriteLine($"aborted in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.00} s");
    }

    [Fact]
    public async Task Four_migrations_at_once()
    {
        var vms = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Lab.RunningVm(VmKind.Ordinary)));
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(vms.Select(async vm =>
        {
            var request = Request(vm, Lab.Quick);
            Assert.IsType<Outcome<Nothing>.Done>(await Driver.EnsureMigration(request, default));
            Assert.IsType<Outcome<Nothing>.Done>((await Watch(request)).Result);
        }));
        output.WriteLine($"four in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
    }

    [Fact, Trait("Kind", "Measurement")]
    public async Task Figures_of_a_migration()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);
        var request = Request(vm, Lab.Quick);
        var began = Stopwatch.GetTimestamp();
        Assert.IsType<Outcome<Nothing>.Done>(await Driver.EnsureMigration(request, default));
        output.WriteLine($"{Stopwatch.GetElapsedTime(began).TotalSeconds:0.00} s ensured");
        await foreach (var report in Driver.WatchMigration(request, default))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(began).TotalSeconds:0.00} s {report}"));
        }
    }

    [Theory]
    [InlineData(false, VmState.Running)]
    [InlineData(true, VmState.Absent)]
    public async Task Hosts_that_lose_each_other_at_the_finish_both_run_the_guest_unless_the_handover_is_confirmed(
        bool confirmed, VmState atDestination)
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);
        var request = Request(vm, Lab.Quick);
        await using var careful = new LibvirtDriver(new LibvirtDriverOptions { ConfirmedHandover = confirmed });
        using var finish = await CutAtTheFinish(vm);
        Assert.IsType<Outcome<Nothing>.Done>(await careful.EnsureMigration(request, default));

        var end = await Watch(request, careful);
        output.WriteLine($"{end.Result}");

        // The copy that waited was removed as soon as the source was seen to have taken its guest back.
        Assert.True(confirmed ? end.Result is Outcome<Nothing>.Failed : end.Result is Outcome<Nothing>.Unknown, $"It was {end.Result}.");
        Assert.Equal(VmState.Running, end.AtSource?.State);
        Assert.Equal(atDestination, end.AtDestination?.State);

        // Where both run it, that is for a person to end.
        await Lab.Reconnect();
        Assert.IsType<Outcome<Nothing>.Done>(await careful.EnsureAborted(request, default));
        Assert.Equal(VmState.Running, Value(await Driver.InspectVm(Lab.Source, vm, default)).State);
        Assert.Equal(confirmed ? VmState.Absent : VmState.Running, Value(await Driver.InspectVm(Lab.Destination, vm, default)).State);
    }

    [Fact]
    public async Task A_guest_that_was_taken_back_and_ended_at_its_source_is_not_started_from_the_copy_that_waits()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);
        var request = Request(vm, Lab.Quick);
        await using var careful = new LibvirtDriver(new LibvirtDriverOptions { ConfirmedHandover = true });
        using var finish = await CutAtTheFinish(vm);
        Assert.IsType<Outcome<Nothing>.Done>(await careful.EnsureMigration(request, default));

        // Nobody watches it, so nobody removes what is left.
        await LibvirtLab.WaitUntil(
            async () => await Driver.InspectVm(Lab.Source, vm, default) is Outcome<VmCopy>.Done { Value: { State: VmState.Running, MigratingOut: false } }
                && await Driver.InspectVm(Lab.Destination, vm, default) is Outcome<VmCopy>.Done { Value.State: VmState.Paused },
            "the source to take its guest back");
        await LibvirtLab.Virsh(Lab.Source.Host, "destroy", vm.Name);

        Assert.IsType<Outcome<Nothing>.Done>(await careful.EnsureHandedOver(request with { Generation = 2 }, default));
        Assert.Equal(VmState.Paused, Value(await Driver.InspectVm(Lab.Destination, vm, default)).State);
        Assert.IsType<Outcome<Nothing>.Done>(await careful.EnsureHandedOver(request with { Generation = 2, StaleBelow = 2 }, default));
        Assert.Equal(VmState.Absent, Value(await Driver.InspectVm(Lab.Destination, vm, default)).State);
    }

    [Fact]
    public async Task A_guest_that_was_taken_back_and_is_migrated_on_by_somebody_else_is_not_taken_up_and_what_waits_is_removed()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);
        var request = Request(vm, Lab.Quick);
        await using var careful = new LibvirtDriver(new LibvirtDriverOptions { ConfirmedHandover = true });
        using (await CutAtTheFinish(vm))
        {
            Assert.IsType<Outcome<Nothing>.Done>(await careful.EnsureMigration(request, default));
            await LibvirtLab.WaitUntil(
                async () => await Driver.InspectVm(Lab.Source, vm, default) is Outcome<VmCopy>.Done { Value: { State: VmState.Running, MigratingOut: false } }
                    && await Driver.InspectVm(Lab.Destination, vm, default) is Outcome<VmCopy>.Done { Value.State: VmState.Paused },
                "the source to take its guest back");
        }

        await Lab.Reconnect();
        await using var elsewhere = await Lab.MigrateElsewhere(vm);
        await using var another = new LibvirtDriver(new LibvirtDriverOptions { ConfirmedHandover = true });

        Assert.IsType<Outcome<Nothing>.Refused>(await another.EnsureMigration(request with { Generation = 2 }, default));
        Assert.Equal(VmState.Absent, Value(await Driver.InspectVm(Lab.Destination, vm, default)).State);
        Assert.True(Value(await Driver.InspectVm(Lab.Source, vm, default)).MigratingOut, "Somebody else's migration was stopped.");
    }

    [Fact]
    public async Task A_guest_whose_worker_died_before_it_was_started_is_started_by_the_one_who_takes_over_and_by_no_outdated_one()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);
        var request = Request(vm, Lab.Quick) with { Generation = 5 };
        await using (var dies = new LibvirtDriver(new LibvirtDriverOptions { ConfirmedHandover = true }))
        {
            // Nobody watches it: the guest arrives and waits.
            Assert.IsType<Outcome<Nothing>.Done>(await dies.EnsureMigration(request, default));
            await LibvirtLab.WaitUntil(
                async () => Value(await Driver.InspectVm(Lab.Source, vm, default)).State is VmState.Absent
                    && Value(await Driver.InspectVm(Lab.Destination, vm, default)).State is VmState.Paused,
                "the guest waits at the destination");
        }

        await using var careful = new LibvirtDriver(new LibvirtDriverOptions { ConfirmedHandover = true });
        Assert.IsType<Outcome<Nothing>.Done>(await careful.EnsureHandedOver(request with { Generation = 4 }, default));
        Assert.IsType<Outcome<Nothing>.Done>(await careful.EnsureHandedOver(request with { Move = new MoveId("behaviour/other/1") }, default));
        Assert.Equal(VmState.Paused, Value(await Driver.InspectVm(Lab.Destination, vm, default)).State);

        Assert.IsType<Outcome<Nothing>.Done>(await careful.EnsureHandedOver(request with { Generation = 6 }, default));
        Assert.Equal(VmState.Running, Value(await Driver.InspectVm(Lab.Destination, vm, default)).State);
        Assert.NotNull(await Lab.Observe(vm));
    }

    [Theory, Trait("Kind", "Measurement")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_pause_that_a_client_sees(bool confirmed)
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);
        await using var careful = new LibvirtDriver(new LibvirtDriverOptions { ConfirmedHandover = confirmed });
        var request = Request(vm, Lab.Quick);
        Assert.IsType<Outcome<Nothing>.Done>(await careful.EnsureMigration(request, default));

        using var over = new CancellationTokenSource();
        var silence = Lab.LongestSilence(vm, over.Token);
        var end = await Watch(request, careful);
        await Lab.Observe(vm);
        await over.CancelAsync();

        Assert.IsType<Outcome<Nothing>.Done>(end.Result);
        output.WriteLine($"confirmed {confirmed}: client {(await silence).TotalMilliseconds:0} ms, libvirt {end.ReportedDowntime?.TotalMilliseconds:0} ms");
    }

    /// <summary>Cuts the hosts off from each other when the destination stores the definition as it finishes, moments before it answers the source.</summary>
    private async Task<IDisposable> CutAtTheFinish(VmRef vm)
    {
        var other = new HostCalls(Lab.Destination, new LibvirtDriverOptions(), TimeProvider.System);
        var listening = other.Events.Listen(sign =>
        {
            if (sign is DomainSign.Lifecycle { Event: 0 } && sign.Uuid == vm.Id.Value)
            {
                LibvirtLab.CutAtOnce();
            }
        });
        Assert.IsType<Outcome<Nothing>.Done>(await other.Call(_ => new Outcome<Nothing>.Done(Nothing.Value), default));
        await Lab.SlowWan();
        return new Both(listening, other);
    }

    private sealed record Both(IDisposable One, IDisposable Other) : IDisposable
    {
        public void Dispose()
        {
            One.Dispose();
            Other.Dispose();
        }
    }

    private static T Value<T>(Outcome<T> outcome) => Assert.IsType<Outcome<T>.Done>(outcome).Value;

    private MigrationRequest Request(VmRef vm, MigrationOptions options) =>
        new(new MoveId($"behaviour/{vm.Id}/1"), vm, Lab.Source, Lab.Destination, 1, options);

    private async Task<MigrationEnd> Watch(MigrationRequest request, IHypervisorDriver? by = null)
    {
        await foreach (var report in (by ?? Driver).WatchMigration(request, default))
        {
            if (report is MigrationReport.Ended { End: var end })
            {
                return end;
            }
        }

        throw new InvalidOperationException("The watch ended without an end.");
    }

    private async Task MidTransfer(MigrationRequest request)
    {
        await foreach (var report in Driver.WatchMigration(request, default))
        {
            if (report is MigrationReport.Running { Progress: { Step: MigrationStep.NetworkTransfer, Transferred.Value: > 0 } })
            {
                return;
            }
        }

        Assert.Fail("The migration ended before it was well under way.");
    }
}
