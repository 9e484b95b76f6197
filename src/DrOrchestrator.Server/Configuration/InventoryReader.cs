using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Inventory.Drift;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Server.Configuration.Yaml;

namespace DrOrchestrator.Server.Configuration;

/// <summary>Reads the fields of <c>inventory.yaml</c>.</summary>
internal sealed class InventoryReader(YamlFile file, IReadOnlyCollection<string>? drivers)
{
    private readonly Dictionary<string, HostId> hostsByName = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<DeclaredHost> declaredHosts = [];
    private readonly FleetRulesReader rules = new(drivers);

    public YamlInventory Read(YamlMap root)
    {
        var sites = Sites(root);
        var written = root.Maps("hosts");
        var hosts = written.Select(host => Host(host, sites)).OfType<HostEndpoint>().ToArray();
        if (written.Count == 0)
        {
            root.Error("hosts", "There is no host.", "Add at least one under hosts: with name, site, driver and address.");
        }

        var links = root.Maps("links").Select(link => Link(link, sites)).OfType<SiteLink>().ToArray();
        var book = rules.Read(root);
        return new YamlInventory(file.ContentHash, sites, hosts, links, Limits(root.Map("limits")), Brakes(root.Map("brakes")), hostsByName, Checks(root.Map("guestChecks")), book, Declared(root, book));
    }

    private DeclaredFleet Declared(YamlMap root, FleetRuleBook book) => new(
        [.. declaredHosts.Where(host => host is not { Cpus: null, Memory: null, CpuModel: null })],
        [.. book.Vms.Select(vm => new DeclaredVm(vm.Key, vm.Value.Home))],
        root.OptionalFlag("everyVmIsNamed") ?? false);

    private static SiteId[] Sites(YamlMap root)
    {
        var sites = new List<SiteId>();
        foreach (var site in root.Maps("sites"))
        {
            site.OptionalText("description");
            if (site.Text("name") is not { } name)
            {
                continue;
            }

            if (sites.Contains(new SiteId(name)))
            {
                site.Error("name", $"There are two sites {name}.", "Give each its own name.");
            }
            else
            {
                sites.Add(new SiteId(name));
            }
        }

        return [.. sites];
    }

    private HostEndpoint? Host(YamlMap map, SiteId[] sites)
    {
        var name = map.Text("name");
        var site = Site(map, "site", sites);
        var driver = map.Text("driver");
        var address = map.Text("address");
        var migration = map.OptionalText("migrationAddress");
        var peer = map.OptionalText("peerAddress");
        var others = map.Texts("alertNames");
        var (cpus, memory, model) = (map.OptionalCount("cpus", 1, 100_000), map.OptionalCount("memoryMebibytes", 1, int.MaxValue), map.OptionalText("cpuModel"));
        rules.AddHost(map, name, driver);
        if (name is not null)
        {
            declaredHosts.Add(new DeclaredHost(new HostId(name), cpus, memory is { } mebibytes ? Bytes.FromMebibytes(mebibytes) : null, model));
        }

        if (driver is not null && drivers is not null && !drivers.Contains(driver))
        {
            map.Error("driver", $"There is no driver '{driver}' here.", $"Installed: {string.Join(", ", drivers.Order())}.");
        }

        if (name is not null && !HostName.IsUsable(name))
        {
            map.Error("name", $"'{name}' can not name a host.", HostName.Rule);
        }

        if (name is null || site is null || driver is null || address is null)
        {
            return null;
        }

        foreach (var spoken in others.Prepend(name))
        {
            if (!hostsByName.TryAdd(spoken, new HostId(name)))
            {
                map.Error("name", $"The name {spoken} is taken by host {hostsByName[spoken]}.", "Give each host its own names, in name and alertNames.");
            }
        }

        return new HostEndpoint(new HostId(name), site.Value, driver, address, migration, peer);
    }

    private static SiteLink? Link(YamlMap map, SiteId[] sites)
    {
        var from = Site(map, "from", sites);
        var to = Site(map, "to", sites);
        var megabits = map.OptionalNumber("bandwidthMegabits", 0.001, 10_000_000);
        if (megabits is null && !map.Has("bandwidthMegabits"))
        {
            map.Missing("bandwidthMegabits", "Write what the link carries each way, in megabits per second.");
        }

        return from is { } one && to is { } other && megabits is { } rate ? new SiteLink(one, other, Bandwidth.FromMegabitsPerSecond(rate)) : null;
    }

    /// <summary>Over all runs and servers; a plan's own limits come on top.</summary>
    private static FleetLimits Limits(YamlMap map)
    {
        var usual = FleetLimits.Default;
        int Whole(string field, int otherwise) => map.OptionalCount(field, 1, 10_000) ?? otherwise;
        return new FleetLimits(
            Whole("moves", usual.Total), Whole("movesPerSite", usual.PerSite), Whole("movesPerLink", usual.PerLink),
            Whole("movesOutOfHost", usual.OutOfHost), Whole("movesIntoHost", usual.IntoHost));
    }

    private static BrakeRules Brakes(YamlMap map)
    {
        const double Month = 31 * 24 * 3600;
        var usual = BrakeRules.Default;
        return new BrakeRules(
            map.OptionalCount("maxSickHosts", 1, 10_000) ?? usual.MaxSickHosts,
            map.OptionalCount("maxRecoveries", 1, 10_000) ?? usual.MaxRecoveries,
            map.OptionalSeconds("windowSeconds", 1, Month) ?? usual.Window,
            map.OptionalSeconds("blockSeconds", 0, Month) ?? usual.BlockAfterRecovery,
            map.OptionalCount("maxSickHostsPerSite", 1, 10_000))
        {
            FlappingEpisodes = map.OptionalCount("flappingEpisodes", 2, 1000) ?? usual.FlappingEpisodes,
            FlappingWindow = map.OptionalSeconds("flappingWindowSeconds", 1, Month) ?? usual.FlappingWindow,
            FlappingQuiet = map.OptionalSeconds("flappingQuietSeconds", 0, Month) ?? usual.FlappingQuiet,
        };
    }

    private static GuestCheckRules Checks(YamlMap map)
    {
        var template = map.Has("default") ? Check(map.Map("default")) : null;
        var own = new Dictionary<string, GuestCheck?>(StringComparer.Ordinal);
        foreach (var entry in map.Maps("vms"))
        {
            var (off, _) = entry.OptionalChoice("check", ("none", true));
            var check = off ? null : Check(entry);
            if (entry.Text("vm") is { } vm && !own.TryAdd(vm, check))
            {
                entry.Error("vm", $"There are two checks for {vm}.", "Keep one of them.");
            }
        }

        return new GuestCheckRules(template, own);
    }

    private static GuestCheck? Check(YamlMap map)
    {
        var url = map.Text("url");
        var boot = Field(map, "bootIdField", "boot");
        var counter = Field(map, "counterField", "ticks");
        if (url is null)
        {
            return null;
        }

        var sample = url.Replace("{name}", "vm", StringComparison.Ordinal).Replace("{id}", "id", StringComparison.Ordinal);
        if (!Uri.TryCreate(sample, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            map.Error("url", $"'{url}' is no http or https address.", "Write for example http://{name}.vms.example.org/status.");
        }

        return new GuestCheck(url, boot, counter);
    }

    /// <summary>An absent field has its usual name; one that says null is not looked at.</summary>
    private static string? Field(YamlMap map, string field, string usual) =>
        map.OptionalText(field) ?? (map.IsNull(field) ? null : usual);

    private static SiteId? Site(YamlMap map, string field, SiteId[] sites)
    {
        if (map.Text(field) is not { } name)
        {
            return null;
        }

        var site = new SiteId(name);
        if (!sites.Contains(site))
        {
            map.Error(field, $"There is no site {name}.", sites.Length == 0 ? "Add it under sites:." : $"Sites are {string.Join(", ", sites)}.");
        }

        return site;
    }
}
