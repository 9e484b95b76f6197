namespace DrOrchestrator.Server.Identity;

/// <summary>Who may call, and what is kept of who may not.</summary>
public sealed record IdentityOptions
{
    /// <summary>Where the first key is written at the first start, with mode 0600.</summary>
    public required string FirstKeyPath { get; init; }

    /// <summary>Refused calls of one source that are written down within <see cref="TrailWindow"/>; more are only counted.</summary>
    public int TrailEntriesPerSource { get; init; } = 10;

    /// <summary>The same over all sources together, for an attacker has many.</summary>
    public int TrailEntriesInAll { get; init; } = 100;

    public TimeSpan TrailWindow { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Sources whose count is remembered; beyond them the limit over all sources stands alone.</summary>
    public int TrailSources { get; init; } = 10_000;
}
