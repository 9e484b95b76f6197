namespace DrOrchestrator.Contracts.Http;

/// <summary>Whether automation may begin, seen over all hosts.</summary>
/// <param name="Rules">How much may begin by itself.</param>
/// <param name="SickHosts">Hosts with a condition that policy acts on.</param>
/// <param name="Recoveries">What began by itself lately, last first.</param>
/// <param name="HeldBack">What may not begin, and why.</param>
/// <param name="Maintenance">What is worked on.</param>
/// <param name="NotCounting">Those of the sick hosts that do not count as such: not of the inventory, in maintenance, or emptied by their run.</param>
public sealed record BrakesView(
    BrakeRulesView Rules,
    IReadOnlyList<string> SickHosts,
    IReadOnlyList<ClearedRecoveryView> Recoveries,
    IReadOnlyList<HeldBackView> HeldBack,
    IReadOnlyList<MaintenanceView> Maintenance,
    IReadOnlyList<string>? NotCounting = null);

/// <summary>How much may begin by itself.</summary>
/// <param name="MaxSickHosts">More hosts than this sick at once: nothing begins by itself.</param>
/// <param name="MaxRecoveries">How many recoveries may begin by themselves within the window.</param>
/// <param name="WindowSeconds">The sliding window.</param>
/// <param name="BlockSeconds">After a recovery of a host, no second one of it begins by itself for this long.</param>
/// <param name="MaxSickHostsPerSite">More hosts of one site than this sick at once: nothing begins by itself for that site's hosts.</param>
/// <param name="FlappingEpisodes">A host that sickened so many times within the flapping window is left alone.</param>
/// <param name="FlappingWindowSeconds">The window.</param>
/// <param name="FlappingQuietSeconds">Until what stands against it has stood for this long.</param>
public sealed record BrakeRulesView(
    int MaxSickHosts, int MaxRecoveries, double WindowSeconds, double BlockSeconds, int MaxSickHostsPerSite, int? FlappingEpisodes = null, double? FlappingWindowSeconds = null, double? FlappingQuietSeconds = null);

/// <summary>A recovery that was cleared.</summary>
public sealed record ClearedRecoveryView(string Host, string Run, DateTimeOffset At);

/// <summary>A recovery that was held back.</summary>
/// <param name="Host">Whose.</param>
/// <param name="Brake"><c>maintenance</c>, <c>too-many-sick-hosts-at-site</c>, <c>too-many-sick-hosts</c>, <c>flapping</c>, <c>recovered-lately</c> or <c>too-many-recoveries</c>.</param>
/// <param name="Reason">The fact.</param>
/// <param name="WayOut">What a person can do.</param>
/// <param name="At">When it was decided.</param>
/// <param name="Until">When it is looked at again; absent: a person decides.</param>
public sealed record HeldBackView(string Host, string Brake, string Reason, string WayOut, DateTimeOffset At, DateTimeOffset? Until);

/// <summary>A maintenance.</summary>
/// <param name="Kind"><c>host</c> or <c>site</c>.</param>
/// <param name="Name">Which.</param>
/// <param name="By">Who works.</param>
/// <param name="Reason">Why.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">When it ends by itself.</param>
public sealed record MaintenanceView(string Kind, string Name, string By, string Reason, DateTimeOffset Since, DateTimeOffset Until);

/// <summary>Begins a maintenance, or gives one a new end. Exactly one of host and site.</summary>
/// <param name="Host">A host of the inventory.</param>
/// <param name="Site">A site of the inventory.</param>
/// <param name="Seconds">How long, above 0 and at most 90 days.</param>
/// <param name="Reason">Why, for the record; a sentence of at most 500 characters.</param>
public sealed record StartMaintenanceRequest(string? Host, string? Site, double? Seconds, string? Reason);

/// <summary>Ends a maintenance before its time. Exactly one of host and site.</summary>
public sealed record EndMaintenanceRequest(string? Host, string? Site, string? Reason);
