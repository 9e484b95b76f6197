using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Brakes;

/// <summary>The events of the brakes.</summary>
public abstract record BrakesEvent
{
    private BrakesEvent()
    {
    }

    public required DateTimeOffset At { get; init; }

    public sealed record HostSickened(HostId Host, int Episode) : BrakesEvent;

    public sealed record HostMended(HostId Host, int Episode) : BrakesEvent;

    /// <summary>The recovery may begin, and counts from here on.</summary>
    public sealed record RecoveryCleared(HostId Host, int Episode, int Attempt, RunId Run) : BrakesEvent;

    /// <summary>The recovery may not begin.</summary>
    /// <param name="Host">Whose.</param>
    /// <param name="Episode">Of which episode.</param>
    /// <param name="Attempt">Of which attempt.</param>
    /// <param name="Brake">By which rule.</param>
    /// <param name="Why">The fact, and the way out.</param>
    /// <param name="Until">When it is to be asked again; null: a person decides.</param>
    /// <param name="Maintenance">What was worked on, where that is the brake; null: another brake, or recorded before this was kept.</param>
    public sealed record RecoveryHeldBack(
        HostId Host, int Episode, int Attempt, Brake Brake, Refusal Why, DateTimeOffset? Until, MaintenanceTarget? Maintenance = null) : BrakesEvent;

    /// <summary>A recovery is over, or was never asked for.</summary>
    /// <param name="Host">Whose.</param>
    /// <param name="Episode">Of which episode.</param>
    /// <param name="Run">Its run.</param>
    /// <param name="Ran">Whether any move was tried; false: it does not block the next one.</param>
    /// <param name="Helped">Whether every VM was moved off the host: it counts as sick no longer, although its condition stands.</param>
    public sealed record RecoveryConcluded(HostId Host, int Episode, RunId Run, bool Ran, bool Helped) : BrakesEvent;

    /// <summary>A host whose maintenance ended early has heard that it need wait no longer.</summary>
    public sealed record HostLookedAgain(HostId Host, int Episode, int Attempt) : BrakesEvent;

    public sealed record RulesSet(BrakeRules Rules, Actor By) : BrakesEvent;

    /// <summary>Which host stands at which site, as the inventory says from now on.</summary>
    /// <param name="Sites">Every host of it.</param>
    /// <param name="By">Who said so.</param>
    public sealed record SitesSet(IReadOnlyList<HostSite> Sites, Actor By) : BrakesEvent;

    public sealed record MaintenanceStarted(MaintenanceTarget Target, DateTimeOffset Until, Actor By, string Reason) : BrakesEvent;

    public sealed record MaintenanceEnded(MaintenanceTarget Target, Actor By, string Reason) : BrakesEvent;
}
