using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Conformance;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

/// <summary>What of a guest's machine the destination can not be, what hangs on its host, and what was plugged in while it ran.</summary>
[Collection("lab")]
public sealed class PreflightMachineTests : PreflightCase
{
    [Fact]
    public async Task A_hypervisor_that_the_destination_does_not_have_stops_a_move()
    {
        var path = $"/var/lib/libvirt/images/own-qemu-{Environment.ProcessId}";
        await InHost(Lab.Source, "sh", "-c", $"printf '#!/bin/sh\\nexec /usr/bin/qemu-system-x86_64 \"$@\"\\n' > {path} && chmod 755 {path}");
        try
        {
            var vm = await StoppedVm("<emulator>/usr/bin/qemu-system-x86_64</emulator>", $"<emulator>{path}</emulator>");

            Has(await Find(vm), FindingArea.Hardware, FindingSeverity.Error, $"{Lab.Destination.Host} can not be the machine that {vm} is");
        }
        finally
        {
            await InHost(Lab.Source, "rm", "-f", path);
        }
    }

    [Fact]
    public async Task Enlightenments_that_the_destination_does_not_offer_stop_a_move()
    {
        var vm = await StoppedVm("<acpi/>", "<acpi/><hyperv mode='custom'><relaxed state='on'/><vapic state='on'/></hyperv>");

        Has(await Find(vm), FindingArea.Hardware, FindingSeverity.Error, $"uses the Hyper-V enlightenments relaxed, vapic, which {Lab.Destination.Host} does not offer");
    }

    [Fact]
    public async Task A_CPU_that_it_is_pinned_to_must_be_there()
    {
        var vm = await StoppedVm("<vcpu placement='static'>1</vcpu>", "<vcpu placement='static' cpuset='63'>1</vcpu>");

        Has(await Find(vm), FindingArea.Hardware, FindingSeverity.Error, $"{vm} is pinned to CPU 63 of its host, and {Lab.Destination.Host} has");
    }

    [Fact]
    public async Task The_kernel_that_it_boots_from_must_be_there()
    {
        var vm = await StoppedVm("/guest/vmlinux</kernel>", "/guest/vmlinux-of-a1</kernel>");

        Has(await Find(vm), FindingArea.VmConfiguration, FindingSeverity.Error, $"vmlinux-of-a1, which {Lab.Destination.Host} does not have");
    }

    [Fact]
    public async Task A_medium_in_its_drive_must_be_there_or_be_ejected()
    {
        var vm = await StoppedVmWith(
            "<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='/var/lib/libvirt/images/of-a1.iso'/><target dev='hda' bus='ide'/><readonly/></disk>");

        var found = Has(await Find(vm), FindingArea.VmConfiguration, FindingSeverity.Error, $"The cdrom hda of {vm} is /var/lib/libvirt/images/of-a1.iso, which {Lab.Destination.Host} does not have");
        Assert.Contains($"virsh change-media --eject --live --config {vm} hda", found.WayOut, StringComparison.Ordinal);

        // The way out is one: what it names takes the finding away.
        await LibvirtLab.Virsh(Lab.Source.Host, "change-media", "--eject", "--config", vm.Name, "hda");
        Assert.DoesNotContain(await Find(vm), finding => finding.Fact.Contains("of-a1.iso", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_port_that_is_a_device_of_its_host_is_warned_of() => Has(
        await Find(await StoppedVmWith("<serial type='dev'><source path='/dev/ttyS0'/><target port='0'/></serial>")),
        FindingArea.VmConfiguration,
        FindingSeverity.Warning,
        "is the device /dev/ttyS0 of its host");

    /// <summary>The lab's hosts have no driver for interfaces; what one answers is in <see cref="PlatformFindingsTests"/>.</summary>
    [Fact]
    public async Task Where_a_destination_can_not_list_its_bridges_that_is_said()
    {
        var found = Has(await Find(await Lab.StoppedVm()), FindingArea.VmConfiguration, FindingSeverity.Information, "can not be told beforehand");

        Assert.StartsWith($"Whether {Lab.Destination.Host} has the bridge 'guest'", found.Fact, StringComparison.Ordinal);
    }

    /// <summary>Told from the stored side: QEMU 10.0 dies under TCG when a virtual CPU is plugged into a running guest.</summary>
    [Fact]
    public async Task Virtual_CPUs_that_run_and_are_stored_otherwise_are_warned_of()
    {
        var vm = await StoppedVm("<vcpu placement='static'>1</vcpu>", "<vcpu placement='static' current='1'>2</vcpu>");
        await LibvirtLab.Virsh(Lab.Source.Host, "start", vm.Name);
        await LibvirtLab.Virsh(Lab.Source.Host, "setvcpus", vm.Name, "2", "--config");

        Has(await Find(vm), FindingArea.VmConfiguration, FindingSeverity.Warning, $"{vm} runs otherwise than it is stored: 1 virtual CPUs instead of 2.");

        await LibvirtLab.Virsh(Lab.Source.Host, "setvcpus", vm.Name, "1", "--config");
        Assert.DoesNotContain(await Find(vm), finding => finding.Fact.Contains("runs otherwise", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_disk_that_was_plugged_in_and_not_stored_is_warned_of()
    {
        var vm = await Lab.RunningVm(VmKind.WithLocalDisk);
        var path = $"/var/lib/libvirt/images/{vm.Name}-second.qcow2";
        await InHost(Lab.Source, "qemu-img", "create", "-q", "-f", "qcow2", path, "16M");
        try
        {
            await LibvirtLab.Virsh(Lab.Source.Host, "attach-disk", vm.Name, path, "vdb", "--driver", "qemu", "--subdriver", "qcow2", "--cache", "none", "--live");

            Has(await Find(vm), FindingArea.VmConfiguration, FindingSeverity.Warning, "disks vda, vdb instead of vda");
        }
        finally
        {
            await InHost(Lab.Source, "rm", "-f", path);
        }
    }

    [Fact]
    public async Task Memory_devices_and_a_balloon_count_with_all_that_they_may_take()
    {
        var dimm = await Lab.StoppedVm();
        await Redefine(dimm, xml => xml
            .Replace("<vcpu ", "<maxMemory slots='2' unit='MiB'>512</maxMemory><vcpu ", StringComparison.Ordinal)
            .Replace("</cpu>", "<numa><cell id='0' cpus='0' memory='96' unit='MiB'/></numa></cpu>", StringComparison.Ordinal)
            .Replace("</devices>", "<memory model='dimm'><target><size unit='MiB'>128</size><node>0</node></target></memory></devices>", StringComparison.Ordinal));
        var balloon = await Lab.StoppedVm();
        await Redefine(balloon, xml => xml
            .Replace("<currentMemory unit='KiB'>98304</currentMemory>", "<currentMemory unit='KiB'>65536</currentMemory>", StringComparison.Ordinal)
            .Replace("<memballoon model='none'/>", "<memballoon model='virtio'/>", StringComparison.Ordinal));

        Has(await Find(dimm), FindingArea.VmConfiguration, FindingSeverity.Information, $"{dimm} has 1 memory device(s) (dimm of 128 MiB); the destination needs room for all of its 224 MiB");
        Has(await Find(balloon), FindingArea.VmConfiguration, FindingSeverity.Information, $"A balloon leaves {balloon} 64 MiB of its 96 MiB");
    }
}
