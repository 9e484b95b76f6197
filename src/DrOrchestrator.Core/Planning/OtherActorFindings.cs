using DrOrchestrator.Core.Moves;

namespace DrOrchestrator.Core.Planning;

/// <summary>Who else acts on a VM.</summary>
public enum OtherActorKind
{
    /// <summary>The hypervisor's own high availability restarts it elsewhere.</summary>
    NativeHa,

    /// <summary>The hypervisor's management moves it off a host by itself.</summary>
    AutoEvacuation,

    /// <summary>The hypervisor's management moves it to level load.</summary>
    Rebalancing,

    /// <summary>A host starts it when it starts itself.</summary>
    Autostart,

    /// <summary>Another system made it and believes it its own.</summary>
    Manager,
}

/// <summary>Somebody else who acts on a VM, as a driver saw it.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="Fact">What was seen, a whole sentence that names the host or the system.</param>
/// <param name="WayOut">How it is made to keep still.</param>
public sealed record OtherActor(OtherActorKind Kind, string Fact, string WayOut);

/// <summary>
/// Two who act on one VM may start it twice or move it away under each other. The drivers bring the facts; this one rule, the same
/// for all of them, says what they weigh.
/// </summary>
public static class OtherActorFindings
{
    public static IEnumerable<Finding> Of(IEnumerable<OtherActor> actors, OtherActorsRule rule) => actors.Select(actor => rule switch
    {
        OtherActorsRule.Tolerate => new Finding(
            FindingArea.Management, FindingSeverity.Warning, $"{actor.Fact} The plan says that the orchestrator acts first (migration.otherActors: tolerate).", actor.WayOut),
        _ => new Finding(
            FindingArea.Management, FindingSeverity.Error, actor.Fact, $"{actor.WayOut} If it is known to keep still, write migration.otherActors: tolerate into the plan."),
    });
}
