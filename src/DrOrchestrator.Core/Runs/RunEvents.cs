using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Plans;

namespace DrOrchestrator.Core.Runs;

/// <summary>Why a run was started.</summary>
/// <param name="Kind">What kind of cause.</param>
/// <param name="By">Who or what.</param>
/// <param name="Cause">A sentence: the alert, or the person's reason.</param>
/// <param name="Host">The host stream that waits for the run's end; null: none does.</param>
public sealed record RunTrigger(RunTriggerKind Kind, Actor By, string Cause, HostId? Host = null);

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

    /// <summary>What the run plans from.</summary>
    public sealed record ScopeObserved(ScopeObservation Observation) : RunEvent;

    public sealed record RunPlanned(EvacuationPlan Plan) : RunEvent;

    /// <summary>Moves that may begin now.</summary>
    public sealed record MovesAdmitted(IReadOnlyList<AdmittedMove> Moves) : RunEvent;

    /// <summary>A move came to its end.</summary>
    public sealed record MoveFinished(
        MoveId Move, VmId Vm, MoveOutcome Outcome, HostId? RunsAt, string Reason, IReadOnlyList<HostId> Uncleared, Bytes? Transferred) : RunEvent;

    /// <summary>Policy tries a VM again.</summary>
    public sealed record MoveRetryScheduled(VmId Vm, int Attempt, DateTimeOffset NotBefore) : RunEvent;

    public sealed record RunAbortRequested(Actor By, string Reason) : RunEvent;

    public sealed record RunEnded(RunOutcome Outcome, string Summary) : RunEvent;
}

/// <summary>One attempt that was let through.</summary>
public sealed record AdmittedMove(MoveId Move, PlannedMove Plan, int Attempt);
