using DrOrchestrator.Core.Kernel;
using static DrOrchestrator.Core.Moves.MoveEvent;
using static DrOrchestrator.Core.Moves.MovePhase;

namespace DrOrchestrator.Core.Moves;

/// <summary>The state graph of a VM's stream; <see cref="MoveDecider"/> evolves by it.</summary>
public static class MoveGraph
{
    public static StateGraph<MovePhase> Graph { get; } = new StateGraph<MovePhase>()
        .On<VmEnrolled>(Idle, NotEnrolled)
        .Stays<VmFoundElsewhere>(Idle, Clearing)
        .Stays<PlaceCleared>(Idle, Preparing, Transferring, Aborting, Investigating, Clearing)
        .Stays<DuplicateObserved>(Idle, Investigating, Clearing)
        .Stays<MoveRefused>(NotEnrolled, Idle, Preparing, Transferring, Aborting, Investigating, Verifying, Clearing)
        .Stays<MoveWithdrawn>(NotEnrolled, Idle, Preparing, Transferring, Aborting, Investigating, Verifying, Clearing)
        .Stays<MoveHalted>(Transferring, Investigating)
        .On<MoveStarted>(Preparing, Idle)
        .Stays<SourcePrepared>(Preparing)
        .On<PlaceAdded>(Transferring, Preparing)
        .Stays<OrderClaimed>(Transferring)
        .Stays<ClaimLapsed>(Transferring, Aborting)
        .Stays<TransferProgressed>(Transferring, Aborting)
        .On<AbortRequested>(Aborting, Transferring)
        .Stays<AbortRequested>(Preparing)
        .Stays<TransferReported>(Transferring, Aborting)
        .On<InvestigationStarted>(Investigating, Transferring, Aborting)
        .Stays<PlacesInspected>(Investigating, Clearing)
        .On<TransferFoundRunning>(Transferring, Investigating)
        .On<GuestArrived>(Verifying, Transferring, Aborting, Investigating)
        .Stays<GuestVerified>(Verifying)
        .On<MoveEnded>(Clearing, Preparing, Transferring, Aborting, Investigating, Verifying)
        .On<CustodySettled>(Idle, Clearing);
}
