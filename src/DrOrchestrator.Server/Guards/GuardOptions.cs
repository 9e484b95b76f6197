namespace DrOrchestrator.Server.Guards;

/// <summary>How patient this process is with one host. It protects this process only; limits of the fleet are the engine's.</summary>
public sealed record GuardOptions
{
    /// <summary>The last resort around one question. Drivers have deadlines of their own, which are shorter.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>All attempts at one question together. A question that hung to its driver's deadline is not asked again.</summary>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>The last resort around one order, storage that has to be made for it included.</summary>
    public TimeSpan OrderTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Questions under way to one host.</summary>
    public int QuestionsAtOnce { get; init; } = 8;

    /// <summary>Questions that wait for a place; one more is not asked.</summary>
    public int QuestionsWaiting { get; init; } = 1000;

    /// <summary>How often a question is asked again that got no answer, at most; with growing, scattered pauses from <see cref="RetryDelay"/> on.</summary>
    public int Retries { get; init; } = 2;

    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>A question that took longer than this to stay unanswered is not asked again at once: its host hangs, and is no blip.</summary>
    public TimeSpan BlipBound { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Unanswered questions in <see cref="BreakerWindow"/>, with no fewer than half of all unanswered, after which the host is left alone.</summary>
    public int BreaksAfter { get; init; } = 6;

    public TimeSpan BreakerWindow { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it is left alone; then one question is let through. Short, for a host that comes back is waited for.</summary>
    public TimeSpan BreakFor { get; init; } = TimeSpan.FromSeconds(4);
}
