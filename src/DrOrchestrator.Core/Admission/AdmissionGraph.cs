using DrOrchestrator.Core.Kernel;
using static DrOrchestrator.Core.Admission.AdmissionEvent;
using static DrOrchestrator.Core.Admission.AdmissionPhase;

namespace DrOrchestrator.Core.Admission;

public enum AdmissionPhase
{
    /// <summary>Moves are let through within the limits.</summary>
    Open,

    /// <summary>Nothing is let through; the runs are being told.</summary>
    Stopping,

    /// <summary>No transfer begins any more.</summary>
    Stopped,
}

/// <summary>The state graph of the fleet's admission; <see cref="AdmissionDecider"/> evolves by it.</summary>
public static class AdmissionGraph
{
    public static StateGraph<AdmissionPhase> Graph { get; } = new StateGraph<AdmissionPhase>()
        .Stays<SlotsStated>(Open, Stopping, Stopped)
        .Stays<SlotsDecided>(Open)
        .Stays<LimitsSet>(Open, Stopping, Stopped)
        .Stays<DoubtSettled>(Open, Stopping, Stopped)
        .Stays<SlotReleased>(Open, Stopping, Stopped)
        .On<StopRequested>(Stopping, Open)
        .Stays<StopRepeated>(Stopping, Stopped)
        .On<StopInForce>(Stopped, Stopping)
        .On<AllResumed>(Open, Stopping, Stopped);
}
