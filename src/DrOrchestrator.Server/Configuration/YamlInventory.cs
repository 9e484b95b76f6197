using DrOrchestrator.Core.Inventory;
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

    internal YamlInventory(
        string contentHash, IReadOnlyList<SiteId> sites, IReadOnlyList<HostEndpoint> hosts, IReadOnlyList<SiteLink> links,
        Dictionary<string, HostId> hostsByName, GuestCheckRules checks)
    {
        ContentHash = contentHash;
        Sites = sites;
        Hosts = hosts;
        Links = links;
        this.hostsByName = hostsByName;
        this.checks = checks;
    }

    public string ContentHash { get; }

    public IReadOnlyList<SiteId> Sites { get; }

    public IReadOnlyList<HostEndpoint> Hosts { get; }

    public IReadOnlyList<SiteLink> Links { get; }

    public GuestCheck? CheckOf(VmRef vm) => checks.CheckOf(vm);

    public HostId? Find(string name) => hostsByName.TryGetValue(name, out var host) ? host : null;

    /// <param name="path">The file.</param>
    /// <param name="drivers">The drivers that are installed; null: any name is taken.</param>
    /// <exception cref="ConfigurationException">Something is wrong with it.</exception>
    public static YamlInventory Load(string path, IReadOnlyCollection<string>? drivers = null) => Parse(path, YamlFile.TextOf(path), drivers);

    /// <inheritdoc cref="Load"/>
    public static YamlInventory Parse(string name, string text, IReadOnlyCollection<string>? drivers = null) =>
        YamlFile.Read(name, text, (file, root) => new InventoryReader(file, drivers).Read(root));
}
