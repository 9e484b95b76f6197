using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Runs;

namespace DrOrchestrator.Engine.Serialization;

/// <summary>
/// The names under which events are stored and messages travel. Written by hand and held by a golden
/// file: renaming a class must not change what is in a database or on a wire.
/// </summary>
public static class WireNames
{
    private static readonly Dictionary<string, Type> MessageTypes = new()
    {
        ["raise-condition"] = typeof(HostMessage.RaiseCondition),
        ["resolve-condition"] = typeof(HostMessage.ResolveCondition),
        ["report-host"] = typeof(HostMessage.ReportHost),
        ["run-answered"] = typeof(HostMessage.RunAnswered),
        ["observe-host"] = typeof(HostOrder.ObserveHost),
        ["start-run"] = typeof(RunMessage.StartRun),
        ["report-scope"] = typeof(RunMessage.ReportScope),
        ["move-answered"] = typeof(RunMessage.MoveAnswered),
        ["abort-run"] = typeof(RunMessage.AbortRun),
        ["observe-scope"] = typeof(RunOrder.ObserveScope),
        ["observe-vm"] = typeof(MoveMessage.ObserveVm),
        ["start-move"] = typeof(MoveMessage.StartMove),
        ["abort-move"] = typeof(MoveMessage.AbortMove),
        ["claim-order"] = typeof(MoveMessage.ClaimOrder),
        ["report-preparation"] = typeof(MoveMessage.ReportPreparation),
        ["report-progress"] = typeof(MoveMessage.ReportProgress),
        ["report-transfer"] = typeof(MoveMessage.ReportTransfer),
        ["report-places"] = typeof(MoveMessage.ReportPlaces),
        ["report-verification"] = typeof(MoveMessage.ReportVerification),
        ["prepare-source"] = typeof(MoveOrder.PrepareSource),
        ["transfer"] = typeof(MoveOrder.Transfer),
        ["abort-transfer"] = typeof(MoveOrder.AbortTransfer),
        ["inspect-places"] = typeof(MoveOrder.InspectPlaces),
        ["verify-guest"] = typeof(MoveOrder.VerifyGuest),
        ["due"] = typeof(Due),
    };

    private static readonly Dictionary<string, Type> EventTypes = new()
    {
        ["host_condition_raised"] = typeof(HostEvent.ConditionRaised),
        ["host_condition_resolved"] = typeof(HostEvent.ConditionResolved),
        ["host_hold_down_started"] = typeof(HostEvent.HoldDownStarted),
        ["host_hold_down_cancelled"] = typeof(HostEvent.HoldDownCancelled),
        ["host_hold_down_elapsed"] = typeof(HostEvent.HoldDownElapsed),
        ["host_diagnosed"] = typeof(HostEvent.HostDiagnosed),
        ["host_recovery_requested"] = typeof(HostEvent.RecoveryRequested),
        ["host_recovery_withheld"] = typeof(HostEvent.RecoveryWithheld),
        ["host_recovery_ended"] = typeof(HostEvent.RecoveryEnded),
        ["host_recovered"] = typeof(HostEvent.HostRecovered),
        ["run_started"] = typeof(RunEvent.RunStarted),
        ["run_scope_observed"] = typeof(RunEvent.ScopeObserved),
        ["run_planned"] = typeof(RunEvent.RunPlanned),
        ["run_moves_admitted"] = typeof(RunEvent.MovesAdmitted),
        ["run_move_finished"] = typeof(RunEvent.MoveFinished),
        ["run_move_retry_scheduled"] = typeof(RunEvent.MoveRetryScheduled),
        ["run_abort_requested"] = typeof(RunEvent.RunAbortRequested),
        ["run_ended"] = typeof(RunEvent.RunEnded),
        ["vm_enrolled"] = typeof(MoveEvent.VmEnrolled),
        ["vm_found_elsewhere"] = typeof(MoveEvent.VmFoundElsewhere),
        ["vm_move_started"] = typeof(MoveEvent.MoveStarted),
        ["vm_move_refused"] = typeof(MoveEvent.MoveRefused),
        ["vm_source_prepared"] = typeof(MoveEvent.SourcePrepared),
        ["vm_place_added"] = typeof(MoveEvent.PlaceAdded),
        ["vm_order_claimed"] = typeof(MoveEvent.OrderClaimed),
        ["vm_claim_lapsed"] = typeof(MoveEvent.ClaimLapsed),
        ["vm_transfer_progressed"] = typeof(MoveEvent.TransferProgressed),
        ["vm_transfer_reported"] = typeof(MoveEvent.TransferReported),
        ["vm_transfer_found_running"] = typeof(MoveEvent.TransferFoundRunning),
        ["vm_abort_requested"] = typeof(MoveEvent.AbortRequested),
        ["vm_investigation_started"] = typeof(MoveEvent.InvestigationStarted),
        ["vm_places_inspected"] = typeof(MoveEvent.PlacesInspected),
        ["vm_place_cleared"] = typeof(MoveEvent.PlaceCleared),
        ["vm_guest_arrived"] = typeof(MoveEvent.GuestArrived),
        ["vm_guest_verified"] = typeof(MoveEvent.GuestVerified),
        ["vm_move_ended"] = typeof(MoveEvent.MoveEnded),
        ["vm_custody_settled"] = typeof(MoveEvent.CustodySettled),
        ["vm_duplicate_observed"] = typeof(MoveEvent.DuplicateObserved),
    };

    private static readonly Dictionary<Type, string> Names = MessageTypes.Concat(EventTypes).ToDictionary(entry => entry.Value, entry => entry.Key);

    public static IReadOnlyDictionary<string, Type> Messages => MessageTypes;

    public static IReadOnlyDictionary<string, Type> Events => EventTypes;

    public static string NameOf(Type type) =>
        Names.TryGetValue(type, out var name) ? name : throw new InvalidOperationException($"{type} has no name on the wire.");
}
