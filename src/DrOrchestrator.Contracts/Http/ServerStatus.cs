namespace DrOrchestrator.Contracts.Http;

/// <summary>The state of the whole, in one look.</summary>
/// <param name="Server">The process that answered.</param>
/// <param name="Version">Its version.</param>
/// <param name="At">Its clock.</param>
/// <param name="InventoryHash">SHA-256 of the inventory in force.</param>
/// <param name="Plans">The recovery plans that can be run.</param>
/// <param name="Hosts">How many hosts are in each phase of health.</param>
/// <param name="Runs">How many runs are in each phase.</param>
/// <param name="Vms">How many VMs are in each phase.</param>
/// <param name="SilentHosts">Hosts that did not answer the last look.</param>
/// <param name="LookedAt">When the hosts were last looked at; absent: not yet.</param>
/// <param name="Attention">What a person should look at, most urgent first; whole sentences.</param>
public sealed record ServerStatus(
    string Server,
    string Version,
    DateTimeOffset At,
    string InventoryHash,
    IReadOnlyList<PlanSummary> Plans,
    IReadOnlyList<PhaseCount> Hosts,
    IReadOnlyList<PhaseCount> Runs,
    IReadOnlyList<PhaseCount> Vms,
    IReadOnlyList<string> SilentHosts,
    DateTimeOffset? LookedAt,
    IReadOnlyList<string> Attention);

/// <summary>A recovery plan by name.</summary>
/// <param name="Name">For example <c>evacuate-host</c>.</param>
/// <param name="Description">A sentence.</param>
/// <param name="ContentHash">SHA-256 of its text.</param>
/// <param name="Alerts">How many alert triggers it has; 0: people start it.</param>
public sealed record PlanSummary(string Name, string Description, string ContentHash, int Alerts);

/// <summary>How many streams of one kind are in one phase.</summary>
public sealed record PhaseCount(string Phase, int Count);
