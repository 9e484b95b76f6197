using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Plans;
using DrOrchestrator.Core.Runs;

namespace DrOrchestrator.Core.Health;

/// <summary>A condition that somebody reports of a host, usually an alert.</summary>
/// <param name="Fingerprint">Identifies it over repetitions and replicas; one open condition per fingerprint.</param>
/// <param name="Name">For example the alert's name.</param>
/// <param name="Summary">A sentence, as the sender gave it.</param>
/// <param name="Labels">As the sender gave them.</param>
/// <param name="StartsAt">When it began, by the sender's clock.</param>
public sealed record HostCondition(
    string Fingerprint, string Name, string Summary, IReadOnlyDictionary<string, string> Labels, DateTimeOffset StartsAt);

/// <summary>The plan that policy maps a condition to, and how long to hold down.</summary>
public sealed record ConditionPolicy(RecoveryPlan Plan, TimeSpan HoldDown);

/// <summary>The events of a host's health.</summary>
public abstract record HostEvent
{
    private HostEvent()
    {
    }

    public required DateTimeOffset At { get; init; }

    /// <summary>A condition stands.</summary>
    /// <param name="Host">The host.</param>
    /// <param name="Condition">What is reported.</param>
    /// <param name="By">Who reported it.</param>
    /// <param name="Acts">Whether policy acts on it; false: it is only watched, and holds nothing up.</param>
    public sealed record ConditionRaised(HostId Host, HostCondition Condition, Actor By, bool Acts) : HostEvent;

    /// <summary>A condition that stood is over.</summary>
    /// <param name="Fingerprint">Which.</param>
    /// <param name="By">Who says so.</param>
    /// <param name="EndsAt">When it ended, by the sender's clock; null: it did not say, or the event is older than this field.</param>
    public sealed record ConditionResolved(string Fingerprint, Actor By, DateTimeOffset? EndsAt = null) : HostEvent;

    /// <summary>A condition that stands was reported as having begun later than was known: it had ended in between, or another observer saw it later.</summary>
    /// <param name="Fingerprint">Which.</param>
    /// <param name="StartsAt">The later beginning, by the sender's clock; a resolution of before it no longer counts.</param>
    /// <param name="By">Who reported it.</param>
    public sealed record ConditionRenewed(string Fingerprint, DateTimeOffset StartsAt, Actor By) : HostEvent;

    /// <summary>Nothing is done before this moment, so that a blip does nothing.</summary>
    public sealed record HoldDownStarted(string Fingerprint, DateTimeOffset Until, RecoveryPlan Plan) : HostEvent;

    /// <summary>Every condition that policy acts on was resolved before anything was done.</summary>
    public sealed record HoldDownCancelled(string Reason) : HostEvent;

    public sealed record HoldDownElapsed : HostEvent;

    /// <summary>What was concluded, and the facts that it was concluded from.</summary>
    /// <param name="Diagnosis">The conclusion.</param>
    /// <param name="Fact">A sentence.</param>
    /// <param name="Site">Where the host stands; null: not known.</param>
    /// <param name="Observed">What the table was asked about; null: the event is older than this field.</param>
    public sealed record HostDiagnosed(Diagnosis Diagnosis, string Fact, SiteId? Site = null, HostObservations? Observed = null) : HostEvent;

    /// <summary>A recovery would help; the brakes are asked whether it may begin by itself.</summary>
    public sealed record RecoveryProposed(RunId Run, RecoveryPlan Plan, string Cause) : HostEvent;

    /// <summary>The brakes held it back until then, or what was seen may be over by then; the host is looked at again.</summary>
    public sealed record RecoveryPostponed(Refusal Why, DateTimeOffset Until) : HostEvent;

    /// <summary>Its time is over, or what held the recovery back is.</summary>
    public sealed record PostponementElapsed : HostEvent;

    /// <summary>The brakes know of this episode, or of its end.</summary>
    public sealed record SicknessNoted(int Episode, bool Sick) : HostEvent;

    public sealed record RecoveryRequested(RunId Run, RecoveryPlan Plan, string Cause) : HostEvent;

    /// <summary>Automation stops here; a person decides.</summary>
    public sealed record RecoveryWithheld(Refusal Why) : HostEvent;

    /// <summary>A run ended that counts as the recovery of this episode: the one that was asked for, or one that a person started and that emptied the host.</summary>
    /// <param name="Run">Which; the cause of what follows.</param>
    /// <param name="Outcome">How.</param>
    /// <param name="Summary">A sentence.</param>
    /// <param name="Tried">Whether any move was tried; true where it was recorded before this was kept.</param>
    public sealed record RecoveryEnded(RunId Run, RunOutcome Outcome, string Summary, bool Tried = true) : HostEvent;

    /// <summary>The brakes know what became of the recovery of this episode.</summary>
    /// <param name="Episode">Of which.</param>
    /// <param name="Helped">Whether they know that every VM was moved off the host; null: recorded before this was kept, when they knew all that was concluded.</param>
    public sealed record RecoveryNoted(int Episode, bool? Helped = null) : HostEvent;

    /// <summary>No condition that policy acts on is open any more.</summary>
    public sealed record HostRecovered : HostEvent;
}
