using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
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
        ["note-sickness"] = typeof(HostMessage.NoteSickness),
        ["note-recovery"] = typeof(HostMessage.NoteRecovery),
        ["answer-recovery"] = typeof(HostMessage.AnswerRecovery),
        ["look-again"] = typeof(HostMessage.LookAgain),
        ["run-answered"] = typeof(HostMessage.RunAnswered),
        ["observe-host"] = typeof(HostOrder.ObserveHost),
        ["start-run"] = typeof(RunMessage.StartRun),
        ["report-scope"] = typeof(RunMessage.ReportScope),
        ["move-answered"] = typeof(RunMessage.MoveAnswered),
        ["answer-slots"] = typeof(RunMessage.AnswerSlots),
        ["report-under-way"] = typeof(RunMessage.ReportUnderWay),
        ["pause-run"] = typeof(RunMessage.PauseRun),
        ["resume-run"] = typeof(RunMessage.ResumeRun),
        ["abort-run"] = typeof(RunMessage.AbortRun),
        ["note-end"] = typeof(RunMessage.NoteEnd),
        ["observe-scope"] = typeof(RunOrder.ObserveScope),
        ["observe-vm"] = typeof(MoveMessage.ObserveVm),
        ["start-move"] = typeof(MoveMessage.StartMove),
        ["abort-move"] = typeof(MoveMessage.AbortMove),
        ["withdraw-move"] = typeof(MoveMessage.WithdrawMove),
        ["ask-settled"] = typeof(MoveMessage.AskSettled),
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
        ["state-slots"] = typeof(AdmissionMessage.StateSlots),
        ["set-limits"] = typeof(AdmissionMessage.SetLimits),
        ["stop-all"] = typeof(AdmissionMessage.StopAll),
        ["resume-all"] = typeof(AdmissionMessage.ResumeAll),
        ["settle-slot"] = typeof(AdmissionMessage.SettleSlot),
        ["release-slot"] = typeof(AdmissionMessage.ReleaseSlot),
        ["report-sickness"] = typeof(BrakesMessage.ReportSickness),
        ["report-recovery"] = typeof(BrakesMessage.ReportRecovery),
        ["request-recovery"] = typeof(BrakesMessage.RequestRecovery),
        ["set-brake-rules"] = typeof(BrakesMessage.SetRules),
        ["set-brake-sites"] = typeof(BrakesMessage.SetSites),
        ["start-maintenance"] = typeof(BrakesMessage.StartMaintenance),
        ["end-maintenance"] = typeof(BrakesMessage.EndMaintenance),
        ["note-looked-again"] = typeof(BrakesMessage.NoteLookedAgain),
        ["due"] = typeof(Due),
    };

    private static readonly Dictionary<string, Type> EventTypes = new()
    {
        ["host_condition_raised"] = typeof(HostEvent.ConditionRaised),
        ["host_condition_renewed"] = typeof(HostEvent.ConditionRenewed),
        ["host_condition_resolved"] = typeof(HostEvent.ConditionResolved),
        ["host_hold_down_started"] = typeof(HostEvent.HoldDownStarted),
        ["host_hold_down_cancelled"] = typeof(HostEvent.HoldDownCancelled),
        ["host_hold_down_elapsed"] = typeof(HostEvent.HoldDownElapsed),
        ["host_diagnosed"] = typeof(HostEvent.HostDiagnosed),
        ["host_recovery_proposed"] = typeof(HostEvent.RecoveryProposed),
        ["host_recovery_postponed"] = typeof(HostEvent.RecoveryPostponed),
        ["host_postponement_elapsed"] = typeof(HostEvent.PostponementElapsed),
        ["host_sickness_noted"] = typeof(HostEvent.SicknessNoted),
        ["host_recovery_noted"] = typeof(HostEvent.RecoveryNoted),
        ["host_recovery_requested"] = typeof(HostEvent.RecoveryRequested),
        ["host_recovery_withheld"] = typeof(HostEvent.RecoveryWithheld),
        ["host_recovery_ended"] = typeof(HostEvent.RecoveryEnded),
        ["host_recovered"] = typeof(HostEvent.HostRecovered),
        ["run_started"] = typeof(RunEvent.RunStarted),
        ["run_scope_observed"] = typeof(RunEvent.ScopeObserved),
        ["run_planned"] = typeof(RunEvent.RunPlanned),
        ["run_slots_requested"] = typeof(RunEvent.SlotsRequested),
        ["run_slots_answered"] = typeof(RunEvent.SlotsAnswered),
        ["run_move_crowded_out"] = typeof(RunEvent.MoveCrowdedOut),
        ["run_stopped"] = typeof(RunEvent.RunStopped),
        ["run_released"] = typeof(RunEvent.RunReleased),
        ["run_paused"] = typeof(RunEvent.RunPaused),
        ["run_resumed"] = typeof(RunEvent.RunResumed),
        ["run_move_found_under_way"] = typeof(RunEvent.MoveFoundUnderWay),
        ["run_moves_admitted"] = typeof(RunEvent.MovesAdmitted),
        ["run_move_finished"] = typeof(RunEvent.MoveFinished),
        ["run_move_retry_scheduled"] = typeof(RunEvent.MoveRetryScheduled),
        ["run_look_requested"] = typeof(RunEvent.LookRequested),
        ["run_replanned"] = typeof(RunEvent.RunReplanned),
        ["run_abort_requested"] = typeof(RunEvent.RunAbortRequested),
        ["run_ended"] = typeof(RunEvent.RunEnded),
        ["run_end_noted"] = typeof(RunEvent.EndNoted),
        ["vm_enrolled"] = typeof(MoveEvent.VmEnrolled),
        ["vm_found_elsewhere"] = typeof(MoveEvent.VmFoundElsewhere),
        ["vm_move_started"] = typeof(MoveEvent.MoveStarted),
        ["vm_move_refused"] = typeof(MoveEvent.MoveRefused),
        ["vm_move_withdrawn"] = typeof(MoveEvent.MoveWithdrawn),
        ["vm_move_halted"] = typeof(MoveEvent.MoveHalted),
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
        ["brakes_host_sickened"] = typeof(BrakesEvent.HostSickened),
        ["brakes_host_mended"] = typeof(BrakesEvent.HostMended),
        ["brakes_recovery_cleared"] = typeof(BrakesEvent.RecoveryCleared),
        ["brakes_recovery_concluded"] = typeof(BrakesEvent.RecoveryConcluded),
        ["brakes_recovery_held_back"] = typeof(BrakesEvent.RecoveryHeldBack),
        ["brakes_host_looked_again"] = typeof(BrakesEvent.HostLookedAgain),
        ["brakes_rules_set"] = typeof(BrakesEvent.RulesSet),
        ["brakes_sites_set"] = typeof(BrakesEvent.SitesSet),
        ["brakes_maintenance_started"] = typeof(BrakesEvent.MaintenanceStarted),
        ["brakes_maintenance_ended"] = typeof(BrakesEvent.MaintenanceEnded),
        ["admission_slots_stated"] = typeof(AdmissionEvent.SlotsStated),
        ["admission_slots_decided"] = typeof(AdmissionEvent.SlotsDecided),
        ["admission_limits_set"] = typeof(AdmissionEvent.LimitsSet),
        ["admission_stop_requested"] = typeof(AdmissionEvent.StopRequested),
        ["admission_stop_repeated"] = typeof(AdmissionEvent.StopRepeated),
        ["admission_stop_in_force"] = typeof(AdmissionEvent.StopInForce),
        ["admission_all_resumed"] = typeof(AdmissionEvent.AllResumed),
        ["admission_doubt_settled"] = typeof(AdmissionEvent.DoubtSettled),
        ["admission_slot_released"] = typeof(AdmissionEvent.SlotReleased),
    };

    private static readonly Dictionary<Type, string> Names = MessageTypes.Concat(EventTypes).ToDictionary(entry => entry.Value, entry => entry.Key);

    public static IReadOnlyDictionary<string, Type> Messages => MessageTypes;

    public static IReadOnlyDictionary<string, Type> Events => EventTypes;

    public static string NameOf(Type type) =>
        Names.TryGetValue(type, out var name) ? name : throw new InvalidOperationException($"{type} has no name on the wire.");
}
