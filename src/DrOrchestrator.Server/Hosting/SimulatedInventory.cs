using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Server.Configuration;

namespace DrOrchestrator.Server.Hosting;

/// <summary>Two sites of two simulated hosts; every guest can be asked. For trying the product without a hypervisor, for kill tests and benchmarks.</summary>
public sealed class SimulatedInventory(int slots) : IInventory, IHostNames
{
    public string ContentHash => "simulated";

    public IReadOnlyList<HostEndpoint> Hosts { get; } =
    [
        .. new[] { ("a1", "A"), ("a2", "A"), ("b1", "B"), ("b2", "B") }.Select(host =>
            new HostEndpoint(new HostId(host.Item1), new SiteId(host.Item2), "simulated", $"simulated://{host.Item1}", $"{host.Item1}.migration")),
    ];

    public IReadOnlyList<SiteLink> Links { get; } = [new SiteLink(new SiteId("A"), new SiteId("B"), Bandwidth.FromMegabitsPerSecond(10_000))];

    /// <summary>Wide: what is tried here is the product, not four hosts' endurance.</summary>
    public FleetLimits Limits { get; } = new(slots, 1024, 1024, 1024, 1024);

    public BrakeRules Brakes { get; } = new(1024, 1024, TimeSpan.FromSeconds(1), TimeSpan.Zero) { FlappingEpisodes = 1024 };

    public HostId? Find(string name) => Hosts.Where(host => string.Equals(host.Host.Value, name, StringComparison.OrdinalIgnoreCase)).Select(host => (HostId?)host.Host).FirstOrDefault();

    public GuestCheck? CheckOf(VmRef vm) => new($"simulated://{vm.Name}");

    public FleetRules RulesFor(IReadOnlyCollection<VmRef> vms) => FleetRules.None;
}
