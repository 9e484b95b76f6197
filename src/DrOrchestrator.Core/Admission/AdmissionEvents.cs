using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Admission;

/// <summary>The events of the fleet's admission.</summary>
public abstract record AdmissionEvent
{
    private AdmissionEvent()
    {
    }

    public required DateTimeOffset At { get; init; }

    /// <summary>A run's statement was taken.</summary>
    public sealed record SlotsStated(SlotStatement Statement) : AdmissionEvent;

    /// <summary>Moves may begin, and others can not for want of room.</summary>
    /// <param name="Granted">Each of them counts against every limit from here on until it is released.</param>
    /// <param name="Crowded">Their room at the destination went to others: their runs choose anew.</param>
    public sealed record SlotsDecided(IReadOnlyList<MoveId> Granted, IReadOnlyList<MoveId> Crowded) : AdmissionEvent;

    /// <summary>What may be under way at once from here on; what is under way already stays.</summary>
    /// <param name="Limits">What holds for all alike.</param>
    /// <param name="By">Who said so.</param>
    /// <param name="Own">What hosts and hypervisors allow of themselves; null: unchanged, or recorded before this was kept.</param>
    public sealed record LimitsSet(FleetLimits Limits, Actor By, OwnLimits? Own = null) : AdmissionEvent;

    /// <summary>From here on nothing is let through. Moves let through before may still claim their transfer until their runs have heard of it.</summary>
    public sealed record StopRequested(long Stop, Actor By, string Reason) : AdmissionEvent;

    /// <summary>Somebody asked for the stop that stands already; it changes nothing but what is known of why.</summary>
    public sealed record StopRepeated(long Stop, Actor By, string Reason) : AdmissionEvent;

    /// <summary>Every run has heard of it: from here on no transfer begins. What had been claimed before goes on to its end.</summary>
    public sealed record StopInForce(long Stop, IReadOnlyList<MoveId> UnderWay) : AdmissionEvent;

    /// <summary>The VM's record was cleared of the doubt in which a move had ended: its slot is free.</summary>
    public sealed record DoubtSettled(MoveId Move, HostId? RunsAt) : AdmissionEvent;

    /// <summary>A person gave the slot of a move back that had ended unknown.</summary>
    public sealed record SlotReleased(MoveId Move, Actor By, string Reason) : AdmissionEvent;

    public sealed record AllResumed(Actor By, string Reason) : AdmissionEvent;
}
