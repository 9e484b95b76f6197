using System.Xml.Linq;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt.Domains;

/// <summary>Reads a host's own facts (virNodeGetInfo, virNodeGetFreeMemory, virConnectGetCapabilities).</summary>
internal static class HostReader
{
    public static HostFacts Read(ConnectionHandle connection, HostId host)
    {
        Check.NotNegative(LibvirtNative.virConnectGetVersion(connection, out var hypervisor));
        Check.NotNegative(LibvirtNative.virConnectGetLibVersion(connection, out var libvirt));
        Check.NotNegative(LibvirtNative.virNodeGetInfo(connection, out var node));
        var cpu = XElement.Parse(Check.Text(LibvirtNative.virConnectGetCapabilities(connection))).Element("host")?.Element("cpu");
        return new HostFacts(
            host,
            $"QEMU {Version(hypervisor)}, libvirt {Version(libvirt)}",
            cpu?.Element("model")?.Value ?? cpu?.Element("arch")?.Value ?? "unknown",
            (int)node.Cpus,
            new Bytes((long)node.Memory * 1024),
            new Bytes((long)LibvirtNative.virNodeGetFreeMemory(connection)));
    }

    /// <summary>1000000 × major + 1000 × minor + release.</summary>
    private static string Version(ulong number) => $"{number / 1_000_000}.{number / 1000 % 1000}.{number % 1000}";
}
