namespace DrOrchestrator.Contracts.Http;

/// <summary>A site in one look: its hosts, what they have left, what is under way, and what stands.</summary>
public sealed record SiteView
{
    /// <summary>Its name in the inventory.</summary>
    public required string Name { get; init; }

    public required SiteHosts Hosts { get; init; }

    /// <summary>The maintenance of the whole site; absent: none.</summary>
    public MaintenanceView? Maintenance { get; init; }

    /// <summary>VMs that run there, as its hosts said themselves in the last look.</summary>
    public required int RunningVms { get; init; }

    public required SiteCapacity Capacity { get; init; }

    /// <summary>Moves that leave, enter or stay within the site and hold a slot.</summary>
    public required int MovesUnderWay { get; init; }

    /// <summary>Moves of that kind that wait for one.</summary>
    public required int MovesWaiting { get; init; }

    /// <summary>How many may be under way at once.</summary>
    public required int MovesLimit { get; init; }

    /// <summary>What stands against its hosts, host by host.</summary>
    public IReadOnlyList<SiteConditionView> Conditions { get; init; } = [];
}

/// <summary>The hosts of a site, by what is known of them. One can be in several lists.</summary>
/// <param name="Total">In the inventory.</param>
/// <param name="Answering">That answered the last look.</param>
/// <param name="Silent">The names of those that did not.</param>
/// <param name="Sick">The names of those with a condition that policy acts on.</param>
/// <param name="InMaintenance">The names of those that are worked on, themselves or with the site.</param>
public sealed record SiteHosts(
    int Total, int Answering, IReadOnlyList<string> Silent, IReadOnlyList<string> Sick, IReadOnlyList<string> InMaintenance);

/// <summary>What the hosts that could take VMs have: those that answered the last look and are not in maintenance.</summary>
/// <param name="Hosts">How many they are.</param>
/// <param name="MemoryTotalBytes">Their memory.</param>
/// <param name="MemoryFreeBytes">What is free of it, before any headroom of a plan.</param>
/// <param name="Cpus">Their CPUs.</param>
/// <param name="Vcpus">The virtual CPUs of what runs on them.</param>
public sealed record SiteCapacity(int Hosts, long MemoryTotalBytes, long MemoryFreeBytes, int Cpus, int Vcpus);

/// <summary>One condition of one host.</summary>
/// <param name="Host">Which.</param>
/// <param name="Name">For example the alert's name.</param>
/// <param name="Summary">A sentence, as the sender gave it.</param>
/// <param name="StartsAt">Since when, by the sender's clock.</param>
public sealed record SiteConditionView(string Host, string Name, string Summary, DateTimeOffset StartsAt);
