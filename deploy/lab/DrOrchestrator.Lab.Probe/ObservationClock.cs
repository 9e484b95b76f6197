namespace DrOrchestrator.Lab.Probe;

/// <summary>Monotonic time since the observation began, the same for every prober.</summary>
public sealed class ObservationClock(TimeProvider time)
{
    private readonly long start = time.GetTimestamp();

    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();

    public TimeSpan Elapsed => time.GetElapsedTime(start);
}
