using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Runs;

namespace DrOrchestrator.Core.Health;

/// <summary>The messages that a host's health takes.</summary>
public abstract record HostMessage
{
    private HostMessage()
    {
    }

    /// <summary>When it is handled; stamped by the handler's clock.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>A condition stands.</summary>
    /// <param name="Host">The host.</param>
    /// <param name="Condition">What is reported.</param>
    /// <param name="Policy">What policy says to do about it; null: watch it only.</param>
    /// <param name="By">Who reported it.</param>
    /// <param name="SaidOnce">Whether the sender says each change once. False: it repeats what stands, as Alertmanager does, and an
    /// old beginning told long after a resolution is then no late delivery but a condition that stands.</param>
    public sealed record RaiseCondition(HostId Host, HostCondition Condition, ConditionPolicy? Policy, Actor By, bool SaidOnce = false) : HostMessage;

    /// <summary>A condition is said to be over.</summary>
    /// <param name="Fingerprint">Which.</param>
    /// <param name="By">Who says so.</param>
    /// <param name="StartsAt">When what ended had begun, by the sender's clock; null: it did not say.</param>
    /// <param name="EndsAt">When it ended, by the sender's clock; null: it did not say.</param>
    /// <param name="SaidOnce">Whether the sender says each change once, so that a beginning of before this end may still be on its way.</param>
    public sealed record ResolveCondition(string Fingerprint, Actor By, DateTimeOffset? StartsAt = null, DateTimeOffset? EndsAt = null, bool SaidOnce = false) : HostMessage;

    /// <summary>What the looks at the host and around it found.</summary>
    /// <param name="OrderKey">The order answered.</param>
    /// <param name="Observed">The facts.</param>
    public sealed record ReportHost(string OrderKey, HostObservations Observed) : HostMessage;

    /// <summary>The brakes know that the host is sick, or well again.</summary>
    public sealed record NoteSickness(int Episode, bool Sick) : HostMessage;

    /// <summary>The brakes' decision on one attempt of a recovery.</summary>
    /// <param name="Episode">Of which episode.</param>
    /// <param name="Attempt">Of which attempt.</param>
    /// <param name="HeldBack">Why it may not begin; null: it may.</param>
    /// <param name="Until">When it is to be asked again; null: a person decides, or it may begin.</param>
    public sealed record AnswerRecovery(int Episode, int Attempt, Refusal? HeldBack, DateTimeOffset? Until) : HostMessage;

    /// <summary>What held the recovery back ended before its time: it need not wait until then.</summary>
    /// <param name="Episode">Of which episode.</param>
    /// <param name="Attempt">The attempt that was held back.</param>
    public sealed record LookAgain(int Episode, int Attempt) : HostMessage;

    /// <summary>A run of the host has ended: the one that it asked for, or one that a person started.</summary>
    /// <param name="Run">Which.</param>
    /// <param name="Outcome">How.</param>
    /// <param name="Summary">A sentence.</param>
    /// <param name="Tried">Whether any move was tried; servers of before this was said leave it out, and it counts as tried.</param>
    /// <param name="Episode">The episode that stood when a person asked for the run; null: none did, the host asked for it itself, or a server of before
    /// this was said tells it.</param>
    public sealed record RunAnswered(RunId Run, RunOutcome Outcome, string Summary, bool Tried = true, int? Episode = null) : HostMessage;

    /// <summary>The brakes know what became of the recovery of this episode.</summary>
    /// <param name="Episode">Of which.</param>
    /// <param name="Helped">Whether they know that every VM was moved off the host; servers of before a later run could do that leave it out.</param>
    public sealed record NoteRecovery(int Episode, bool Helped = false) : HostMessage;

    public sealed record Wake : HostMessage;
}

/// <summary>What a host's health asks of workers.</summary>
public abstract record HostOrder : Order
{
    private HostOrder()
    {
    }

    /// <summary>Ask the host itself, and whoever else can tell.</summary>
    public sealed record ObserveHost(HostId Host) : HostOrder;
}
