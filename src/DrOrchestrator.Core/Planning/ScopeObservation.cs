using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Planning;

/// <summary>One look at every host of the inventory, as a run planned from it. Kept in the run's stream.</summary>
/// <param name="InventoryHash">SHA-256 of the inventory it was made with.</param>
/// <param name="Hosts">Every host, whether it answered or not.</param>
/// <param name="Checks">How each VM's guest is asked whether it lives; VMs without an entry have no check.</param>
/// <param name="Links">The bandwidth between sites, for prediction.</param>
public sealed record ScopeObservation(
    string InventoryHash, IReadOnlyList<HostObservation> Hosts, IReadOnlyList<VmCheck> Checks, IReadOnlyList<SiteLink> Links);

/// <summary>What one host said.</summary>
/// <param name="Endpoint">The host.</param>
/// <param name="Facts">What it says of itself; null: it did not answer.</param>
/// <param name="Copies">The copies that it has; empty where it did not answer.</param>
/// <param name="Silence">Why there is no answer; null: it answered.</param>
public sealed record HostObservation(HostEndpoint Endpoint, HostFacts? Facts, IReadOnlyList<VmCopy> Copies, string? Silence)
{
    public bool Answered => Silence is null;

    public HostId Host => Endpoint.Host;
}

/// <summary>A VM's check from the inventory.</summary>
public sealed record VmCheck(VmId Vm, GuestCheck Check);

/// <summary>A link between two sites.</summary>
/// <param name="From">One end.</param>
/// <param name="To">The other end.</param>
/// <param name="Bandwidth">What it carries each way, as configured.</param>
public sealed record SiteLink(SiteId From, SiteId To, Bandwidth Bandwidth)
{
    public bool Joins(SiteId one, SiteId other) => (From == one && To == other) || (From == other && To == one);
}
