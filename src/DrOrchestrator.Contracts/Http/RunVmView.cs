namespace DrOrchestrator.Contracts.Http;

/// <summary>One VM of a run.</summary>
public sealed record RunVmView
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>The source host.</summary>
    public required string From { get; init; }

    /// <summary>The destination host; absent: none had room.</summary>
    public string? To { get; init; }

    /// <summary>The attempt shown, from 1; 0: none has begun.</summary>
    public int Attempt { get; init; }

    /// <summary>
    /// <c>waiting</c>, <c>retrying</c>, <c>starting</c>, <c>moving</c>, <c>aborting</c>, <c>investigating</c>, or how it ended:
    /// <c>moved</c>, <c>refused</c>, <c>failed</c>, <c>aborted</c>, <c>unknown</c>, <c>unplaced</c>.
    /// </summary>
    public required string State { get; init; }

    /// <summary>The steps of a live migration in order, and verification.</summary>
    public IReadOnlyList<StepView> Steps { get; init; } = [];

    /// <summary>The last reading of the transfer.</summary>
    public TransferView? Transfer { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Of this attempt.</summary>
    public double? ElapsedSeconds { get; init; }

    /// <summary>When it was expected to begin, in seconds from the run's plan on; absent: not predicted.</summary>
    public double? PredictedBeginSeconds { get; init; }

    /// <summary>When it was expected to have ended, in seconds from the run's plan on; absent: not predicted.</summary>
    public double? PredictedEndSeconds { get; init; }

    /// <summary>Why its transfer may not end by itself, and what can be done; absent: no reason is known.</summary>
    public string? Doubt { get; init; }

    /// <summary>Configured memory.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>The pause at the switch-over as the hypervisor reported it afterwards; clients see more.</summary>
    public double? ReportedDowntimeSeconds { get; init; }

    /// <summary>Where the guest was last seen running, before its first attempt and once an attempt has ended; absent: nowhere, or not known.</summary>
    public string? RunsAt { get; init; }

    /// <summary>Other hosts where a copy might still be.</summary>
    public IReadOnlyList<string> Uncleared { get; init; } = [];

    /// <summary>When the next attempt may begin.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>The sentence to read: how it ended, why it waits, or what is being looked into.</summary>
    public string? Sentence { get; init; }

    /// <summary>Warnings of preflight.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>One step of one VM's way.</summary>
/// <param name="Step"><c>source-preparation</c>, <c>network-transfer</c>, <c>destination-setup</c>, <c>cutover</c> or <c>verification</c>.</param>
/// <param name="State"><c>pending</c>, <c>current</c>, <c>done</c>, <c>stopped</c> (the move ended in it), or <c>passed</c> (too short to be seen).</param>
/// <param name="Seconds">How long it took, or has taken; absent: not begun or not seen.</param>
public sealed record StepView(string Step, string State, double? Seconds = null);

/// <summary>One reading of a transfer. What the hypervisor did not say is absent, never a guess.</summary>
/// <param name="At">When it was recorded.</param>
/// <param name="TotalBytes">To be sent in all.</param>
/// <param name="TransferredBytes">Sent so far; with memory that was sent again it may exceed the total.</param>
/// <param name="RemainingBytes">Left in this iteration.</param>
/// <param name="DirtyBytesPerSecond">How fast the guest dirties its memory.</param>
/// <param name="ThroughputBytesPerSecond">How fast data leaves the source.</param>
/// <param name="Iteration">Pre-copy pass, from 1.</param>
/// <param name="ExpectedDowntimeSeconds">The hypervisor's estimate of the pause at the switch-over.</param>
/// <param name="ThrottlePercent">By how much the guest's CPUs are slowed so that the transfer can end.</param>
public sealed record TransferView(
    DateTimeOffset At,
    long? TotalBytes,
    long? TransferredBytes,
    long? RemainingBytes,
    double? DirtyBytesPerSecond,
    double? ThroughputBytesPerSecond,
    int? Iteration,
    double? ExpectedDowntimeSeconds,
    int? ThrottlePercent);
