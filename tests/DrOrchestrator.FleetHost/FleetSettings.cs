using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Drivers.Simulated;

namespace DrOrchestrator.FleetHost;

/// <summary>Two sites of two hosts, every VM on a1; the last ones on a2 where that is asked for.</summary>
internal sealed record FleetSettings(string JournalPath, int Count, int AlsoOnA2, Bytes Memory, Bandwidth Bandwidth, bool Instant, TimeSpan Poll)
{
    public IReadOnlyList<VmRef> Vms { get; } =
        [.. Enumerable.Range(1, Count + AlsoOnA2).Select(index => new VmRef(new VmId($"00000000-0000-4000-8000-{index:d12}"), $"vm-{index:d4}"))];

    public static FleetSettings From(IConfiguration configuration) => new(
        configuration["journal"] ?? throw new InvalidOperationException("Give --journal FILE."),
        configuration.GetValue("vms", 8),
        configuration.GetValue("also-on-a2", 0),
        Bytes.FromMebibytes(configuration.GetValue("memory", 256)),
        Bandwidth.FromMegabitsPerSecond(configuration.GetValue("bandwidth", 10_000)),
        configuration.GetValue("instant", false),
        TimeSpan.FromMilliseconds(configuration.GetValue("poll", 100)));

    public SimulatedFleet Build(TimeProvider clock)
    {
        var fleet = new SimulatedFleet(clock, new SimulatedFleetOptions { Instant = Instant, RecordEffects = false });
        foreach (var (name, site) in new[] { ("a1", "A"), ("a2", "A"), ("b1", "B"), ("b2", "B") })
        {
            fleet.AddHost(new SimulatedHostSettings(new HostId(name), new SiteId(site)) { Memory = new Bytes(4L << 40), Bandwidth = Bandwidth });
        }

        foreach (var (index, vm) in Vms.Index())
        {
            fleet.AddVm(new SimulatedVmSettings(vm) { Memory = Memory, DirtyBytesPerSecond = 1024 * 1024 }, new HostId(index < Count ? "a1" : "a2"));
        }

        return fleet;
    }
}
