using System.Collections.Immutable;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Plans;
using static DrOrchestrator.Core.Health.HostEvent;

namespace DrOrchestrator.Core.Health;

public enum HostPhase
{
    /// <summary>No condition that policy acts on.</summary>
    Healthy,

    /// <summary>A condition stands; nothing is done yet.</summary>
    HoldingDown,

    /// <summary>The host is being asked.</summary>
    Diagnosing,

    /// <summary>A run moves its VMs away.</summary>
    Recovering,

    /// <summary>Automation stopped; a person decides.</summary>
    Withheld,

    /// <summary>The run ended; the condition still stands. It starts no second one.</summary>
    Handled,
}

/// <summary>The fold of a host's health.</summary>
public sealed record HostState(HostPhase Phase)
{
    public static HostState Initial { get; } = new(HostPhase.Healthy);

    public HostId? Host { get; init; }

    public ImmutableSortedDictionary<string, HostCondition> Conditions { get; init; } =
        ImmutableSortedDictionary<string, HostCondition>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>The fingerprints of those conditions that policy acts on; the others are only watched.</summary>
    public ImmutableSortedSet<string> Acting { get; init; } = ImmutableSortedSet<string>.Empty.WithComparer(StringComparer.Ordinal);

    public HoldDownStarted? HoldDown { get; init; }

    public HostDiagnosed? Diagnosed { get; init; }

    public RecoveryRequested? Recovery { get; init; }

    public RecoveryEnded? LastRecovery { get; init; }

    public RecoveryWithheld? Withheld { get; init; }

    /// <summary>How often it was diagnosed: numbers the runs.</summary>
    public int Episode { get; init; }

    public RecoveryPlan? Plan => HoldDown?.Plan;
}
