using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;

namespace DrOrchestrator.Core.Admission;

/// <summary>
/// What hosts and hypervisors allow of themselves, as the inventory says: over all runs and servers, beside <see cref="FleetLimits"/>.
/// </summary>
/// <param name="Hosts">Every host with a limit of its own, or whose hypervisor has one; each once.</param>
/// <param name="Hypervisors">Limits over all hosts of one driver; each driver once.</param>
public sealed record OwnLimits(IReadOnlyList<HostOwnLimit> Hosts, IReadOnlyList<HypervisorLimit> Hypervisors)
{
    public static OwnLimits None { get; } = new([], []);

    /// <summary>What an inventory's hosts and rules come to.</summary>
    public static OwnLimits Of(IReadOnlyList<HostEndpoint> hosts, FleetRules rules)
    {
        var own = rules.Hosts.Where(limit => limit.MigrationsAtOnce is not null).ToDictionary(limit => limit.Host, limit => limit.MigrationsAtOnce);
        var drivers = rules.Hypervisors.Select(limit => limit.Driver).ToHashSet(StringComparer.Ordinal);
        return new OwnLimits(
            [.. hosts.Where(host => own.ContainsKey(host.Host) || drivers.Contains(host.Driver)).Select(host => new HostOwnLimit(host.Host, host.Driver, own.GetValueOrDefault(host.Host)))],
            rules.Hypervisors);
    }
}

/// <summary>One host's own limit.</summary>
/// <param name="Host">The host.</param>
/// <param name="Driver">Its hypervisor's driver, whose limit it shares.</param>
/// <param name="AtOnce">How many migrations it takes part in at once, in and out together, 1 or more; null: no limit of its own.</param>
public sealed record HostOwnLimit(HostId Host, string Driver, int? AtOnce);
