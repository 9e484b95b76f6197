namespace DrOrchestrator.Contracts.Http;

/// <summary>A host: what it said in the last look, and its health.</summary>
public sealed record HostView
{
    /// <summary>Its name in the inventory.</summary>
    public required string Name { get; init; }

    /// <summary>Its site; absent: it is not in the inventory.</summary>
    public string? Site { get; init; }

    public string? Driver { get; init; }

    public string? Address { get; init; }

    /// <summary>Whether it answered the last look; absent: it was not looked at.</summary>
    public bool? Answered { get; init; }

    /// <summary>Why it did not answer.</summary>
    public string? Silence { get; init; }

    /// <summary>When it was last looked at.</summary>
    public DateTimeOffset? LookedAt { get; init; }

    public string? Hypervisor { get; init; }

    public string? CpuModel { get; init; }

    public int? Cpus { get; init; }

    public long? MemoryTotalBytes { get; init; }

    public long? MemoryFreeBytes { get; init; }

    /// <summary>How many VMs run there, as it said itself.</summary>
    public int? RunningVms { get; init; }

    /// <summary>Its health: <c>healthy</c>, <c>holding-down</c>, <c>diagnosing</c>, <c>proposed</c> (the brakes are asked), <c>postponed</c>, <c>recovering</c>, <c>withheld</c> or <c>handled</c>.</summary>
    public required string Health { get; init; }

    /// <summary>Conditions that stand.</summary>
    public IReadOnlyList<ConditionView> Conditions { get; init; } = [];

    /// <summary>Nothing is done about them before this.</summary>
    public DateTimeOffset? HoldDownUntil { get; init; }

    /// <summary>
    /// The last diagnosis, in the closed vocabulary: <c>HostSickButAnswering</c>, <c>HostAnswersUnsteadily</c>, <c>HostManagementLost</c>, <c>HostSilent</c>,
    /// <c>SiteSilent</c>, <c>OrchestratorBlind</c> or <c>HostNotInInventory</c>.
    /// </summary>
    public string? Diagnosis { get; init; }

    /// <summary>The fact behind the diagnosis.</summary>
    public string? Fact { get; init; }

    /// <summary>Why automation stopped, and the way out.</summary>
    public string? Withheld { get; init; }

    /// <summary>Why its recovery waits, and what a person can do; absent: it does not.</summary>
    public string? Postponed { get; init; }

    /// <summary>When it is looked at again.</summary>
    public DateTimeOffset? PostponedUntil { get; init; }

    /// <summary>The run that moves, or last moved, its VMs away because of a condition.</summary>
    public string? Run { get; init; }
}

/// <summary>A condition that stands on a host.</summary>
public sealed record ConditionView(string Fingerprint, string Name, string Summary, DateTimeOffset StartsAt);

/// <summary>A host and its VMs.</summary>
public sealed record HostDetail(HostView Host, IReadOnlyList<VmView> Vms);
