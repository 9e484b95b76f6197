using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;

namespace DrOrchestrator.Core.Moves;

/// <summary>The messages that a VM's stream takes.</summary>
public abstract record MoveMessage
{
    private MoveMessage()
    {
    }

    /// <summary>When it is handled; stamped by the handler's clock.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Discovery, or a run's look at its scope, saw the VM.</summary>
    /// <param name="Vm">The VM.</param>
    /// <param name="Places">What every host of the inventory said of it in one look.</param>
    /// <param name="Generation">The custody generation of this stream, read before the look began; 0 for a VM never seen. A move raises it when it begins and when it is over, so an observation of an older one is of the past and says nothing.</param>
    public sealed record ObserveVm(VmRef Vm, IReadOnlyList<PlaceReport> Places, long Generation) : MoveMessage;

    /// <summary>A run asks for a move. Idempotent by <paramref name="Move"/>. What the run foresees of it joins what preflight finds.</summary>
    public sealed record StartMove(
        MoveId Move, RunId Run, VmRef Vm, HostEndpoint Source, HostEndpoint Destination, GuestCheck? Check, MovePolicy Policy,
        IReadOnlyList<PlaceReport> Seen, IReadOnlyList<Finding>? Foreseen = null) : MoveMessage;

    /// <summary>The run or a person wants the move stopped.</summary>
    public sealed record AbortMove(MoveId Move, RunId Run, VmId Vm, Actor By, string Reason) : MoveMessage;

    /// <summary>
    /// The run is halted: take the move back if its transfer has not been claimed. One that has is told to the run as
    /// under way (<see cref="Runs.RunMessage.ReportUnderWay"/>) and goes on to its end, and nobody begins it anew.
    /// </summary>
    public sealed record WithdrawMove(MoveId Move, RunId Run, VmId Vm, string Reason) : MoveMessage;

    /// <summary>Admission asks whether a move that ended unknown is cleared; answered by <see cref="Admission.AdmissionMessage.SettleSlot"/> once it is.</summary>
    public sealed record AskSettled(MoveId Move) : MoveMessage;

    /// <summary>A worker wants to act on an order.</summary>
    /// <param name="OrderKey">The order.</param>
    /// <param name="Generation">The custody generation that it was given in.</param>
    /// <param name="Attempt">The attempt to claim.</param>
    /// <param name="Worker">Who acts.</param>
    /// <param name="Doubt">What stands against the source, read right before; null: nothing, or nobody looked.</param>
    public sealed record ClaimOrder(string OrderKey, long Generation, int Attempt, string Worker, string? Doubt = null) : MoveMessage;

    /// <summary>Preflight's answer.</summary>
    /// <param name="OrderKey">The order answered.</param>
    /// <param name="Findings">All findings.</param>
    /// <param name="Baseline">The guest's own answer before the move; null: none.</param>
    /// <param name="Unanswered">Why preflight could not be done; null: it was.</param>
    /// <param name="Doubt">What stands against the source, so that preflight was asked without post-copy; null: nothing, or nobody looked.</param>
    /// <param name="LeftOut">Why the destination takes no VM now, which is among the findings too; null: it takes some, or a worker of before this was said.</param>
    public sealed record ReportPreparation(
        string OrderKey, IReadOnlyList<Finding> Findings, GuestObservation? Baseline, Refusal? Unanswered, string? Doubt = null, HostLeftOut? LeftOut = null) : MoveMessage;

    /// <summary>Progress from the worker that holds the claim.</summary>
    public sealed record ReportProgress(Claim Claim, MigrationProgress Progress) : MoveMessage;

    /// <summary>The end of the transfer from the worker that holds the claim.</summary>
    public sealed record ReportTransfer(Claim Claim, TransferReport Report) : MoveMessage;

    /// <summary>What the places said.</summary>
    /// <param name="OrderKey">The order answered.</param>
    /// <param name="Places">One report for each place asked.</param>
    /// <param name="AskedAt">Before the first of them was asked. An answer says nothing about what took effect after it, however late it is heard.</param>
    /// <param name="PendingRequestBound">How long after its sender gave up a request may still take effect there.</param>
    public sealed record ReportPlaces(
        string OrderKey, IReadOnlyList<PlaceReport> Places, DateTimeOffset AskedAt, TimeSpan PendingRequestBound) : MoveMessage;

    /// <summary>The guest's proof of life, or its definite failure.</summary>
    /// <param name="OrderKey">The order answered.</param>
    /// <param name="Observation">The guest's answer; null: it has no check.</param>
    /// <param name="Failure">Why it is certain that the guest did not survive; null: it did.</param>
    /// <param name="How">How it was verified, a sentence.</param>
    /// <param name="Found">With a failure: what the host says that the copy is, where it does not run; null: it runs, or nobody said.</param>
    public sealed record ReportVerification(
        string OrderKey, GuestObservation? Observation, string? Failure, string How, VmState? Found = null) : MoveMessage;

    /// <summary>Time has passed.</summary>
    public sealed record Wake(Claim? LapsedClaim) : MoveMessage;
}
