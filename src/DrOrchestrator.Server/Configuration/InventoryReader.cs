using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Server.Configuration.Yaml;

namespace DrOrchestrator.Server.Configuration;

/// <summary>Reads the fields of <c>inventory.yaml</c>.</summary>
internal sealed class InventoryReader(YamlFile file, IReadOnlyCollection<string>? drivers)
{
    private readonly Dictionary<string, HostId> hostsByName = new(StringComparer.OrdinalIgnoreCase);

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
        return new YamlInventory(file.ContentHash, sites, hosts, links, hostsByName, Checks(root.Map("guestChecks")));
    }

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
