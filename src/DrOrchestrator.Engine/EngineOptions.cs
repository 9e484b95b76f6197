using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Engine;

/// <summary>The engine's rhythm. Every value is a bound that somebody may have to wait for.</summary>
public sealed record EngineOptions
{
    /// <summary>Names this process in claims.</summary>
    public required string Worker { get; init; }

    /// <summary>How long what is outstanding stays unanswered before it is asked again.</summary>
    public TimeSpan ResendAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the table of what is outstanding is looked at.</summary>
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Streams taken in one look.</summary>
    public int SweepBatch { get; init; } = 200;

    /// <summary>How long a claim lives without a heartbeat. A vanished worker is replaced after this.</summary>
    public TimeSpan ClaimLifetime { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>By how much the clocks of two servers may differ; what rests on times of both waits this much longer.</summary>
    public TimeSpan ClockAllowance { get; init; } = Clocks.Allowance;

    /// <summary>Transfers that one process watches at once, and other orders that it carries out at once; more wait in the broker.</summary>
    public int ParallelOrders { get; init; } = 512;

    /// <summary>Progress events of one transfer are at least this far apart, unless the step changes.</summary>
    public TimeSpan ProgressEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long between two questions to a guest that is being verified.</summary>
    public TimeSpan VerifyEvery { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Decisions committed in one transaction at most.</summary>
    public int CommitBatch { get; init; } = 64;

    /// <summary>Transactions under way at once at most.</summary>
    public int ParallelCommits { get; init; } = 4;
}
