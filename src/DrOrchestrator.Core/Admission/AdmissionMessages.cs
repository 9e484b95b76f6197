using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Admission;

/// <summary>The messages that the fleet's admission takes.</summary>
public abstract record AdmissionMessage
{
    private AdmissionMessage()
    {
    }

    /// <summary>When it is handled; stamped by the handler's clock.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>A run says what it wants, what it gave back, and how far it has come with a stop. Idempotent by run and number.</summary>
    public sealed record StateSlots(SlotStatement Statement) : AdmissionMessage;

    /// <summary>The limits that the servers are configured with.</summary>
    /// <param name="Limits">What holds for all alike.</param>
    /// <param name="By">Who says so.</param>
    /// <param name="Own">What hosts and hypervisors allow of themselves; null: a server of before this was said, and it stays as it is.</param>
    public sealed record SetLimits(FleetLimits Limits, Actor By, OwnLimits? Own = null) : AdmissionMessage;

    /// <summary>Nothing new may begin, anywhere.</summary>
    public sealed record StopAll(Actor By, string Reason) : AdmissionMessage;

    public sealed record ResumeAll(Actor By, string Reason) : AdmissionMessage;

    /// <summary>A VM's stream says that nothing of the move can be under way any more.</summary>
    /// <param name="Move">The move, which had ended unknown.</param>
    /// <param name="RunsAt">Where the VM runs; null: nowhere, or not known.</param>
    public sealed record SettleSlot(MoveId Move, HostId? RunsAt) : AdmissionMessage;

    /// <summary>A person answers for it that nothing of a move that ended unknown takes a slot any more.</summary>
    public sealed record ReleaseSlot(MoveId Move, Actor By, string Reason) : AdmissionMessage;

    public sealed record Wake : AdmissionMessage;
}

/// <summary>One run's word to admission. It names what changed since the one before, which was answered.</summary>
/// <param name="Run">The run.</param>
/// <param name="Number">1, 2, 3 …; a number is stated once, and the next only after its answer.</param>
/// <param name="Wants">Moves that it wants to begin, in its order, and has not named before.</param>
/// <param name="Released">Moves that it holds or wanted, and does no more.</param>
/// <param name="Heard">The last grant that it heard of.</param>
/// <param name="Stop">The stop that it obeys; null: none.</param>
/// <param name="UnderWay">While it obeys a stop: its moves whose transfer had been claimed before, so that they go on to their end.</param>
/// <param name="Unresolved">While it obeys a stop: how many of its moves have not yet said whether they are under way.</param>
/// <param name="Emptying">The host whose VMs it takes away, which plans of others leave out; null: it has ended, or this is of before it was said.</param>
public sealed record SlotStatement(
    RunId Run, long Number, IReadOnlyList<WantedSlot> Wants, IReadOnlyList<ReleasedSlot> Released, long Heard,
    long? Stop, IReadOnlyList<MoveId> UnderWay, int Unresolved, HostId? Emptying = null);

/// <summary>A move that wants to begin.</summary>
/// <param name="Move">The attempt.</param>
/// <param name="Vm">The VM, for people.</param>
/// <param name="Source">Where from.</param>
/// <param name="Destination">Where to.</param>
/// <param name="FromSite">The source's site.</param>
/// <param name="ToSite">The destination's site.</param>
/// <param name="Memory">What it needs there.</param>
/// <param name="Room">What was free there, above the plan's headroom, when its run looked; null: not known, and not counted.</param>
/// <param name="ObservedSince">Before that look began: a VM that landed there later is not in that room, unless the look saw it.</param>
/// <param name="Id">The VM; null: of before it was said.</param>
/// <param name="Arrived">Moves that the look saw arrived: their VMs ran there before the room was read. Null: none, or of before it was said.</param>
/// <param name="FromDriver">The source's driver, whose limit it counts against; null: of before it was said, and as the limits have it.</param>
/// <param name="ToDriver">The destination's driver, likewise.</param>
public sealed record WantedSlot(
    MoveId Move, string Vm, HostId Source, HostId Destination, SiteId FromSite, SiteId ToSite, Bytes Memory, Bytes? Room,
    DateTimeOffset ObservedSince, VmId? Id = null, IReadOnlyList<MoveId>? Arrived = null,
    string? FromDriver = null, string? ToDriver = null);

/// <summary>A move given back.</summary>
/// <param name="Move">The attempt.</param>
/// <param name="Landed">Whether the VM may be at the destination now, and so takes its room.</param>
/// <param name="Doubt">Why its slot is kept although its run is done with it; null: it is free, or this is of before it was said.</param>
public sealed record ReleasedSlot(MoveId Move, bool Landed, SlotDoubt? Doubt = null);

/// <summary>A move that ended unknown: its transfer may still be sending.</summary>
/// <param name="Vm">The VM whose record clears the doubt.</param>
/// <param name="Reason">What is not known, a sentence.</param>
public sealed record SlotDoubt(VmId Vm, string Reason);
