using DrOrchestrator.Core.Kernel;
using static DrOrchestrator.Core.Health.HostEvent;
using static DrOrchestrator.Core.Health.HostPhase;

namespace DrOrchestrator.Core.Health;

/// <summary>The state graph of a host's health; <see cref="HostDecider"/> evolves by it.</summary>
public static class HostGraph
{
    public static StateGraph<HostPhase> Graph { get; } = new StateGraph<HostPhase>()
        .Stays<ConditionRaised>(Healthy, HoldingDown, Diagnosing, Recovering, Withheld, Handled)
        .Stays<ConditionResolved>(Healthy, HoldingDown, Diagnosing, Recovering, Withheld, Handled)
        .On<HoldDownStarted>(HoldingDown, Healthy)
        .On<HoldDownCancelled>(Healthy, HoldingDown, Diagnosing)
        .On<HoldDownElapsed>(Diagnosing, HoldingDown)
        .Stays<HostDiagnosed>(Diagnosing)
        .On<RecoveryRequested>(Recovering, Diagnosing)
        .On<RecoveryWithheld>(Withheld, Diagnosing)
        .On<RecoveryEnded>(Handled, Recovering)
        .On<HostRecovered>(Healthy, Withheld, Handled);
}
