using System.Globalization;
using System.Xml.Linq;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt.Preflights;

/// <summary>
/// Whether the destination can be this very machine: emulator, machine type, acceleration (the interrupt controllers of KVM with it),
/// enlightenments, number of CPUs, pinning. Asked of virConnectGetDomainCapabilities (libvirt, "Domain capabilities XML format").
/// </summary>
internal static class PlatformFindings
{
    public static IReadOnlyList<Finding> Of(ConnectionHandle destination, HostFacts host, DomainDescription vm)
    {
        var text = LibvirtNative.virConnectGetDomainCapabilities(destination, vm.Emulator, vm.Architecture, vm.Machine, vm.VirtType, 0);
        if (text != 0)
        {
            return [.. Judge(XElement.Parse(Check.Text(text)), host, vm)];
        }

        return [Refused(LibvirtError.Last(), host, vm)];
    }

    /// <summary>What follows from an answer that was none. A lost connection is not one.</summary>
    internal static Finding Refused(LibvirtError error, HostFacts host, DomainDescription vm) => error switch
    {
        { IsConnectionLoss: true } => throw new LibvirtException(error),
        { Code: ErrorCode.NoSupport } => new Finding(
            FindingArea.Hardware, FindingSeverity.Information, $"{host.Host} does not tell beforehand which machines it can be; libvirt sees it when the migration begins."),
        _ => Error(
            $"{host.Host} can not be the machine that {vm.Vm} is ({vm.VirtType}, {vm.Machine}, {vm.Emulator}): {Errors.Sentence(error)}",
            "Install that hypervisor there, or choose a destination that has it; a machine type changes with the definition, at the guest's next start."),
    };

    internal static IEnumerable<Finding> Judge(XElement capabilities, HostFacts host, DomainDescription vm)
    {
        if (int.TryParse(capabilities.Element("vcpu")?.Attribute("max")?.Value, CultureInfo.InvariantCulture, out var most) && vm.MostVcpus > most)
        {
            yield return Error($"{vm.Vm} may have {vm.MostVcpus} virtual CPUs, and {host.Host} gives a machine of its kind {most} at most.", "Lower them in the definition and start the guest anew, or choose another destination.");
        }

        if (capabilities.Element("features")?.Element("hyperv") is { } hyperv)
        {
            var offered = hyperv.Attribute("supported")?.Value == "yes"
                ? hyperv.Elements("enum").Where(e => e.Attribute("name")?.Value == "features").SelectMany(e => e.Elements("value")).Select(v => v.Value).ToHashSet(StringComparer.Ordinal)
                : [];
            string[] missing = [.. vm.HypervFeatures.Where(feature => !offered.Contains(feature))];
            if (missing.Length > 0)
            {
                yield return Error(
                    $"{vm.Vm} uses the Hyper-V enlightenments {string.Join(", ", missing)}, which {host.Host} does not offer.",
                    "Choose a destination that offers them, or take them out of the definition and start the guest anew.");
            }
        }

        if (vm.HighestPinnedCpu is { } cpu && cpu >= host.Cpus)
        {
            yield return Error(
                $"{vm.Vm} is pinned to CPU {cpu} of its host, and {host.Host} has {host.Cpus} CPUs, the last of them number {host.Cpus - 1}.",
                $"Pin it to CPUs that both hosts have (virsh vcpupin --live --config {vm.Vm} …), or choose another destination.");
        }
    }

    private static Finding Error(string fact, string wayOut) => new(FindingArea.Hardware, FindingSeverity.Error, fact, wayOut);
}
