using DrOrchestrator.Core.Kernel;
using static DrOrchestrator.Core.Runs.RunEvent;
using static DrOrchestrator.Core.Runs.RunPhase;

namespace DrOrchestrator.Core.Runs;

/// <summary>The state graph of a run; <see cref="RunDecider"/> evolves by it.</summary>
public static class RunGraph
{
    public static StateGraph<RunPhase> Graph { get; } = new StateGraph<RunPhase>()
        .On<RunStarted>(Observing, New)
        .Stays<ScopeObserved>(Observing, Moving)
        .On<RunPlanned>(Moving, Observing)
        .Stays<SlotsRequested>(Moving, Aborting, Ended)
        .Stays<SlotsAnswered>(Moving, Aborting, Ended)
        .Stays<MovesAdmitted>(Moving)
        .Stays<MoveCrowdedOut>(Moving)
        .Stays<RunStopped>(Observing, Moving, Aborting)
        .Stays<RunReleased>(Observing, Moving, Aborting)
        .Stays<RunPaused>(Observing, Moving)
        .Stays<RunResumed>(Observing, Moving)
        .Stays<MoveFoundUnderWay>(Moving, Aborting)
        .Stays<MoveFinished>(Moving, Aborting)
        .Stays<MoveRetryScheduled>(Moving)
        .Stays<LookRequested>(Moving)
        .Stays<RunReplanned>(Moving)
        .On<RunAbortRequested>(Aborting, Observing, Moving)
        .On<RunEnded>(Ended, Observing, Moving, Aborting)
        .Stays<EndNoted>(Ended);
}
