using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Conformance;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

/// <summary>What preflight finds about a guest's disks: at the source, at the destination, and between them.</summary>
[Collection("lab")]
public sealed class PreflightStorageTests(ITestOutputHelper output) : PreflightCase
{
    private readonly string folder = $"/var/lib/libvirt/images/room-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..6]}";

    private bool mounted;

    [Fact]
    public async Task A_destination_without_room_for_what_a_disk_may_grow_to_stops_a_move()
    {
        await InHost(Lab.Source, "mkdir", "-p", folder);
        await InHost(Lab.Destination, "mkdir", "-p", folder);
        await InHost(Lab.Destination, "mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder);
        mounted = true;
        var vm = await Lab.RunningVm(VmKind.WithLocalDisk, folder);

        Has(await Find(vm), FindingArea.Storage, FindingSeverity.Error, $"{Lab.Destination.Host} has 16 MiB free in {folder}; vda may grow to 64 MiB");

        await InHost(Lab.Destination, "mount", "-o", "remount,size=128m", folder);
        Assert.DoesNotContain(await Find(vm), finding => finding is { Severity: FindingSeverity.Error });
    }

    [Fact]
    public async Task A_destination_without_the_disks_folder_stops_a_move()
    {
        await InHost(Lab.Source, "mkdir", "-p", folder);
        var vm = await Lab.RunningVm(VmKind.WithLocalDisk, folder);

        Has(await Find(vm), FindingArea.Storage, FindingSeverity.Error, $"{Lab.Destination.Host} has no folder {folder} for vda");
    }

    [Fact]
    public async Task A_disk_that_the_plan_calls_shared_and_that_is_not_there_stops_a_move()
    {
        var vm = await Lab.RunningVm(VmKind.WithLocalDisk);

        Has(await Find(vm, Lab.Quick with { Storage = StorageMode.Shared }), FindingArea.Storage, FindingSeverity.Error, "which the plan calls shared");
    }

    [Fact]
    public async Task A_disk_that_libvirt_can_not_read_stops_a_move()
    {
        var vm = await StoppedVmWith(
            "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/var/lib/libvirt/images/nowhere.qcow2'/><target dev='vdz' bus='virtio'/></disk>");

        Has(await Find(vm), FindingArea.Storage, FindingSeverity.Error, $"libvirt at {Lab.Source.Host} cannot read /var/lib/libvirt/images/nowhere.qcow2");
    }

    [Fact]
    public async Task A_block_device_is_not_taken_for_shared_by_its_name() => Has(
        await Find(await StoppedVmWith("<disk type='block' device='disk'><driver name='qemu' type='raw'/><source dev='/dev/loop7'/><target dev='vdz' bus='virtio'/></disk>")),
        FindingArea.Storage,
        FindingSeverity.Error,
        "Disk vdz is a block disk (/dev/loop7)");

    [Fact]
    public async Task A_shared_file_is_not_copied_onto_itself()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary, LibvirtLab.SharedFolder);

        Has(await Find(vm, Lab.Quick with { Storage = StorageMode.Copied }), FindingArea.Storage, FindingSeverity.Error, "copying it onto itself would destroy it");
    }

    [Theory]
    [InlineData("raw", "10M", FindingSeverity.Error, "has another file at")]
    [InlineData("qcow2", "32M", FindingSeverity.Error, "has another file at")]
    [InlineData("qcow2", "64M", FindingSeverity.Warning, "the migration writes over it")]
    public async Task A_file_that_lies_at_the_destination_is_named(string format, string size, FindingSeverity severity, string fact)
    {
        var vm = await Lab.RunningVm(VmKind.WithLocalDisk);
        await InHost(Lab.Destination, "qemu-img", "create", "-q", "-f", format, $"/var/lib/libvirt/images/{vm.Name}.qcow2", size);

        Has(await Find(vm), FindingArea.Storage, severity, fact);
    }

    [Fact]
    public async Task A_file_at_the_destination_that_another_VM_uses_stops_a_move()
    {
        var vm = await Lab.RunningVm(VmKind.WithLocalDisk);
        var other = await Lab.DefineUserOf(vm, Lab.Destination);

        Has(await Find(vm), FindingArea.Storage, FindingSeverity.Error, $"on {Lab.Destination.Host} belongs to {other}");
    }

    [Fact]
    public async Task The_time_of_a_copy_is_told_from_what_the_guest_writes_meanwhile()
    {
        var vm = await Lab.RunningVm(VmKind.WithLocalDisk);

        var quiet = Has(await Find(vm, Lab.Quick with { CopyBandwidthCap = Bandwidth.FromMegabitsPerSecond(8) }), FindingArea.Storage, FindingSeverity.Information, "8 Mbit/s are there for it: about");
        output.WriteLine(quiet.Fact);

        using var enough = new CancellationTokenSource();
        var writing = Lab.WriteAllTheWhile(vm, enough.Token);
        var endless = Has(await Find(vm, Lab.Quick with { CopyBandwidthCap = new Bandwidth(100) }), FindingArea.Storage, FindingSeverity.Error, "the copy does not end by itself");
        output.WriteLine(endless.Fact);
        Assert.Contains("migration.copySynchronously: true", endless.WayOut, StringComparison.Ordinal);
        Has(await Find(vm, Lab.Quick with { CopyBandwidthCap = new Bandwidth(100), CopySynchronously = true }), FindingArea.Storage, FindingSeverity.Warning, "its writes will wait for the copy");
        await enough.CancelAsync();
        await writing;
    }

    protected override async Task CleanUp()
    {
        if (mounted)
        {
            await InHost(Lab.Destination, "umount", folder);
        }
    }
}
