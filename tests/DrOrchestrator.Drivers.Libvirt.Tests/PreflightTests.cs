using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Conformance;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

/// <summary>Each finding of preflight, made to happen on the lab. What every driver promises is in the conformance suite.</summary>
[Collection("lab")]
public sealed class PreflightTests : PreflightCase
{
    [Fact]
    public async Task Snapshots_stop_a_move()
    {
        var vm = await Lab.RunningVm(VmKind.WithLocalDisk);
        await LibvirtLab.Virsh(Lab.Source.Host, "snapshot-create-as", vm.Name, "before");
        try
        {
            Has(await Find(vm), FindingArea.VmConfiguration, FindingSeverity.Error, "has 1 snapshot(s)");
        }
        finally
        {
            await LibvirtLab.Virsh(Lab.Source.Host, "snapshot-delete", vm.Name, "before");
        }
    }

    [Fact]
    public async Task Checkpoints_stay_behind()
    {
        var vm = await Lab.RunningVm(VmKind.WithLocalDisk);
        await LibvirtLab.Virsh(Lab.Source.Host, "checkpoint-create-as", vm.Name, "first");
        try
        {
            Has(await Find(vm), FindingArea.VmConfiguration, FindingSeverity.Warning, "has 1 checkpoint(s)");
        }
        finally
        {
            await LibvirtLab.Virsh(Lab.Source.Host, "checkpoint-delete", vm.Name, "first");
        }
    }

    [Fact]
    public async Task A_block_job_excludes_a_move()
    {
        var vm = await Lab.RunningVm(VmKind.WithLocalDisk);
        var copy = $"/var/lib/libvirt/images/{vm.Name}-mirror.qcow2";
        await LibvirtLab.Virsh(Lab.Source.Host, "blockcopy", vm.Name, "vda", "--dest", copy, "--format", "qcow2", "--transient-job");
        try
        {
            Has(await Find(vm), FindingArea.VmConfiguration, FindingSeverity.Error, "active block job");
        }
        finally
        {
            await LibvirtLab.Virsh(Lab.Source.Host, "blockjob", vm.Name, "vda", "--abort");
            await LibvirtLab.Command("exec", Lab.Source.Host.Value, "rm", "-f", copy);
        }
    }

    [Fact]
    public async Task A_device_that_is_passed_through_can_not_travel()
    {
        var vm = await Lab.StoppedVm();
        await Redefine(vm, xml => xml.Replace(
            "</devices>",
            "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='0x03' slot='0x00' function='0x0'/></source></hostdev></devices>",
            StringComparison.Ordinal));

        Has(await Find(vm), FindingArea.Hardware, FindingSeverity.Error, "passed through");
    }

    [Fact]
    public async Task A_CPU_that_the_destination_can_not_give_stops_a_move()
    {
        var vm = await Lab.StoppedVm();
        await Redefine(vm, xml => xml.Replace("qemu64", "Skylake-Server-noTSX-IBRS", StringComparison.Ordinal));

        Has(await Find(vm), FindingArea.Hardware, FindingSeverity.Error, $"is not available on {Lab.Destination.Host}");
    }

    [Fact]
    public async Task A_shared_disk_in_a_host_cache_is_warned_of()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary, LibvirtLab.SharedFolder);
        await LibvirtLab.Virsh(Lab.Source.Host, "destroy", vm.Name);
        await Redefine(vm, xml => xml.Replace("cache='none'", "cache='writeback'", StringComparison.Ordinal));

        Has(await Find(vm), FindingArea.Storage, FindingSeverity.Warning, "cache mode 'writeback'");
    }

    [Fact]
    public async Task An_old_definition_at_the_destination_is_named()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);
        await Redefine(vm, xml => xml, Lab.Destination);

        Has(await Find(vm), FindingArea.VmConfiguration, FindingSeverity.Warning, "has an old definition");
    }

    [Fact]
    public async Task A_copy_that_runs_at_the_destination_already_stops_a_move()
    {
        var vm = await Lab.StoppedVm();
        await Redefine(vm, xml => xml, Lab.Destination);
        await LibvirtLab.Virsh(Lab.Destination.Host, "start", vm.Name);

        Has(await Find(vm), FindingArea.VmConfiguration, FindingSeverity.Error, $"{Lab.Destination.Host} already has a copy of {vm} that is running");
    }

    [Fact]
    public async Task A_job_of_another_kind_stops_a_move()
    {
        var vm = await Lab.RunningVm(VmKind.WithLocalDisk);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $"<domainbackup mode='pull'><server transport='unix' socket='/run/libvirt/{vm.Name}.sock'/></domainbackup>");
        await LibvirtLab.Virsh(Lab.Source.Host, "backup-begin", vm.Name, file);
        File.Delete(file);
        try
        {
            Has(await Find(vm), FindingArea.VmConfiguration, FindingSeverity.Error, $"Another job of {vm} is under way");
        }
        finally
        {
            await LibvirtLab.Virsh(Lab.Source.Host, "domjobabort", vm.Name);
        }
    }

    [Fact]
    public async Task A_definition_that_starts_by_itself_at_the_destination_stops_a_move()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);
        await Redefine(vm, xml => xml, Lab.Destination);
        await LibvirtLab.Virsh(Lab.Destination.Host, "autostart", vm.Name);

        var found = Has(await Find(vm), FindingArea.Management, FindingSeverity.Error, $"{Lab.Destination.Host} starts {vm} by itself when it comes up");
        Assert.StartsWith($"Take the mark away: virsh autostart --disable {vm}", found.WayOut, StringComparison.Ordinal);
        await LibvirtLab.Virsh(Lab.Destination.Host, "autostart", "--disable", vm.Name);
        Assert.DoesNotContain(await Find(vm), finding => finding.Area is FindingArea.Management);
    }

    [Fact]
    public async Task A_VM_that_another_system_believes_its_own_is_not_moved_under_it()
    {
        var vm = await StoppedVm("<devices>", "<metadata><nova:instance xmlns:nova='http://openstack.org/xmlns/libvirt/nova/1.1'><nova:name>web</nova:name></nova:instance></metadata><devices>");

        Has(await Find(vm), FindingArea.Management, FindingSeverity.Error, "carries the notes of OpenStack Nova");
    }

    [Fact]
    public async Task A_transfer_in_the_clear_is_warned_of()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);

        Has(await Find(vm, Lab.Quick with { Encrypted = false }), FindingArea.TransferSecurity, FindingSeverity.Warning, "lets the transfer go in the clear");
    }

    [Fact]
    public async Task A_destination_without_a_migration_network_is_warned_of()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);

        Has(await Find(vm, destination: Lab.Destination with { MigrationAddress = null }), FindingArea.Bandwidth, FindingSeverity.Warning, "no address on a migration network");
    }
}
