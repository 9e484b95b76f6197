using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Plans;

namespace DrOrchestrator.Core.Runs;

/// <summary>The messages that a run's stream takes.</summary>
public abstract record RunMessage
{
    private RunMessage()
    {
    }

    /// <summary>When it is handled; stamped by the handler's clock.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Idempotent by the run's id.</summary>
    public sealed record StartRun(RunId Run, RecoveryPlan Plan, HostId Scope, RunTrigger Trigger) : RunMessage;

    public sealed record ReportScope(string OrderKey, ScopeObservation Observation) : RunMessage;

    /// <summary>A VM's stream says how a move ended. Where it was refused as its destination takes no VM, it says why that is.</summary>
    public sealed record MoveAnswered(
        MoveId Move, VmId Vm, MoveOutcome Outcome, HostId? RunsAt, string Reason, IReadOnlyList<HostId> Uncleared, Bytes? Transferred,
        HostLeftOut? LeftOut = null) : RunMessage;

    /// <summary>Admission's word: which of the wanted moves may begin, and whether everything is stopped.</summary>
    /// <param name="Number">The run's last statement that admission has taken. An answer to an older one says nothing.</param>
    /// <param name="Grants">The number of the last grant.</param>
    /// <param name="Granted">Grants that the run has not said it heard of.</param>
    /// <param name="Crowded">Moves whose room at the destination went to other runs.</param>
    /// <param name="Stop">The stop that stands; null: none.</param>
    public sealed record AnswerSlots(
        long Number, long Grants, IReadOnlyList<MoveId> Granted, IReadOnlyList<MoveId> Crowded, StopNotice? Stop) : RunMessage;

    /// <summary>A VM's stream says that the transfer had been claimed, so that the move is not withdrawn.</summary>
    public sealed record ReportUnderWay(MoveId Move) : RunMessage;

    /// <summary>Nothing new of this run begins until it is resumed; transfers that were claimed go on.</summary>
    public sealed record PauseRun(Actor By, string Reason) : RunMessage;

    public sealed record ResumeRun(Actor By, string Reason) : RunMessage;

    public sealed record AbortRun(Actor By, string Reason) : RunMessage;

    /// <summary>The host knows how the run ended.</summary>
    public sealed record NoteEnd : RunMessage;

    public sealed record Wake : RunMessage;
}

/// <summary>Everything is stopped, by whom and why.</summary>
public sealed record StopNotice(long Stop, Actor By, string Reason);

/// <summary>What a run asks of workers.</summary>
public abstract record RunOrder : Order
{
    private RunOrder()
    {
    }

    /// <summary>Look at every host of the inventory: facts and copies.</summary>
    /// <param name="Run">Which run plans.</param>
    /// <param name="Scope">The host whose VMs it moves: of them the record is read too. Null: an order of before this was said.</param>
    public sealed record ObserveScope(RunId Run, HostId? Scope = null) : RunOrder;
}
