using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Server.Configuration;

namespace DrOrchestrator.Server.Ingest;

/// <summary>One report out of a message, read: for which host it is and what it says, or why it can't be used.</summary>
public abstract record ReadReport
{
    private ReadReport()
    {
    }

    /// <summary>A report that a host's stream can take.</summary>
    /// <param name="Host">The host.</param>
    /// <param name="Condition">What is reported.</param>
    /// <param name="Stands">Whether it stands; false: it is over.</param>
    /// <param name="EndsAt">When it ended, by the sender's clock; null: it stands, or the sender did not say.</param>
    /// <param name="SaidOnce">Whether the sender says each change once; false: it repeats what stands.</param>
    /// <param name="Match">The plan that acts on it; null: it is only watched.</param>
    public sealed record Usable(HostId Host, HostCondition Condition, bool Stands, DateTimeOffset? EndsAt, bool SaidOnce, PlanMatch? Match) : ReadReport;

    /// <summary>A report, or a whole message, that no stream can take.</summary>
    /// <param name="Kind">What is the matter with it.</param>
    /// <param name="Fingerprint">Where it has one.</param>
    /// <param name="Name">Where it has one.</param>
    /// <param name="Reason">Why it can't be used and what would change that, for people.</param>
    /// <param name="Part">The part of the message that it is about, as it was received.</param>
    public sealed record Unusable(UnmatchedKind Kind, string? Fingerprint, string? Name, string Reason, string Part) : ReadReport;

    /// <summary>One of our own outgoing alerts, routed back to us. Nothing is to be done, and nothing to be corrected.</summary>
    public sealed record Own : ReadReport;
}

/// <summary>What is the matter with a report that was kept aside.</summary>
public enum UnmatchedKind
{
    /// <summary>It is not in the form that it claims.</summary>
    Unreadable,

    /// <summary>It can be read, and no host and no plan is meant by it.</summary>
    Unmatched,

    /// <summary>The sender left reports out of this message: what it has is partial evidence, and what it lacks proves nothing.</summary>
    Truncated,

    /// <summary>It tells of a time before what is known already.</summary>
    Late,

    /// <summary>It is longer than what is taken, and was not read to its end.</summary>
    TooLarge,

    /// <summary>It can be read, and recording it failed again and again while the record itself answered.</summary>
    Unrecorded,
}
