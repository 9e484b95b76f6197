using System.Collections.Immutable;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Plans;
using static DrOrchestrator.Core.Runs.RunEvent;

namespace DrOrchestrator.Core.Runs;

public enum RunPhase
{
    /// <summary>Asked for by nobody yet.</summary>
    New,

    /// <summary>The hosts are being looked at.</summary>
    Observing,

    /// <summary>VMs are on their way, or wait for their turn.</summary>
    Moving,

    /// <summary>Nothing new begins; what is under way is being stopped.</summary>
    Aborting,

    Ended,
}

/// <summary>One VM of a run.</summary>
public sealed record RunVm(PlannedMove Plan, int Attempt)
{
    /// <summary>What every host said of it in the look that the run planned from.</summary>
    public IReadOnlyList<PlaceReport> Seen { get; init; } = [];

    /// <summary>The attempt under way; null: waiting, or finished.</summary>
    public MoveId? Open { get; init; }

    /// <summary>When the attempt under way was let through.</summary>
    public DateTimeOffset? OpenedAt { get; init; }

    /// <summary>When the next attempt may begin.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>How its last attempt ended; null: none has.</summary>
    public MoveFinished? Finished { get; init; }

    /// <summary>Whether it takes no further attempt.</summary>
    public bool Closed { get; init; }

    /// <summary>Destinations that failed it.</summary>
    public ImmutableList<HostId> Avoid { get; init; } = [];
}

/// <summary>The fold of a run's stream.</summary>
public sealed record RunState(RunPhase Phase)
{
    public static RunState Initial { get; } = new(RunPhase.New);

    public RunStarted? Started { get; init; }

    public ScopeObservation? Observation { get; init; }

    public EvacuationPlan? Plan { get; init; }

    public DateTimeOffset? PlannedAt { get; init; }

    public ImmutableSortedDictionary<string, RunVm> Vms { get; init; } = ImmutableSortedDictionary<string, RunVm>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>The VMs whose move is under way, by id.</summary>
    public ImmutableSortedSet<string> Open { get; init; } = ImmutableSortedSet<string>.Empty.WithComparer(StringComparer.Ordinal);

    /// <summary>The VMs that wait for their turn, in order.</summary>
    public ImmutableList<string> Waiting { get; init; } = [];

    /// <summary>VMs that wait for a retry.</summary>
    public ImmutableSortedSet<string> Retrying { get; init; } = ImmutableSortedSet<string>.Empty.WithComparer(StringComparer.Ordinal);

    public RunAbortRequested? Abort { get; init; }

    public RunEnded? Ended { get; init; }
}
