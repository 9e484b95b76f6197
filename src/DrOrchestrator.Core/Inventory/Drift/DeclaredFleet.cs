using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Inventory.Drift;

/// <summary>What the inventory says that can be held against what hosts say. Where it says nothing, nothing differs.</summary>
/// <param name="Hosts">Hosts of which something is said.</param>
/// <param name="Vms">VMs that it names.</param>
/// <param name="EveryVm">Whether it names every VM, so that another one is a difference.</param>
public sealed record DeclaredFleet(IReadOnlyList<DeclaredHost> Hosts, IReadOnlyList<DeclaredVm> Vms, bool EveryVm)
{
    public static DeclaredFleet None { get; } = new([], [], false);
}

/// <summary>A host as it is declared.</summary>
/// <param name="Host">Which.</param>
/// <param name="Cpus">Logical CPUs; null: not said.</param>
/// <param name="Memory">Memory; null: not said.</param>
/// <param name="CpuModel">The CPU as its hypervisor names it; null: not said.</param>
public sealed record DeclaredHost(HostId Host, int? Cpus, Bytes? Memory, string? CpuModel);

/// <summary>A VM as it is declared.</summary>
/// <param name="Name">Its name or id.</param>
/// <param name="Home">Where it belongs; null: not said.</param>
public sealed record DeclaredVm(string Name, HostId? Home);
