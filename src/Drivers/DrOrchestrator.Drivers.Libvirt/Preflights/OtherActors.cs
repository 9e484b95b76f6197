using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt.Preflights;

/// <summary>
/// Who else acts on a domain. libvirt has no high availability and levels no load; what it has is the autostart of a definition, which
/// starts a second copy at a host that comes up again. Systems above it that move and start domains by themselves keep their notes
/// in the domain's metadata, each under the namespace of its own documentation.
/// </summary>
internal static class OtherActors
{
    private static readonly (string Namespace, string Name)[] Managers =
    [
        ("http://openstack.org/xmlns/libvirt/nova", "OpenStack Nova"),
        ("http://ovirt.org/vm", "oVirt"),
        ("http://kubevirt.io", "KubeVirt"),
        ("http://opennebula.org/xmlns/libvirt", "OpenNebula"),
    ];

    public static IEnumerable<OtherActor> Autostart(DomainHandle domain, HostId host, VmRef vm)
    {
        if (LibvirtNative.virDomainGetAutostart(domain, out var starts) == 0 && starts == 1)
        {
            yield return new OtherActor(
                OtherActorKind.Autostart,
                $"{host} starts {vm} by itself when it comes up (autostart), wherever {vm} runs by then.",
                $"Take the mark away: virsh autostart --disable {vm}, on {host}.");
        }
    }

    public static IEnumerable<OtherActor> Systems(DomainDescription vm) => Managers
        .Where(manager => vm.MetadataNamespaces.Any(space => space.StartsWith(manager.Namespace, StringComparison.Ordinal)))
        .Select(manager => new OtherActor(
            OtherActorKind.Manager,
            $"{vm.Vm} carries the notes of {manager.Name} in its metadata: that system believes it its own, and may start or move it.",
            $"Move it through {manager.Name}."));
}
