namespace DrOrchestrator.Server.Concerns;

/// <summary>Who is told of what stands, and how often.</summary>
public sealed record ConcernOptions
{
    /// <summary>Every one of these Alertmanagers is told; they sort out among themselves what was told twice.</summary>
    public IReadOnlyList<Uri> Alertmanagers { get; init; } = [];

    /// <summary>How often the record is looked at and whoever listens is told.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// An alert that is not repeated ends after this, in Alertmanager itself: long enough for a restart, short enough that nothing outlives
    /// servers that are all gone.
    /// </summary>
    public TimeSpan Lasts { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A dead-man's switch outside: told by POST that we live; null: there is none.</summary>
    public Uri? Heartbeat { get; init; }

    /// <summary>How often it is told.</summary>
    public TimeSpan HeartbeatEvery { get; init; } = TimeSpan.FromSeconds(60);
}
