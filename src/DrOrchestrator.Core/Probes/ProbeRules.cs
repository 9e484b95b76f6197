namespace DrOrchestrator.Core.Probes;

/// <summary>When probes of one host count for a condition, and when for its end.</summary>
public sealed record ProbeRules
{
    /// <summary>Unanswered probes in a row after which the host counts as not answering. 1 or more.</summary>
    public int FailuresToRaise { get; init; } = 3;

    /// <summary>Answered probes in a row after which it counts as answering again. 1 or more.</summary>
    public int SuccessesToResolve { get; init; } = 3;

    /// <summary>Probes looked back on for flapping. 2 or more.</summary>
    public int Window { get; init; } = 10;

    /// <summary>Changes between answer and silence within the window from which on it flaps; it no longer does when there is one at most. 2 or more.</summary>
    public int ChangesToFlap { get; init; } = 4;
}
