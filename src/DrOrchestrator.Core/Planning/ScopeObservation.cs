using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Planning;

/// <summary>One look at every host of the inventory, as a run planned from it. Kept in the run's stream.</summary>
/// <param name="InventoryHash">SHA-256 of the inventory it was made with.</param>
/// <param name="Hosts">Every host, whether it answered or not.</param>
/// <param name="Checks">How each VM's guest is asked whether it lives; VMs without an entry have no check.</param>
/// <param name="Links">The bandwidth between sites, for prediction.</param>
/// <param name="Rules">What the inventory says besides; null: a look that was recorded before there was such a thing.</param>
/// <param name="Maintenance">Hosts that are worked on, themselves or with their site: they take no VM. Null: none, or recorded before this was looked at.</param>
/// <param name="Unfit">Hosts that are sick or being emptied, but for the one that is looked at for its own sake: they take no VM. Null: none, or recorded before this was looked at.</param>
/// <param name="Arrived">Moves that were under way before the look, or had just landed, and whose VMs it saw running at their destinations. Null: none, or recorded before this was looked at.</param>
public sealed record ScopeObservation(
    string InventoryHash, IReadOnlyList<HostObservation> Hosts, IReadOnlyList<VmCheck> Checks, IReadOnlyList<SiteLink> Links, FleetRules? Rules = null,
    IReadOnlyList<HostLeftOut>? Maintenance = null, IReadOnlyList<HostLeftOut>? Unfit = null,
    IReadOnlyList<MoveId>? Arrived = null)
{
    /// <summary>The link of the inventory that joins the move's sites; null: there is none.</summary>
    public SiteLink? LinkOf(PlannedMove move) => Links.FirstOrDefault(link => link.Joins(move.Source.Site, move.Destination.Site));

    /// <summary>What is worked on at the host or at its site, a sentence; null: nobody works on it.</summary>
    public string? WorkOn(HostId host) => Maintenance?.FirstOrDefault(one => one.Host == host)?.Why;

    /// <summary>Whether the host takes no VM.</summary>
    public bool LeavesOut(HostId host) => (Maintenance ?? []).Concat(Unfit ?? []).Any(one => one.Host == host);

    /// <summary>The same look, with what was learned since of one host.</summary>
    public ScopeObservation LeavingOut(HostLeftOut left) => left.Cause is LeftOutCause.Maintenance
        ? this with { Maintenance = [.. (Maintenance ?? []).Where(one => one.Host != left.Host), left] }
        : this with { Unfit = [.. (Unfit ?? []).Where(one => one.Host != left.Host), left] };
}

/// <summary>A host that takes no VM although it may answer.</summary>
/// <param name="Host">Which.</param>
/// <param name="Why">A sentence: what is in maintenance, until when, by whom and why; what stands against it; or which run empties it.</param>
/// <param name="Cause">Of what kind that is.</param>
public sealed record HostLeftOut(HostId Host, string Why, LeftOutCause Cause = LeftOutCause.Maintenance)
{
    /// <summary>What would make it take some again, a sentence.</summary>
    public string WayIn() => Cause switch
    {
        LeftOutCause.Maintenance => "If it may take some, end the maintenance: drctl maintenance end --host HOST --reason WHY, for a site with --site in place of --host.",
        LeftOutCause.Sickness => "It takes some again when what stands against it is resolved: drctl alerts.",
        LeftOutCause.Emptying => "It takes some again when that run has ended: drctl run list.",
        _ => throw new InvalidOperationException($"{Cause} is no cause."),
    };

    /// <summary>As preflight says it.</summary>
    /// <param name="severity">An error stops the move towards it.</param>
    public Finding Finding(FindingSeverity severity) => new(FindingArea.Capacity, severity, $"{Why} It takes no VM.", WayIn());
}

/// <summary>Why a host takes no VM.</summary>
public enum LeftOutCause
{
    /// <summary>Somebody works on it or on its site.</summary>
    Maintenance,

    /// <summary>A condition stands against it on which policy acts: guests that go there would have to be saved next.</summary>
    Sickness,

    /// <summary>A run takes its VMs away.</summary>
    Emptying,
}

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
