using System.Xml.Linq;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Libvirt.Domains;

namespace DrOrchestrator.Drivers.Libvirt.Preflights;

/// <summary>What in a guest's machine belongs to its host, and what QEMU and libvirt do not migrate (libvirt's qemuMigrationSrcIsAllowed).</summary>
internal static class DeviceFindings
{
    private static readonly string[] Ports = ["serial", "parallel", "console", "channel"];

    public static IEnumerable<Finding> Of(DomainDescription vm)
    {
        foreach (var device in vm.PassedThrough)
        {
            yield return Hard(FindingSeverity.Error, $"{vm.Vm} has a {device} of its host passed through, which cannot travel.", "Detach the device, or recover the VM from its replica.");
        }

        foreach (var folder in vm.Devices("filesystem"))
        {
            var (kind, path) = (folder.Element("driver")?.Attribute("type")?.Value, folder.Element("source")?.Attribute("dir")?.Value);
            yield return kind == "virtiofs"
                ? Bound(FindingSeverity.Warning, $"{vm.Vm} sees the folder {path} of its host by virtiofs; the destination must serve the same folder, and its virtiofsd must be able to migrate.", "Detach it, or see to both.")
                : Bound(FindingSeverity.Error, $"{vm.Vm} sees the folder {path} of its host; QEMU migrates no guest that has one mounted.", "Unmount it in the guest and detach it.");
        }

        foreach (var memory in vm.Devices("shmem"))
        {
            yield return Bound(FindingSeverity.Error, $"{vm.Vm} shares the memory '{memory.Attribute("name")?.Value}' with its host; libvirt does not migrate that.", "Detach it.");
        }

        foreach (var module in vm.Devices("tpm").Where(t => t.Element("backend")?.Attribute("type")?.Value == "passthrough"))
        {
            yield return Bound(FindingSeverity.Error, $"{vm.Vm} uses the TPM of its host ({module.Element("backend")?.Element("device")?.Attribute("path")?.Value}), which cannot travel.", "Give it an emulated TPM.");
        }

        foreach (var line in Ports.SelectMany(vm.Devices).Where(l => l.Attribute("type")?.Value == "dev").DistinctBy(Path))
        {
            yield return Bound(
                FindingSeverity.Warning,
                $"The {line.Name.LocalName} port of {vm.Vm} is the device {Path(line)} of its host; after the move it is the destination's device of that name, and where there is none the migration fails.",
                "Detach it, or see to it that the destination has the right one.");
        }

        foreach (var device in vm.Devices("input").Where(i => i.Attribute("type")?.Value is "passthrough" or "evdev"))
        {
            yield return Bound(
                FindingSeverity.Warning,
                $"{vm.Vm} takes its input from {device.Element("source")?.Attribute("evdev")?.Value ?? device.Element("source")?.Attribute("dev")?.Value}, a device of its host.",
                "Detach it.");
        }

        if (vm.Interfaces.Any(i => i.Kind == "vdpa"))
        {
            yield return Hard(FindingSeverity.Error, $"{vm.Vm} has a vDPA interface of its host, which libvirt does not migrate.", "Give it a virtio interface on a bridge.");
        }

        if (vm.HasProtectedMemory)
        {
            yield return Hard(FindingSeverity.Error, $"The memory of {vm.Vm} is encrypted by its host's CPU (launchSecurity); libvirt does not migrate that.", "Shut the guest down and start it at the destination.");
        }

        if (vm.HasUnboundTimeStampCounter)
        {
            yield return Hard(
                FindingSeverity.Error,
                $"{vm.Vm} was promised an invariant time stamp counter without a frequency (invtsc), which no other host can keep.",
                "Write the frequency into the definition (timer name='tsc' frequency=…), or take invtsc out, and start the guest anew.");
        }

        if (vm.CpuMode is "host-passthrough" or "maximum")
        {
            yield return Hard(
                FindingSeverity.Warning,
                $"{vm.Vm} sees its host's own CPU ({vm.CpuMode}); it goes on only where CPU, microcode and kernel offer all that it was given, and libvirt can not compare all of that.",
                "Give it a named CPU model that both hosts have, at its next start.");
        }
    }

    private static string? Path(XElement line) => line.Element("source")?.Attribute("path")?.Value;

    private static Finding Hard(FindingSeverity severity, string fact, string wayOut) => new(FindingArea.Hardware, severity, fact, wayOut);

    private static Finding Bound(FindingSeverity severity, string fact, string wayOut) => new(FindingArea.VmConfiguration, severity, fact, wayOut);
}
