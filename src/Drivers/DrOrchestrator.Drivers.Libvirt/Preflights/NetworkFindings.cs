using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt.Preflights;

/// <summary>Whether the destination has the bridges, networks and interfaces that a guest's own hang on, as far as its libvirt can list them.</summary>
internal static class NetworkFindings
{
    public static IEnumerable<Finding> Of(ConnectionHandle destination, HostId host, DomainDescription vm)
    {
        foreach (var needed in vm.Interfaces.Where(i => i.Source is not null).DistinctBy(i => (i.Kind, i.Source)))
        {
            var finding = needed.Kind switch
            {
                "bridge" or "direct" => Judge(Device(destination, needed.Source!), host, vm, needed),
                "network" => Judge(Network(destination, needed.Source!), host, vm, needed),
                "vhostuser" => new Finding(
                    FindingArea.VmConfiguration,
                    FindingSeverity.Warning,
                    $"An interface of {vm.Vm} is the socket {needed.Source} of its host; the destination must have a switch that serves the same one.",
                    "See to it, or give the guest an interface on a bridge."),
                _ => null,
            };
            if (finding is not null)
            {
                yield return finding;
            }
        }
    }

    /// <param name="seen">Ok: it is there; what libvirt answered otherwise.</param>
    /// <param name="host">The destination.</param>
    /// <param name="vm">The VM.</param>
    /// <param name="needed">What its interface hangs on.</param>
    internal static Finding? Judge(LibvirtError seen, HostId host, DomainDescription vm, DomainInterface needed)
    {
        var what = needed.Kind switch { "bridge" => "bridge", "network" => "network", _ => "interface" };
        return seen.Code switch
        {
            ErrorCode.Ok => null,
            _ when seen.IsConnectionLoss => throw new LibvirtException(seen),
            ErrorCode.NoInterface or ErrorCode.NoNetwork => new Finding(
                FindingArea.VmConfiguration,
                FindingSeverity.Error,
                $"{host} has no {what} '{needed.Source}', on which {vm.Vm} hangs.",
                $"Create the {what} there, or choose another destination."),
            ErrorCode.OperationInvalid => new Finding(
                FindingArea.VmConfiguration,
                FindingSeverity.Error,
                $"The {what} '{needed.Source}' of {host}, on which {vm.Vm} hangs, is not started.",
                $"Start it: virsh net-start {needed.Source}, on {host}."),
            _ => new Finding(
                FindingArea.VmConfiguration,
                FindingSeverity.Information,
                $"Whether {host} has the {what} '{needed.Source}', on which {vm.Vm} hangs, can not be told beforehand: {Errors.Sentence(seen)} Where it has none, the migration fails and the guest stays.",
                $"Install libvirt's driver for {(what == "network" ? "networks" : "interfaces")} on {host}, and it can be told."),
        };
    }

    private static LibvirtError Device(ConnectionHandle connection, string name)
    {
        using var device = LibvirtNative.virInterfaceLookupByName(connection, name);
        return device.IsInvalid ? LibvirtError.Last() : new LibvirtError(ErrorCode.Ok, "");
    }

    private static LibvirtError Network(ConnectionHandle connection, string name)
    {
        using var network = LibvirtNative.virNetworkLookupByName(connection, name);
        return network.IsInvalid ? LibvirtError.Last()
            : LibvirtNative.virNetworkIsActive(network) == 0 ? new LibvirtError(ErrorCode.OperationInvalid, "It is not started.")
            : new LibvirtError(ErrorCode.Ok, "");
    }
}
