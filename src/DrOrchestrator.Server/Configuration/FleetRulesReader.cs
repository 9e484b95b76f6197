using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Server.Configuration.Yaml;

namespace DrOrchestrator.Server.Configuration;

/// <summary>Reads what <c>inventory.yaml</c> says for the planner: interfaces and limits of hosts, limits of hypervisors, groups, VMs.</summary>
internal sealed class FleetRulesReader(IReadOnlyCollection<string>? drivers)
{
    private readonly List<(HostId Host, string Driver, Bandwidth? Interface, int? AtOnce)> hosts = [];

    /// <summary>The fields of one host's entry.</summary>
    public void AddHost(YamlMap map, string? name, string? driver)
    {
        var width = map.OptionalNumber("migrationMegabits", 0.001, 10_000_000);
        var atOnce = map.OptionalCount("migrationsAtOnce", 1, 1000);
        if (name is not null && driver is not null)
        {
            hosts.Add((new HostId(name), driver, width is { } rate ? Bandwidth.FromMegabitsPerSecond(rate) : null, atOnce));
        }
    }

    public FleetRuleBook Read(YamlMap root)
    {
        var perHost = new Dictionary<string, int>(StringComparer.Ordinal);
        var hypervisors = new List<HypervisorLimit>();
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var map in root.Maps("hypervisors"))
        {
            Hypervisor(map, named, perHost, hypervisors);
        }

        var limits = hosts.Select(host => new HostLimit(host.Host, host.Interface, host.AtOnce ?? (perHost.TryGetValue(host.Driver, out var usual) ? usual : null)))
            .Where(limit => limit.Interface is not null || limit.MigrationsAtOnce is not null).DistinctBy(limit => limit.Host);
        return new FleetRuleBook([.. limits], hypervisors, Groups(root), Vms(root));
    }

    private void Hypervisor(YamlMap map, HashSet<string> named, Dictionary<string, int> perHost, List<HypervisorLimit> hypervisors)
    {
        var driver = map.Text("driver");
        var each = map.OptionalCount("migrationsPerHost", 1, 1000);
        var all = map.OptionalCount("migrationsAtOnce", 1, 100_000);
        if (driver is null)
        {
            return;
        }

        if (drivers is not null && !drivers.Contains(driver))
        {
            map.Error("driver", $"There is no driver '{driver}' here.", $"Installed: {string.Join(", ", drivers.Order())}.");
        }

        if (!named.Add(driver))
        {
            map.Error("driver", $"There are two entries for {driver}.", "Keep one of them.");
        }

        if (each is { } usual)
        {
            perHost.TryAdd(driver, usual);
        }

        if (all is { } limit)
        {
            hypervisors.Add(new HypervisorLimit(driver, limit));
        }
    }

    private static List<GroupEntry> Groups(YamlMap root)
    {
        var groups = new List<GroupEntry>();
        foreach (var map in root.Maps("groups"))
        {
            var name = map.Text("name");
            var (given, rule) = map.OptionalChoice(
                "rule", ("together-on-host", GroupRule.TogetherOnHost), ("together-at-site", GroupRule.TogetherAtSite), ("apart-by-host", GroupRule.ApartByHost));
            if (!map.Has("rule"))
            {
                map.Missing("rule", "Write together-on-host, together-at-site or apart-by-host.");
            }

            var members = map.Texts("vms");
            string[] distinct = [.. members.Distinct(StringComparer.Ordinal)];
            if (distinct.Length < members.Count)
            {
                map.Error("vms", $"{members.GroupBy(vm => vm, StringComparer.Ordinal).First(same => same.Count() > 1).Key} is named twice.", "Name each member once.");
            }

            if (distinct.Length < 2)
            {
                map.Error("vms", "A group has two members at least.", "Name them by name or id: vms: [web-1, web-2].");
            }

            if (name is not null && groups.Exists(group => group.Name == name))
            {
                map.Error("name", $"There are two groups {name}.", "Give each its own name.");
            }

            if (name is null || !given)
            {
                continue;
            }

            var entry = new GroupEntry(name, rule, distinct);
            if (groups.Find(other => Contradict(entry, other)) is { } other)
            {
                var both = entry.Vms.Intersect(other.Vms, StringComparer.Ordinal).Take(2);
                map.Error("rule", $"{string.Join(" and ", both)} can not be on one host and apart: the group {other.Name} says otherwise.", "Change one of the two groups.");
            }

            groups.Add(entry);
        }

        return groups;
    }

    private static bool Contradict(GroupEntry one, GroupEntry other) =>
        (one.Rule, other.Rule) is (GroupRule.TogetherOnHost, GroupRule.ApartByHost) or (GroupRule.ApartByHost, GroupRule.TogetherOnHost)
        && one.Vms.Intersect(other.Vms, StringComparer.Ordinal).Count() > 1;

    private Dictionary<string, VmEntry> Vms(YamlMap root)
    {
        var vms = new Dictionary<string, VmEntry>(StringComparer.Ordinal);
        foreach (var map in root.Maps("vms"))
        {
            var priority = map.OptionalCount("priority", 0, 100);
            var dirty = map.OptionalNumber("dirtyMegabits", 0.001, 10_000_000);
            var home = map.OptionalText("home");
            if (home is not null && !hosts.Exists(host => host.Host.Value == home))
            {
                map.Error("home", $"There is no host {home}.", "Name a host of this inventory.");
            }

            var entry = new VmEntry(priority, dirty is { } rate ? Bandwidth.FromMegabitsPerSecond(rate) : null, home is null ? null : new HostId(home));
            if (map.Text("vm") is { } vm && !vms.TryAdd(vm, entry))
            {
                map.Error("vm", $"There are two entries for {vm}.", "Keep one of them.");
            }
        }

        return vms;
    }
}
