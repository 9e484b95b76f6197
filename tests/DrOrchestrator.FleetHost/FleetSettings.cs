using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Drivers.Simulated;

namespace DrOrchestrator.FleetHost;

/// <summary>Two sites of hosts, a1, a2… and b1, b2…; VMs on a1, on a2 and on every host, as many as are asked for.</summary>
internal sealed record FleetSettings(
    string JournalPath, int HostsPerSite, int Count, int AlsoOnA2, int OnEveryHost, Bytes Memory, Bandwidth Bandwidth, bool Instant, TimeSpan Poll)
{
    private static readonly string[] Sites = ["A", "B"];

    /// <summary>Every VM and where it begins.</summary>
    public IReadOnlyList<(VmRef Vm, HostId At)> Vms =>
    [
        .. Enumerable.Repeat("a1", Count).Concat(Enumerable.Repeat("a2", AlsoOnA2)).Concat(Hosts.SelectMany(host => Enumerable.Repeat(host.Name, OnEveryHost)))
            .Select((host, index) => (new VmRef(new VmId($"00000000-0000-4000-8000-{index + 1:d12}"), $"vm-{index + 1:d4}"), new HostId(host))),
    ];

    private IEnumerable<(string Name, string Site)> Hosts =>
        Sites.SelectMany(site => Enumerable.Range(1, HostsPerSite).Select(number => ($"{site.ToLowerInvariant()}{number}", site)));

    public static FleetSettings From(IConfiguration configuration) => new(
        configuration["journal"] ?? throw new InvalidOperationException("Give --journal FILE."),
        configuration.GetValue("hosts-per-site", 2),
        configuration.GetValue("vms", 8),
        configuration.GetValue("also-on-a2", 0),
        configuration.GetValue("on-every-host", 0),
        Bytes.FromMebibytes(configuration.GetValue("memory", 256)),
        Bandwidth.FromMegabitsPerSecond(configuration.GetValue("bandwidth", 10_000)),
        configuration.GetValue("instant", false),
        TimeSpan.FromMilliseconds(configuration.GetValue("poll", 100)));

    public SimulatedFleet Build(TimeProvider clock)
    {
        var fleet = new SimulatedFleet(clock, new SimulatedFleetOptions { Instant = Instant, RecordEffects = false });
        foreach (var (name, site) in Hosts)
        {
            fleet.AddHost(new SimulatedHostSettings(new HostId(name), new SiteId(site)) { Memory = new Bytes(4L << 40), Cpus = 1024, Bandwidth = Bandwidth });
        }

        foreach (var (vm, at) in Vms)
        {
            fleet.AddVm(new SimulatedVmSettings(vm) { Memory = Memory, DirtyBytesPerSecond = 1024 * 1024 }, at);
        }

        return fleet;
    }
}
