using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Server.Api.Admission;

namespace DrOrchestrator.Server.Concerns;

/// <summary>What holds automation back over all hosts, by the record alone.</summary>
public static class FleetConcerns
{
    public static IEnumerable<Concern> Of(AdmissionState admission, BrakesState brakes, DateTimeOffset now) =>
        new[] { Stopped(admission), TooManySick(brakes, now) }.OfType<Concern>().Concat(SickSites(brakes));

    /// <summary>From its request on: that it is not in force yet makes it no less of a stop.</summary>
    private static Concern? Stopped(AdmissionState admission) => admission.Stop is not { } stop ? null : new Concern(
        ConcernKind.DrEverythingStopped,
        [],
        AdmissionViews.Sentence(admission)!,
        "Let it go on when the reason is over.",
        "drctl resume-all --reason \"…\"",
        stop.At);

    /// <summary>One for the whole: each host that was held back is told as a waiting decision of its own, and this says why they are many.</summary>
    private static Concern? TooManySick(BrakesState brakes, DateTimeOffset now)
    {
        var held = HeldBy(brakes, Brake.TooManySickHosts);
        return held.MinBy(one => one.At) is not { } first ? null : new Concern(
            ConcernKind.DrTooManySickHosts,
            [],
            $"{brakes.Counting(now).Count} hosts are sick at once; nothing begins by itself for {string.Join(", ", held.Select(one => one.Host))}. {first.Why.Reason}",
            first.Why.WayOut,
            "drctl brakes",
            first.At);
    }

    /// <summary>One for each site of which too many hosts are sick.</summary>
    private static IEnumerable<Concern> SickSites(BrakesState brakes) => HeldBy(brakes, Brake.TooManySickHostsAtSite)
        .GroupBy(held => brakes.SiteOf(held.Host, null))
        .Select(held => (Site: held.Key?.Value ?? "unknown", Held: held.ToArray(), First: held.MinBy(one => one.At)!))
        .Select(site => new Concern(
            ConcernKind.DrTooManySickHosts,
            [new("site", site.Site)],
            $"Site {site.Site}: nothing begins by itself for {string.Join(", ", site.Held.Select(one => one.Host))}. {site.First.Why.Reason}",
            site.First.Why.WayOut,
            "drctl sites",
            site.First.At));

    private static BrakesEvent.RecoveryHeldBack[] HeldBy(BrakesState brakes, Brake brake) =>
        [.. brakes.Decided.Values.OfType<BrakesEvent.RecoveryHeldBack>().Where(held => held.Brake == brake && brakes.Sick.ContainsKey(held.Host.Value))];
}
