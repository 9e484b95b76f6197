using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Planning;

/// <summary>
/// What the inventory says of hosts and VMs that they do not say themselves, for those that a look found. Kept with
/// the look, so that a plan can be made again from its record.
/// </summary>
/// <param name="Hosts">Hosts with an interface or a limit of their own; the others have none that is known.</param>
/// <param name="Hypervisors">Limits over all hosts of one driver.</param>
/// <param name="Groups">VMs that stay together or apart.</param>
/// <param name="Vms">VMs with a priority or a dirty rate that is known.</param>
public sealed record FleetRules(
    IReadOnlyList<HostLimit> Hosts, IReadOnlyList<HypervisorLimit> Hypervisors, IReadOnlyList<VmGroup> Groups, IReadOnlyList<VmRule> Vms)
{
    public static FleetRules None { get; } = new([], [], [], []);
}

/// <summary>What one host can do for migrations.</summary>
/// <param name="Host">The host.</param>
/// <param name="Interface">What its interface to the migration network carries each way; null: not known, and not what binds.</param>
/// <param name="MigrationsAtOnce">How many it takes part in at once, in and out together, 1 or more; null: no limit of its own.</param>
public sealed record HostLimit(HostId Host, Bandwidth? Interface, int? MigrationsAtOnce);

/// <summary>A limit of a hypervisor's management: of all its hosts together.</summary>
/// <param name="Driver">The driver's name.</param>
/// <param name="MigrationsAtOnce">How many migrations at once, 1 or more.</param>
public sealed record HypervisorLimit(string Driver, int MigrationsAtOnce);

/// <summary>How the VMs of a group stand to each other.</summary>
public enum GroupRule
{
    /// <summary>All on one host.</summary>
    TogetherOnHost,

    /// <summary>All at one site, on any of its hosts.</summary>
    TogetherAtSite,

    /// <summary>No two on one host.</summary>
    ApartByHost,
}

/// <summary>
/// VMs that stay together or apart. The rule holds for those that a plan moves, and between them and the members that
/// run elsewhere and stay there. A member at a host that is being emptied and that can not be moved holds nobody back.
/// </summary>
/// <param name="Name">Its name in the inventory.</param>
/// <param name="Rule">What holds between its members.</param>
/// <param name="Vms">Its members, as far as a host reported them.</param>
public sealed record VmGroup(string Name, GroupRule Rule, IReadOnlyList<VmId> Vms);

/// <summary>What the inventory says of one VM.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Priority">0 to 100, higher is placed and leaves first; null: <see cref="UsualPriority"/>.</param>
/// <param name="DirtyRate">How fast its guest dirties memory under load, as the inventory states it; null: it does not.</param>
/// <param name="Observed">How fast it was seen to; null: no migration has seen it.</param>
public sealed record VmRule(VmId Vm, int? Priority, Bandwidth? DirtyRate, ObservedDirtyRate? Observed = null)
{
    /// <summary>What convergence is judged by: what was seen, or what is stated where that is more; null: neither.</summary>
    public Bandwidth? Dirties() => Observed is { } seen && !(DirtyRate?.BytesPerSecond >= seen.Rate.BytesPerSecond) ? seen.Rate : DirtyRate;

    /// <summary>The priority of a VM of which nothing is said.</summary>
    public const int UsualPriority = 50;
}
