using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Brakes;

/// <summary>The messages that the brakes take.</summary>
public abstract record BrakesMessage
{
    private BrakesMessage()
    {
    }

    /// <summary>When it is handled; stamped by the handler's clock.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>A host became sick (a condition that policy acts on stands) or is well again. Idempotent by host and episode.</summary>
    public sealed record ReportSickness(HostId Host, int Episode, bool Sick) : BrakesMessage;

    /// <summary>A host's health asks whether its recovery may begin by itself. Idempotent by host, episode and attempt.</summary>
    /// <param name="Host">Which.</param>
    /// <param name="Site">Its site; null: not known.</param>
    /// <param name="Episode">Which of its episodes.</param>
    /// <param name="Attempt">0, and one more after each wait.</param>
    /// <param name="Run">The run that would be asked for.</param>
    public sealed record RequestRecovery(HostId Host, SiteId? Site, int Episode, int Attempt, RunId Run) : BrakesMessage;

    /// <summary>A host says what became of a recovery that may have been cleared. Idempotent by host and episode.</summary>
    /// <param name="Host">Which.</param>
    /// <param name="Episode">Of which episode.</param>
    /// <param name="Run">Its run.</param>
    /// <param name="Ran">Whether any move was tried.</param>
    /// <param name="Helped">Whether every VM was moved off the host.</param>
    public sealed record ReportRecovery(HostId Host, int Episode, RunId Run, bool Ran, bool Helped) : BrakesMessage;

    /// <summary>The rules that the servers are configured with.</summary>
    public sealed record SetRules(BrakeRules Rules, Actor By) : BrakesMessage;

    /// <summary>Where the hosts stand by the inventory that the servers are configured with.</summary>
    /// <param name="Sites">Every host of it, once; a sick host that is not among them counts for no site.</param>
    /// <param name="By">Who says so.</param>
    public sealed record SetSites(IReadOnlyList<HostSite> Sites, Actor By) : BrakesMessage;

    /// <summary>Nothing begins by itself for this host or site until then. Said again it has a new end.</summary>
    /// <param name="Target">What is worked on.</param>
    /// <param name="Until">When it ends by itself; later than now.</param>
    /// <param name="By">Who works.</param>
    /// <param name="Reason">A sentence.</param>
    public sealed record StartMaintenance(MaintenanceTarget Target, DateTimeOffset Until, Actor By, string Reason) : BrakesMessage;

    public sealed record EndMaintenance(MaintenanceTarget Target, Actor By, string Reason) : BrakesMessage;

    /// <summary>A host that waited for the end of a maintenance waits no longer.</summary>
    /// <param name="Host">Which.</param>
    /// <param name="Episode">Of which episode.</param>
    /// <param name="Attempt">The attempt that was held back.</param>
    public sealed record NoteLookedAgain(HostId Host, int Episode, int Attempt) : BrakesMessage;

    public sealed record Wake : BrakesMessage;
}

/// <summary>Where a host stands.</summary>
public sealed record HostSite(HostId Host, SiteId Site);

/// <summary>A host or a site.</summary>
/// <param name="Kind"><c>host</c> or <c>site</c>.</param>
/// <param name="Name">Its name in the inventory.</param>
public sealed record MaintenanceTarget(MaintenanceKind Kind, string Name)
{
    public override string ToString() => Kind is MaintenanceKind.Site ? $"site {Name}" : Name;
}

public enum MaintenanceKind
{
    Host,
    Site,
}
