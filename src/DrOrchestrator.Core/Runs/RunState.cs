using System.Collections.Immutable;
using DrOrchestrator.Core.Admission;
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

    /// <summary>The attempt that waits for its slot; null: none does.</summary>
    public AdmittedMove? Wanted { get; init; }

    /// <summary>How many attempts were withdrawn, by a halt or as their destination takes no VM any more; they do not count against the plan's number.</summary>
    public int Withdrawals { get; init; }

    /// <summary>The attempt under way; null: waiting, or finished.</summary>
    public MoveId? Open { get; init; }

    /// <summary>When the attempt under way was let through.</summary>
    public DateTimeOffset? OpenedAt { get; init; }

    /// <summary>When the next attempt may begin.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>How its last attempt ended; null: none has.</summary>
    public MoveFinished? Finished { get; init; }

    /// <summary>Whether its last attempt ended as its room had gone to others.</summary>
    public bool IsCrowded { get; init; }

    /// <summary>Whether the attempt under way was let through although its destination takes no VM, as no other had room.</summary>
    public bool Knowingly { get; init; }

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

    /// <summary>VMs that were named to admission and wait for their slots.</summary>
    public ImmutableSortedSet<string> Wanted { get; init; } = ImmutableSortedSet<string>.Empty.WithComparer(StringComparer.Ordinal);

    /// <summary>Slots that are to be given back with the next statement.</summary>
    public ImmutableList<ReleasedSlot> ToRelease { get; init; } = [];

    /// <summary>The last statement to admission; null: none yet.</summary>
    public SlotsRequested? Requested { get; init; }

    /// <summary>The last statement that admission has answered, and the last grant heeded.</summary>
    public SlotsAnswered? Answered { get; init; }

    /// <summary>Everything is stopped; null: it is not, as far as the run heard.</summary>
    public StopNotice? Stop { get; init; }

    /// <summary>The run itself is paused; null: it is not.</summary>
    public RunPaused? Paused { get; init; }

    /// <summary>While it is halted: the VMs whose move goes on all the same.</summary>
    public ImmutableSortedSet<string> UnderWay { get; init; } = ImmutableSortedSet<string>.Empty.WithComparer(StringComparer.Ordinal);

    /// <summary>Nothing new begins, for now.</summary>
    public bool IsHalted => Stop is not null || Paused is not null;

    /// <summary>A statement is on its way whose answer is not here.</summary>
    public bool AwaitsAnswer => Requested is not null && Requested.Number != Answered?.Number;

    /// <summary>VMs that wait for a retry.</summary>
    public ImmutableSortedSet<string> Retrying { get; init; } = ImmutableSortedSet<string>.Empty.WithComparer(StringComparer.Ordinal);

    /// <summary>The further look that is awaited; null: none.</summary>
    public int? Look { get; init; }

    /// <summary>Since when it is awaited.</summary>
    public DateTimeOffset? LookSince { get; init; }

    /// <summary>Before the look that the run goes on from began: what landed at a destination later is not in the room that was seen.</summary>
    public DateTimeOffset ObservedSince { get; init; }

    /// <summary>How many further looks were asked for.</summary>
    public int Looks { get; init; }

    /// <summary>What led to the last of them.</summary>
    public string? LookCause { get; init; }

    /// <summary>Each time that moves were given other destinations.</summary>
    public ImmutableList<RunReplanned> Replans { get; init; } = [];

    /// <summary>Whether a move was tried at all: refused and withdrawn ones changed nothing.</summary>
    public bool Tried { get; init; }

    public RunAbortRequested? Abort { get; init; }

    public RunEnded? Ended { get; init; }

    /// <summary>Whether the host of whose episode it was said that it knows how the run ended.</summary>
    public bool IsEndNoted { get; init; }

    /// <summary>Nobody asks for the end of what a person started: it is told until the host has heard it, where an episode stood that it may conclude.</summary>
    public bool IsToldUntilNoted => Started is { Trigger: { Host: not null, Episode: not null } };
}
