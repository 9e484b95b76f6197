using System.Xml.Linq;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Drivers.Libvirt.Domains;

/// <summary>What a domain's XML says of it (libvirt, "Domain XML format"), as far as the driver asks.</summary>
internal sealed class DomainDescription(XElement domain)
{
    public static DomainDescription Parse(string xml) => new(XElement.Parse(xml));

    public VmRef Vm => new(new VmId(domain.Element("uuid")?.Value ?? ""), domain.Element("name")?.Value ?? "");

    public string? VirtType => domain.Attribute("type")?.Value;

    public string? Architecture => domain.Element("os")?.Element("type")?.Attribute("arch")?.Value;

    public string? Machine => domain.Element("os")?.Element("type")?.Attribute("machine")?.Value;

    /// <summary>The guest's CPU as XML; null where the hypervisor's default is taken.</summary>
    public string? Cpu => domain.Element("cpu")?.ToString();

    /// <summary>Devices of the host that are handed through to the guest, and cannot travel.</summary>
    public IReadOnlyList<string> PassedThrough =>
        [.. Devices("hostdev").Select(d => d.Attribute("type")?.Value ?? "device")
            .Concat(Devices("interface").Where(i => i.Attribute("type")?.Value == "hostdev").Select(_ => "network interface"))];

    public IReadOnlyList<DomainDisk> Disks => [.. Devices("disk").Select(DomainDisk.From).OfType<DomainDisk>()];

    private IEnumerable<XElement> Devices(string name) => domain.Element("devices")?.Elements(name) ?? [];
}

/// <summary>One disk that holds the guest's own data. CD-ROMs, floppies and read-only disks are left out.</summary>
/// <param name="Target">Its name in the guest, by which libvirt addresses it: <c>vda</c>.</param>
/// <param name="Kind">file, block, network, volume.</param>
/// <param name="Path">The file or device; null for others.</param>
/// <param name="Format">qcow2, raw.</param>
/// <param name="Cache">The cache mode as configured.</param>
internal sealed record DomainDisk(string Target, string Kind, string? Path, string Format, string? Cache)
{
    /// <summary>Whether the page cache of one host may hold what the other does not see.</summary>
    public bool BypassesHostCache => Cache is "none" or "directsync";

    public static DomainDisk? From(XElement disk)
    {
        var source = disk.Element("source");
        return disk.Attribute("device")?.Value is null or "disk" && disk.Element("readonly") is null && source is not null
            ? new DomainDisk(
                disk.Element("target")?.Attribute("dev")?.Value ?? "",
                disk.Attribute("type")?.Value ?? "",
                source.Attribute("file")?.Value ?? source.Attribute("dev")?.Value,
                disk.Element("driver")?.Attribute("type")?.Value ?? "raw",
                disk.Element("driver")?.Attribute("cache")?.Value)
            : null;
    }
}
