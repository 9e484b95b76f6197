namespace DrOrchestrator.Core.Brakes;

/// <summary>How much automation may begin by itself. What a person starts by hand is not held back.</summary>
/// <param name="MaxSickHosts">More hosts than this sick at once are no question of a host: nothing begins by itself. 1 or more.</param>
/// <param name="MaxRecoveries">How many recoveries may begin by themselves within <paramref name="Window"/>. 1 or more.</param>
/// <param name="Window">The sliding window.</param>
/// <param name="BlockAfterRecovery">After a host was recovered, no second recovery of it begins by itself for this long: it would be flapping, or the first did not help.</param>
/// <param name="MaxSickHostsPerSite">More hosts of one site than this sick at once are a question of that site: nothing begins by itself for its hosts. 1 or more; null: as many as <paramref name="MaxSickHosts"/>.</param>
public sealed record BrakeRules(int MaxSickHosts, int MaxRecoveries, TimeSpan Window, TimeSpan BlockAfterRecovery, int? MaxSickHostsPerSite = null)
{
    /// <summary>The limit of one site that holds.</summary>
    public int SickHostsPerSite => MaxSickHostsPerSite ?? MaxSickHosts;

    /// <summary>From so many episodes of one host within <see cref="FlappingWindow"/> on it flaps, the one that stands among them. 2 or more.</summary>
    public int FlappingEpisodes { get; init; } = 3;

    /// <summary>How far episodes are looked back on.</summary>
    public TimeSpan FlappingWindow { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A host that flaps is recovered by itself only when its last episode has stood for this long.</summary>
    public TimeSpan FlappingQuiet { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>What holds until an inventory says otherwise.</summary>
    public static BrakeRules Default { get; } = new(3, 5, TimeSpan.FromHours(1), TimeSpan.FromMinutes(30));
}

/// <summary>Which rule held a recovery back. A closed vocabulary, the same word everywhere.</summary>
public enum Brake
{
    /// <summary>Somebody works on the host or its site.</summary>
    Maintenance,

    /// <summary>So many hosts of one site are sick that it is a question of the site, and a person's.</summary>
    TooManySickHostsAtSite,

    /// <summary>So many hosts are sick, over all sites, that it is a question of what they share or of the monitoring, and a person's.</summary>
    TooManySickHosts,

    /// <summary>The host sickens and mends again and again.</summary>
    Flapping,

    /// <summary>The host was recovered a short while ago.</summary>
    RecoveredLately,

    /// <summary>As many recoveries began lately as may.</summary>
    TooManyRecoveries,
}
