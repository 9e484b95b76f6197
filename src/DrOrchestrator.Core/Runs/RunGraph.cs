using DrOrchestrator.Core.Kernel;
using static DrOrchestrator.Core.Runs.RunEvent;
using static DrOrchestrator.Core.Runs.RunPhase;

namespace DrOrchestrator.Core.Runs;

/// <summary>The state graph of a run; <see cref="RunDecider"/> evolves by it.</summary>
public static class RunGraph
{
    public static StateGraph<RunPhase> Graph { get; } = new StateGraph<RunPhase>()
        .On<RunStarted>(Observing, New)
        .Stays<ScopeObserved>(Observing)
        .On<RunPlanned>(Moving, Observing)
        .Stays<MovesAdmitted>(Moving)
        .Stays<MoveFinished>(Moving, Aborting)
        .Stays<MoveRetryScheduled>(Moving)
        .On<RunAbortRequested>(Aborting, Observing, Moving)
        .On<RunEnded>(Ended, Observing, Moving, Aborting);
}
