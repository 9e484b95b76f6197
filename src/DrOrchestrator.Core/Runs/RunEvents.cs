using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Plans;

namespace DrOrchestrator.Core.Runs;

/// <summary>Why a run was started.</summary>
/// <param name="Kind">What kind of cause.</param>
/// <param name="By">Who or what.</param>
/// <param name="Cause">A sentence: the alert, or the person's reason.</param>
/// <param name="Host">The host stream that hears how the run ended; null: none, as of runs that a person started before it was told of those.</param>
/// <param name="Doubt">What was reported against the scope's host when the run was asked for, in a few words; null: nothing.</param>
/// <param name="Episode">Of a run that a person started: the episode of the host that stood when it was asked for, which its look at the host is later
/// than. Null: the host was well, or asked for the run itself.</param>
public sealed record RunTrigger(RunTriggerKind Kind, Actor By, string Cause, HostId? Host = null, string? Doubt = null, int? Episode = null);

public enum RunTriggerKind
{
    Alert,
    Operator,
}

/// <summary>How a run ended.</summary>
public enum RunOutcome
{
    /// <summary>Every VM of its scope runs, verified, at a destination.</summary>
    Completed,

    /// <summary>It ended, and some VMs are not where they should be; each says why.</summary>
    CompletedWithFailures,

    /// <summary>Somebody stopped it; each VM's entry says where it runs.</summary>
    Aborted,

    /// <summary>Nothing was tried.</summary>
    Refused,
}

/// <summary>The events of a run's stream.</summary>
public abstract record RunEvent
{
    private RunEvent()
    {
    }

    public required DateTimeOffset At { get; init; }

    /// <summary>The plan is kept whole, as it was when the run began.</summary>
    public sealed record RunStarted(RunId Run, RecoveryPlan Plan, HostId Scope, RunTrigger Trigger) : RunEvent;

    /// <summary>What the run plans from; a later one, in the midst of moves, is what it goes on from.</summary>
    public sealed record ScopeObserved(ScopeObservation Observation) : RunEvent;

    public sealed record RunPlanned(EvacuationPlan Plan) : RunEvent;

    /// <summary>What the run says to admission; the next of these comes only after the answer to this one.</summary>
    /// <param name="Number">1, 2, 3 …</param>
    /// <param name="Wants">Moves that fit within the plan's limits and wait for their slots from now on.</param>
    /// <param name="Released">Moves that are over, or are not wanted any more.</param>
    /// <param name="Stop">The stop that the run obeys; null: none.</param>
    /// <param name="UnderWay">While it does: moves that were too far to be withdrawn.</param>
    /// <param name="Unresolved">While it does: how many moves have not yet said which.</param>
    /// <param name="Emptying">The host whose VMs it takes away; null: it has ended, or this was recorded before it was said.</param>
    public sealed record SlotsRequested(
        long Number, IReadOnlyList<AdmittedMove> Wants, IReadOnlyList<ReleasedSlot> Released, long? Stop, IReadOnlyList<MoveId> UnderWay, int Unresolved,
        HostId? Emptying = null) : RunEvent;

    /// <summary>Admission has taken the run's last statement.</summary>
    /// <param name="Number">Which.</param>
    /// <param name="Heard">The last grant that was heeded.</param>
    public sealed record SlotsAnswered(long Number, long Heard) : RunEvent;

    /// <summary>Other runs took the room at the destination; counts as an attempt.</summary>
    public sealed record MoveCrowdedOut(MoveId Move, VmId Vm, int Attempt, string Reason) : RunEvent;

    /// <summary>The run heard that everything is stopped, and obeys.</summary>
    public sealed record RunStopped(StopNotice Stop) : RunEvent;

    /// <summary>The run heard that the stop is over.</summary>
    public sealed record RunReleased : RunEvent;

    public sealed record RunPaused(Actor By, string Reason) : RunEvent;

    public sealed record RunResumed(Actor By, string Reason) : RunEvent;

    /// <summary>While the run is halted: this move's transfer had been claimed before, and goes on.</summary>
    public sealed record MoveFoundUnderWay(MoveId Move, VmId Vm) : RunEvent;

    /// <summary>Moves that may begin now: admission let them through.</summary>
    public sealed record MovesAdmitted(IReadOnlyList<AdmittedMove> Moves) : RunEvent;

    /// <summary>A move came to its end.</summary>
    /// <param name="Move">The move.</param>
    /// <param name="Vm">Its VM.</param>
    /// <param name="Outcome">How it ended.</param>
    /// <param name="RunsAt">Where the guest was last seen running; null: nowhere, or not known.</param>
    /// <param name="Reason">The sentence an operator reads.</param>
    /// <param name="Uncleared">Places besides <paramref name="RunsAt"/> where a copy might still be.</param>
    /// <param name="Transferred">Bytes sent; null: not known.</param>
    /// <param name="LeftOut">What the run learned by it: its destination takes no VM any more, and its turn comes again. Null: nothing of the kind.</param>
    public sealed record MoveFinished(
        MoveId Move, VmId Vm, MoveOutcome Outcome, HostId? RunsAt, string Reason, IReadOnlyList<HostId> Uncleared, Bytes? Transferred,
        HostLeftOut? LeftOut = null) : RunEvent;

    /// <summary>Policy tries a VM again.</summary>
    public sealed record MoveRetryScheduled(VmId Vm, int Attempt, DateTimeOffset NotBefore) : RunEvent;

    /// <summary>The hosts are to be looked at again.</summary>
    /// <param name="Number">From 1: the first after the one that the run planned from.</param>
    /// <param name="Cause">What happened, a sentence.</param>
    public sealed record LookRequested(int Number, string Cause) : RunEvent;

    /// <summary>Moves that had not begun go elsewhere.</summary>
    /// <param name="Cause">What showed it, or led to the look that did.</param>
    /// <param name="Moves">All moves that wait for their turn, in their order.</param>
    /// <param name="Elsewhere">Those of them that go elsewhere by it.</param>
    /// <param name="TakenBack">Those of them that had asked for their slot, and do not any more; null: none, or recorded before this was done.</param>
    public sealed record RunReplanned(
        string Cause, IReadOnlyList<PlannedMove> Moves, IReadOnlyList<VmId> Elsewhere, IReadOnlyList<MoveId>? TakenBack = null) : RunEvent;

    public sealed record RunAbortRequested(Actor By, string Reason) : RunEvent;

    public sealed record RunEnded(RunOutcome Outcome, string Summary) : RunEvent;

    /// <summary>The host knows how a run ended that a person started in an episode of it.</summary>
    public sealed record EndNoted : RunEvent;
}

/// <summary>One attempt that was let through.</summary>
public sealed record AdmittedMove(MoveId Move, PlannedMove Plan, int Attempt);
