using System.Diagnostics;
using System.Globalization;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Drivers.Conformance;
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

        var refused = Assert.IsType<Outcome<Nothing>.Refused>(await Driver.EnsureMigration(Request(vm, Lab.Quick), default));

        Assert.Contains(other.Name, refused.Reason, StringComparison.Ordinal);
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

    private static T Value<T>(Outcome<T> outcome) => Assert.IsType<Outcome<T>.Done>(outcome).Value;

    private MigrationRequest Request(VmRef vm, MigrationOptions options) =>
        new(new MoveId($"behaviour/{vm.Id}/1"), vm, Lab.Source, Lab.Destination, 1, options);

    private async Task<MigrationEnd> Watch(MigrationRequest request)
    {
        await foreach (var report in Driver.WatchMigration(request, default))
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
