using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Inventory.Drift;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Server.Configuration.Yaml;

namespace DrOrchestrator.Server.Configuration;

/// <summary>The inventory as <c>inventory.yaml</c> has it.</summary>
public sealed class YamlInventory : IInventory, IHostNames
{
    private readonly Dictionary<string, HostId> hostsByName;
    private readonly GuestCheckRules checks;
    private readonly FleetRuleBook rules;

    internal YamlInventory(
        string contentHash, IReadOnlyList<SiteId> sites, IReadOnlyList<HostEndpoint> hosts, IReadOnlyList<SiteLink> links,
        FleetLimits limits, BrakeRules brakes, Dictionary<string, HostId> hostsByName, GuestCheckRules checks, FleetRuleBook rules, DeclaredFleet declared)
    {
        ContentHash = contentHash;
        Sites = sites;
        Hosts = hosts;
        Links = links;
        Limits = limits;
        Brakes = brakes;
        Declared = declared;
        this.hostsByName = hostsByName;
        this.checks = checks;
        this.rules = rules;
    }

    public string ContentHash { get; }

    public IReadOnlyList<SiteId> Sites { get; }

    public IReadOnlyList<HostEndpoint> Hosts { get; }

    public IReadOnlyList<SiteLink> Links { get; }

    public FleetLimits Limits { get; }

    public BrakeRules Brakes { get; }

    public DeclaredFleet Declared { get; }

    public GuestCheck? CheckOf(VmRef vm) => checks.CheckOf(vm);

    public FleetRules RulesFor(IReadOnlyCollection<VmRef> vms) => rules.For(vms);

    public HostId? Find(string name) => hostsByName.TryGetValue(name, out var host) ? host : null;

    /// <param name="path">The file.</param>
    /// <param name="drivers">The drivers that are installed; null: any name is taken.</param>
    /// <exception cref="ConfigurationException">Something is wrong with it.</exception>
    public static YamlInventory Load(string path, IReadOnlyCollection<string>? drivers = null) => Parse(path, YamlFile.TextOf(path), drivers);

    /// <inheritdoc cref="Load"/>
    public static YamlInventory Parse(string name, string text, IReadOnlyCollection<string>? drivers = null) =>
        YamlFile.Read(name, text, (file, root) => new InventoryReader(file, drivers).Read(root));
}
