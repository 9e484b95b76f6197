using System.Globalization;
using System.Xml.Linq;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Drivers.Libvirt.Domains;

/// <summary>What a domain's XML says of it (libvirt, "Domain XML format"), as far as the driver asks.</summary>
internal sealed class DomainDescription(XElement domain)
{
    private static readonly string[] BootFiles = ["kernel", "initrd", "dtb", "loader"];

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

    public string? Emulator => domain.Element("devices")?.Element("emulator")?.Value;

    /// <summary>Virtual CPUs that it may have.</summary>
    public int MostVcpus => Number(domain.Element("vcpu")?.Value) ?? 1;

    /// <summary>Virtual CPUs that it has.</summary>
    public int Vcpus => Number(domain.Element("vcpu")?.Attribute("current")?.Value) ?? MostVcpus;

    /// <summary>What a balloon may leave it at; its whole memory where none has.</summary>
    public Bytes CurrentMemory => Size(domain.Element("currentMemory")) ?? Memory;

    /// <summary>All of its memory, devices that were plugged in included.</summary>
    public Bytes Memory => Size(domain.Element("memory")) ?? Bytes.Zero;

    /// <summary>Memory that is a device: dimm, nvdimm, virtio-mem.</summary>
    public IReadOnlyList<(string Model, Bytes Size)> MemoryDevices =>
        [.. Devices("memory").Select(m => (m.Attribute("model")?.Value ?? "memory", Size(m.Element("target")?.Element("size")) ?? Bytes.Zero))];

    public IReadOnlyList<DomainInterface> Interfaces => [.. Devices("interface").Select(DomainInterface.From)];

    /// <summary>Enlightenments for Windows guests that are switched on.</summary>
    public IReadOnlyList<string> HypervFeatures =>
        [.. domain.Element("features")?.Element("hyperv")?.Elements().Where(f => f.Attribute("state")?.Value != "off").Select(f => f.Name.LocalName) ?? []];

    /// <summary>custom, host-model, host-passthrough, maximum; null: the hypervisor's default.</summary>
    public string? CpuMode => domain.Element("cpu")?.Attribute("mode")?.Value;

    /// <summary>A counter that no other host continues, unless its frequency is fixed.</summary>
    public bool HasUnboundTimeStampCounter =>
        domain.Element("cpu")?.Elements("feature").Any(f => f.Attribute("name")?.Value == "invtsc" && f.Attribute("policy")?.Value is "require" or "force") == true
        && domain.Element("clock")?.Elements("timer").Any(t => t.Attribute("name")?.Value == "tsc" && t.Attribute("frequency") is not null) != true;

    /// <summary>The highest number of a host CPU that it is pinned to; null: it is not pinned.</summary>
    public int? HighestPinnedCpu => new[] { domain.Element("vcpu") }
        .Concat(domain.Element("cputune")?.Elements().Where(e => e.Name.LocalName is "vcpupin" or "emulatorpin" or "iothreadpin") ?? [])
        .Select(e => CpuSet.Highest(e?.Attribute("cpuset")?.Value)).Max();

    /// <summary>Files of the host that must be at the destination too, for nobody brings them: what it boots from, and media.</summary>
    public IReadOnlyList<(string What, string Path)> HostFiles =>
    [
        .. BootFiles.Select(name => (name, domain.Element("os")?.Element(name)?.Value ?? "")),
        .. Devices("disk").Where(d => DomainDisk.From(d) is null)
            .Select(d => ($"{d.Attribute("device")?.Value ?? "disk"} {d.Element("target")?.Attribute("dev")?.Value}", d.Element("source")?.Attribute("file")?.Value ?? "")),
        .. Devices("memory").Select(m => ($"{m.Attribute("model")?.Value} memory", m.Element("source")?.Element("path")?.Value ?? "")),
    ];

    /// <summary>The namespaces of its metadata: systems that keep notes of their own in it.</summary>
    public IReadOnlyList<string> MetadataNamespaces => [.. domain.Element("metadata")?.Elements().Select(m => m.Name.NamespaceName) ?? []];

    public bool HasProtectedMemory => domain.Element("launchSecurity") is not null;

    internal IEnumerable<XElement> Devices(string name) => domain.Element("devices")?.Elements(name) ?? [];

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>libvirt writes sizes in KiB unless it says otherwise.</summary>
    private static Bytes? Size(XElement? element) =>
        long.TryParse(element?.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
            ? new Bytes(number * (element!.Attribute("unit")?.Value switch { "bytes" or "b" => 1, "MiB" or "M" => 1 << 20, "GiB" or "G" => 1 << 30, _ => 1024 }))
            : null;
}

/// <summary>A network interface and what of the host it hangs on.</summary>
/// <param name="Kind">bridge, network, direct, user, vhostuser, vdpa, hostdev, ….</param>
/// <param name="Source">The bridge, network or host interface; null where it has none.</param>
/// <param name="Mac">Its address, by which it is told from others.</param>
internal sealed record DomainInterface(string Kind, string? Source, string Mac)
{
    public static DomainInterface From(XElement element)
    {
        var (kind, source) = (element.Attribute("type")?.Value ?? "", element.Element("source"));
        return new DomainInterface(
            kind,
            source?.Attribute(kind switch { "bridge" => "bridge", "network" => "network", "vhostuser" => "path", _ => "dev" })?.Value,
            element.Element("mac")?.Attribute("address")?.Value ?? "");
    }
}

/// <summary>A set of CPUs as libvirt writes it: <c>0-3,^2,7</c>.</summary>
internal static class CpuSet
{
    /// <summary>Null: an empty set, or none.</summary>
    public static int? Highest(string? set)
    {
        var cpus = new SortedSet<int>();
        foreach (var part in (set ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var ends = part.TrimStart('^').Split('-');
            if (int.TryParse(ends[0], CultureInfo.InvariantCulture, out var first) && int.TryParse(ends[^1], CultureInfo.InvariantCulture, out var last) && last - first < 65536)
            {
                var range = Enumerable.Range(first, Math.Max(0, last - first + 1));
                if (part.StartsWith('^'))
                {
                    cpus.ExceptWith(range);
                }
                else
                {
                    cpus.UnionWith(range);
                }
            }
        }

        return cpus.Count == 0 ? null : cpus.Max;
    }
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
