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

    /// <summary>A VM's stream says how a move ended.</summary>
    public sealed record MoveAnswered(
        MoveId Move, VmId Vm, MoveOutcome Outcome, HostId? RunsAt, string Reason, IReadOnlyList<HostId> Uncleared, Bytes? Transferred) : RunMessage;

    public sealed record AbortRun(Actor By, string Reason) : RunMessage;

    public sealed record Wake : RunMessage;
}

/// <summary>What a run asks of workers.</summary>
public abstract record RunOrder : Order
{
    private RunOrder()
    {
    }

    /// <summary>Look at every host of the inventory: facts and copies.</summary>
    public sealed record ObserveScope(RunId Run) : RunOrder;
}
