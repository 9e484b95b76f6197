using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;

namespace DrOrchestrator.Core.Plans;

/// <summary>What a plan is run over.</summary>
public enum PlanScope
{
    /// <summary>Every VM that runs on the named host.</summary>
    Host,
}

/// <summary>
/// A recovery plan as it was read, in the form that is kept with every run of it: a run never looks at
/// the file again.
/// </summary>
/// <param name="Name">One word with hyphens, the same everywhere, for example <c>evacuate-host</c>.</param>
/// <param name="ContentHash">SHA-256 of the text it was read from, in hexadecimal.</param>
/// <param name="Description">A sentence for the operator.</param>
/// <param name="Scope">What it is run over.</param>
/// <param name="DestinationSites">Sites that take the VMs, best first; the first with room wins.</param>
/// <param name="Policy">Limits and rules.</param>
/// <param name="Triggers">Which alerts start it by themselves; empty: none, people start it.</param>
public sealed record RecoveryPlan(
    string Name,
    string ContentHash,
    string Description,
    PlanScope Scope,
    IReadOnlyList<SiteId> DestinationSites,
    PlanPolicy Policy,
    IReadOnlyList<AlertTrigger> Triggers);

/// <summary>An alert that starts a plan.</summary>
/// <param name="Labels">Labels that must all be there with these values.</param>
/// <param name="HostLabel">The label that names the host. A port behind a colon is cut off (<c>a1:9100</c>).</param>
/// <param name="HoldDown">How long the alert must stay firing before anything is done.</param>
public sealed record AlertTrigger(IReadOnlyDictionary<string, string> Labels, string HostLabel, TimeSpan HoldDown)
{
    public bool Matches(IReadOnlyDictionary<string, string> labels) =>
        Labels.All(wanted => labels.TryGetValue(wanted.Key, out var value) && value == wanted.Value);
}

/// <summary>Which of the hosts with room takes a VM.</summary>
public enum PlacementPreference
{
    /// <summary>The one with the most free memory: load is spread.</summary>
    Spread,

    /// <summary>The one with the least free memory that is enough: large holes are kept.</summary>
    Pack,
}

/// <summary>The limits and rules of a plan. What came later than the first version has a default: older records do not have it.</summary>
/// <param name="Parallel">How many moves may be under way at once in one run, 1 or more.</param>
/// <param name="PerDestination">How many at once towards one host, 1 or more.</param>
/// <param name="MemoryHeadroom">Memory that stays free at a destination.</param>
/// <param name="Attempts">How often a move may be tried in all, 1 or more.</param>
/// <param name="RetryDelay">How long to wait before the next attempt.</param>
/// <param name="Move">The rules of each move.</param>
/// <param name="PerSource">How many at once off one host, 1 or more; null: as many as the other limits allow.</param>
/// <param name="PerLink">How many at once over one link of the inventory, 1 or more; null: as many as the other limits allow.</param>
/// <param name="Placement">Which of the hosts with room takes a VM.</param>
/// <param name="CpuOvercommit">Virtual CPUs that a destination may carry for each of its logical CPUs, those that run there included; above 0.</param>
/// <param name="AssumedDirtyRate">The dirty rate of guests of which none is known; null: none is assumed.</param>
public sealed record PlanPolicy(
    int Parallel,
    int PerDestination,
    Bytes MemoryHeadroom,
    int Attempts,
    TimeSpan RetryDelay,
    MovePolicy Move,
    int? PerSource = null,
    int? PerLink = null,
    PlacementPreference Placement = PlacementPreference.Spread,
    double CpuOvercommit = 8,
    Bandwidth? AssumedDirtyRate = null)
{
    public static PlanPolicy Default { get; } = new(4, 2, Bytes.FromMebibytes(512), 3, TimeSpan.FromSeconds(15), MovePolicy.Default);
}
