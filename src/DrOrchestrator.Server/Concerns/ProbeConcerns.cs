using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Server.Probes;

namespace DrOrchestrator.Server.Concerns;

/// <summary>
/// What our own probes found of a host and no plan acts on. It is told and nothing more: nothing can be live-migrated off a host that does not
/// answer, and what the probes found outlasts it by the answers that end it, so a plan would begin just when the host is back. Where a plan acted
/// after all and its run is over, nothing acts any more, and it is told as well.
/// </summary>
internal static class ProbeConcerns
{
    public static IEnumerable<Concern> Of(HostState host) => host.Host is not { } name ? [] :
        host.Conditions.Values.Where(condition => ProbeReports.IsOne(condition) && (host.Phase is HostPhase.Handled || !host.Acting.Contains(condition.Fingerprint)))
            .Select(condition => Of(name, condition));

    private static Concern Of(HostId host, HostCondition condition) => condition.Name == ProbeReports.NotAnswering
        ? new Concern(
            ConcernKind.DrHostNotAnswering,
            About(host, condition),
            $"{condition.Summary} Whether its VMs run is not known; nothing is done to them.",
            $"Look at {host} by another way: its console, its management controller, its guests from their own network. Restore its connection, or make sure that it is off; "
            + "start no copy of its VMs before.",
            $"drctl hosts {host}",
            condition.StartsAt)
        : new Concern(
            ConcernKind.DrHostAnsweringUnsteadily,
            About(host, condition),
            $"{condition.Summary} A migration to or off it could be cut off midway.",
            $"Find out what makes {host} falter: its management network, its load, its hypervisor's daemon.",
            $"drctl hosts {host}",
            condition.StartsAt);

    /// <summary>The site too, so that hosts of one that fall silent together can be grouped.</summary>
    private static KeyValuePair<string, string>[] About(HostId host, HostCondition condition) =>
        [new("host", host.Value), .. condition.Labels.TryGetValue("site", out var site) ? [new("site", site)] : Array.Empty<KeyValuePair<string, string>>()];
}
