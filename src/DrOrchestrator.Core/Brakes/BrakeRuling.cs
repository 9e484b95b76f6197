using DrOrchestrator.Core.Kernel;
using static DrOrchestrator.Core.Brakes.BrakesMessage;

namespace DrOrchestrator.Core.Brakes;

/// <summary>Why a recovery may not begin by itself.</summary>
/// <param name="Brake">By which rule.</param>
/// <param name="Why">The fact, and the way out.</param>
/// <param name="Until">When it is to be asked again; null: a person decides.</param>
/// <param name="Maintenance">What is worked on; null: another rule holds it back.</param>
internal sealed record BrakeRuling(Brake Brake, Refusal Why, DateTimeOffset? Until, MaintenanceTarget? Maintenance = null)
{
    /// <summary>Hosts named in a sentence; the rest is counted.</summary>
    private const int Named = 6;

    /// <summary>The rules in order: the first that holds back is the one that is told. Null: none does.</summary>
    public static BrakeRuling? WhyNot(BrakesState state, RequestRecovery request) =>
        InMaintenance(state, request) ?? SiteSick(state, request) ?? FleetSick(state, request) ?? Flaps(state, request) ?? Blocked(state, request) ?? Capped(state, request);

    private static BrakeRuling? InMaintenance(BrakesState state, RequestRecovery request) => state.MaintenanceOf(request.Host, request.Site, request.At) is not { } work ? null : new(
        Brake.Maintenance,
        new Refusal(
            $"{work.Target} is in maintenance by {work.By}: {work.Reason}",
            $"It is looked at again when the maintenance ends, at {work.Until:u} or before ({End(work.Target)}); to act at once, start the plan by hand ({Start(request)})."),
        work.Until,
        work.Target);

    private static BrakeRuling? SiteSick(BrakesState state, RequestRecovery request)
    {
        if (state.SiteOf(request.Host, request.Site) is not { } site)
        {
            return null;
        }

        string[] sick = [.. state.Counting(request.At).Where(host => state.SiteOf(new HostId(host), null) == site)];
        return sick.Length <= state.Rules.SickHostsPerSite ? null : new(
            Brake.TooManySickHostsAtSite,
            new Refusal(
                $"{sick.Length} hosts of site {site} are sick at once ({List(sick)}); more than {state.Rules.SickHostsPerSite} are a question of site {site} or of what watches it.",
                $"Find out what is the matter with site {site}. {ByHand(request)}"),
            null);
    }

    private static BrakeRuling? FleetSick(BrakesState state, RequestRecovery request)
    {
        var sick = state.Counting(request.At);
        return sick.Count <= state.Rules.MaxSickHosts ? null : new(
            Brake.TooManySickHosts,
            new Refusal(
                $"{sick.Count} hosts are sick at once ({BySite(state, sick)}); more than {state.Rules.MaxSickHosts} are a question of what they share, or of the monitoring.",
                $"Find out which. {ByHand(request)}"),
            null);
    }

    private static BrakeRuling? Flaps(BrakesState state, RequestRecovery request)
    {
        var episodes = state.Episodes.GetValueOrDefault(request.Host.Value) ?? [];
        return Flapping.Until(episodes, request.At, state.Rules) is { } quiet
            ? new(Brake.Flapping, Flapping.Why(request.Host, episodes.Count(one => one.At + state.Rules.FlappingWindow > request.At), quiet, state.Rules), quiet)
            : null;
    }

    private static BrakeRuling? Blocked(BrakesState state, RequestRecovery request)
    {
        var block = state.Rules.BlockAfterRecovery;
        return state.Recoveries.FindLast(earlier => earlier.Host == request.Host && !state.NeverRan.Contains(earlier.Run)) is { } last && last.At + block > request.At
            ? new(
                Brake.RecoveredLately,
                new Refusal(
                    $"{request.Host} was recovered at {last.At:u} ({last.Run}), less than {block.TotalMinutes:0.#} minutes ago.",
                    $"It is looked at again when that time is over; or start the plan by hand ({Start(request)})."),
                last.At + block)
            : null;
    }

    private static BrakeRuling? Capped(BrakesState state, RequestRecovery request)
    {
        var rules = state.Rules;
        var lately = state.Recoveries.Where(earlier => earlier.At + rules.Window > request.At).ToArray();
        return lately.Length < rules.MaxRecoveries ? null : new(
            Brake.TooManyRecoveries,
            new Refusal(
                $"{lately.Length} recoveries began by themselves within {rules.Window.TotalMinutes:0.#} minutes; {rules.MaxRecoveries} may.",
                $"It is looked at again when the oldest is out of that window; or start the plan by hand ({Start(request)})."),
            lately[^rules.MaxRecoveries].At + rules.Window);
    }

    private static string ByHand(RequestRecovery request) => $"To move {request.Host}'s VMs all the same, start the plan by hand ({Start(request)}).";

    private static string Start(RequestRecovery request) => $"drctl run start PLAN --host {request.Host} --reason WHY";

    private static string End(MaintenanceTarget target) =>
        target.Kind is MaintenanceKind.Site ? $"drctl maintenance end --site {target.Name} --reason WHY" : $"drctl maintenance end --host {target.Name} --reason WHY";

    /// <summary>Site by site where that is known, so that a person sees at once whether it is one of them.</summary>
    private static string BySite(BrakesState state, IReadOnlyList<string> sick)
    {
        var sites = sick.GroupBy(host => state.SiteOf(new HostId(host), null)).OrderBy(site => site.Key?.Value, StringComparer.Ordinal).ToArray();
        return sites is [{ Key: null }]
            ? List(sick)
            : string.Join("; ", sites.Select(site => $"{(site.Key is { } name ? $"site {name}" : "of no known site")}: {List([.. site])}"));
    }

    private static string List(IReadOnlyList<string> hosts) =>
        string.Join(", ", hosts.Take(Named)) + (hosts.Count > Named ? $" and {hosts.Count - Named} more" : "");
}
