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

    public sealed record ConditionResolved(string Fingerprint, Actor By) : HostEvent;

    /// <summary>Nothing is done before this moment, so that a blip does nothing.</summary>
    public sealed record HoldDownStarted(string Fingerprint, DateTimeOffset Until, RecoveryPlan Plan) : HostEvent;

    /// <summary>Every condition that policy acts on was resolved before anything was done.</summary>
    public sealed record HoldDownCancelled(string Reason) : HostEvent;

    public sealed record HoldDownElapsed : HostEvent;

    /// <summary>What was found, the fact behind it, and so what.</summary>
    public sealed record HostDiagnosed(Diagnosis Diagnosis, string Fact) : HostEvent;

    public sealed record RecoveryRequested(RunId Run, RecoveryPlan Plan, string Cause) : HostEvent;

    /// <summary>Automation stops here; a person decides.</summary>
    public sealed record RecoveryWithheld(Refusal Why) : HostEvent;

    public sealed record RecoveryEnded(RunId Run, RunOutcome Outcome, string Summary) : HostEvent;

    /// <summary>No condition that policy acts on is open any more.</summary>
    public sealed record HostRecovered : HostEvent;
}
