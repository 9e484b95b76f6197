using DrOrchestrator.Core.Kernel;
using static DrOrchestrator.Core.Health.HostEvent;
using static DrOrchestrator.Core.Health.HostPhase;

namespace DrOrchestrator.Core.Health;

/// <summary>The state graph of a host's health; <see cref="HostDecider"/> evolves by it.</summary>
public static class HostGraph
{
    public static StateGraph<HostPhase> Graph { get; } = new StateGraph<HostPhase>()
        .Stays<ConditionRaised>(Healthy, HoldingDown, Diagnosing, Proposed, Postponed, Recovering, Withheld, Handled)
        .Stays<ConditionRenewed>(Healthy, HoldingDown, Diagnosing, Proposed, Postponed, Recovering, Withheld, Handled)
        .Stays<ConditionResolved>(Healthy, HoldingDown, Diagnosing, Proposed, Postponed, Recovering, Withheld, Handled)
        .Stays<SicknessNoted>(Healthy, HoldingDown, Diagnosing, Proposed, Postponed, Recovering, Withheld, Handled)
        .Stays<RecoveryNoted>(Healthy, HoldingDown, Diagnosing, Proposed, Postponed, Recovering, Withheld, Handled)
        .On<HoldDownStarted>(HoldingDown, Healthy)
        .On<HoldDownCancelled>(Healthy, HoldingDown, Diagnosing, Proposed, Postponed)
        .On<HoldDownElapsed>(Diagnosing, HoldingDown)
        .Stays<HostDiagnosed>(Diagnosing)
        .On<RecoveryProposed>(Proposed, Diagnosing)
        .On<RecoveryPostponed>(Postponed, Proposed, Diagnosing)
        .On<PostponementElapsed>(Diagnosing, Postponed)
        .On<RecoveryRequested>(Recovering, Proposed, Diagnosing)
        .On<RecoveryWithheld>(Withheld, Diagnosing, Proposed)
        .On<RecoveryEnded>(Handled, Recovering, HoldingDown, Diagnosing, Proposed, Postponed, Withheld)
        .Stays<RecoveryEnded>(Handled)
        .On<HostRecovered>(Healthy, Withheld, Handled);
}
