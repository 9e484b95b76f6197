using System.Collections.Immutable;
using DrOrchestrator.Core.Custody;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;

namespace DrOrchestrator.Core.Moves;

/// <summary>Where a VM's stream stands.</summary>
public enum MovePhase
{
    /// <summary>Never seen.</summary>
    NotEnrolled,

    /// <summary>No move under way, and at most one place.</summary>
    Idle,

    /// <summary>First step: preflight and the look at the guest.</summary>
    Preparing,

    /// <summary>The destination is a place; steps two to four are the hypervisor's.</summary>
    Transferring,

    /// <summary>As above, and to be stopped.</summary>
    Aborting,

    /// <summary>The end of the transfer is not known; both ends are asked until it is.</summary>
    Investigating,

    /// <summary>The guest is asked at the destination.</summary>
    Verifying,

    /// <summary>The move is over, and more than one place is left: held until evidence clears all but one.</summary>
    Clearing,
}

/// <summary>The move under way.</summary>
public sealed record CurrentMove(
    MoveId Id, RunId Run, HostEndpoint Source, HostEndpoint Destination, GuestCheck? Check, MovePolicy Policy, DateTimeOffset PhaseSince)
{
    public GuestObservation? Baseline { get; init; }

    /// <summary>What its run foresaw; it joins what preflight finds.</summary>
    public IReadOnlyList<Finding> Foreseen { get; init; } = [];

    /// <summary>The claim that is alive; null: none.</summary>
    public Claim? Claim { get; init; }

    /// <summary>How many claims there were.</summary>
    public int Attempts { get; init; }

    /// <summary>Why its transfer is not to be begun any more; null: it may be.</summary>
    public string? HaltReason { get; init; }

    /// <summary>Why it is to be stopped; null: it is not.</summary>
    public string? AbortReason { get; init; }

    /// <summary>Whether a person or the run stopped it, rather than its deadline.</summary>
    public bool AbortedOnRequest { get; init; }

    /// <summary>When the destination became a place: the transfer's deadline counts from here, however often it is taken up again.</summary>
    public DateTimeOffset? TransferSince { get; init; }

    public MigrationProgress? Progress { get; init; }

    public TransferReport? Report { get; init; }

    public string TransferKey => $"{Id}/transfer";
}

/// <summary>The fold of a VM's stream.</summary>
public sealed record MoveState(MovePhase Phase, CustodyRecord Custody)
{
    public static MoveState Initial { get; } = new(MovePhase.NotEnrolled, CustodyRecord.Empty);

    public VmRef? Vm { get; init; }

    /// <summary>Where it was last seen running, or is by all evidence.</summary>
    public HostId? RunsAt { get; init; }

    public CurrentMove? Move { get; init; }

    /// <summary>The last move, kept while its uncleared places are looked into.</summary>
    public CurrentMove? Last { get; init; }

    /// <summary>Every move that ended or was refused, with its answer: a message that comes late finds it closed.</summary>
    public ImmutableDictionary<MoveId, MoveAnswer> Closed { get; init; } = ImmutableDictionary<MoveId, MoveAnswer>.Empty;

    /// <summary>The answer given last.</summary>
    public MoveAnswer? LastAnswer { get; init; }

    /// <summary>What the places said when last asked.</summary>
    public IReadOnlyList<PlaceReport> LastInspection { get; init; } = [];

    /// <summary>Since when each place has answered without a silence in between. A host that froze takes up after its thaw what waited for it.</summary>
    public ImmutableDictionary<HostId, DateTimeOffset> AnsweringSince { get; init; } = ImmutableDictionary<HostId, DateTimeOffset>.Empty;

    public IReadOnlyList<HostId> Duplicate { get; init; } = [];

    /// <summary>
    /// A copy that waits at the destination under a lower generation is a leftover: it was sent before its source, marked with this
    /// generation, was seen running the guest without a migration. 0: none is known to be.
    /// </summary>
    public long StaleBelow { get; init; }

    /// <summary>After a move's end: whether nothing of ours can be under way at its source any more.</summary>
    public bool SourceSettled { get; init; }

    /// <summary>What the last migration that said so saw of it; null: none did.</summary>
    public ObservedDirtyRate? DirtyRate { get; init; }

    /// <summary>When the last request could have been made whose end is not on record; outlives the move.</summary>
    public DateTimeOffset? UnsettledSince { get; init; }
}

/// <summary>What the run hears of a move's end.</summary>
public sealed record MoveAnswer(
    MoveId Move, RunId Run, VmId Vm, MoveOutcome Outcome, HostId? RunsAt, string Reason, IReadOnlyList<HostId> Uncleared, Bytes? Transferred,
    HostLeftOut? LeftOut = null);
