using static DrOrchestrator.Core.Health.Course;
using static DrOrchestrator.Core.Health.Diagnosis;

namespace DrOrchestrator.Core.Health;

/// <summary>
/// From observations to a diagnosis: an ordered table, the first row that applies is the one. Total, for its last row applies to everything.
/// <para><b>Two laws.</b> Only a host that answers steadily is evacuated live. Silence proves nothing about VMs: no row concludes from it that
/// they may be started elsewhere.</para>
/// <para><b>The order matters</b> in three places. An answer of the host itself goes before anything that others say. Guests that answer go before
/// silent neighbours: they show that the host lives, however little else is seen. And whoever sees nothing at all doubts itself before it doubts
/// the site.</para>
/// </summary>
public static class DiagnosisTable
{
    /// <summary>Fewer looks than this, all answered, are no steadiness.</summary>
    public const int LeastLooks = 2;

    private const string ByHand = "start the plan by hand (drctl run start PLAN --host HOST --reason WHY)";

    public static IReadOnlyList<DiagnosisRule> Rules { get; } =
    [
        new(
            HostNotInInventory, Withhold, o => !o.InInventory,
            (host, _) => $"stands for {host}, which the inventory does not have.",
            (host, _) => $"{host} is not in the inventory.",
            (_, _) => "Add it, or correct the alert's host label."),
        new(
            HostSickButAnswering, Propose, o => o.Looks.Asked >= LeastLooks && o.Looks.Answered == o.Looks.Asked,
            (host, o) => $"has stood on {host} past the hold-down, and the host answers ({(o.Facts.Length > 0 ? $"{o.Facts}; " : "")}{o}).",
            (_, _) => "",
            (_, _) => ""),
        new(
            HostAnswersUnsteadily, LookAgain, o => o.Looks.AnyAnswered,
            (host, o) => $"stands, and {host} answers unsteadily ({o}){Because(o)}",
            (host, o) => $"{host} answered {o.Looks} looks, so a migration off it could be cut off midway.",
            (host, _) => $"Find out what makes {host} falter; to move its VMs all the same, {ByHand}."),
        new(
            HostManagementLost, Withhold, o => o.Guests.AnyAnswered,
            (host, o) => $"stands, and {host} does not answer while its guests do ({o}){Because(o)}",
            (host, o) => $"{host} does not answer, but {o.Guests} of its guests do: it lives, and can not be told to move them.",
            (host, _) => $"Restore its management connection, and power nothing off; when {host} answers again, {ByHand}."),
        new(
            OrchestratorBlind, LookAgain, o => SeesNobody(o) && (o.SiteHosts.AllSilent || o.HostsElsewhere.AllSilent),
            (host, o) => $"stands, and neither {host} nor any other host answers ({o}){Because(o)}",
            (host, _) => $"No host answers this server anywhere, which says more of the server than of {host}.",
            (host, _) => $"Look at this server's own network first; when {host} answers again, {ByHand}."),
        new(
            SiteSilent, LookAgain, o => o.SiteHosts.AllSilent,
            (host, o) => $"stands, and no host of {host}'s site answers while hosts elsewhere do ({o}){Because(o)}",
            (host, o) => $"Neither {host} nor any other host of site {o.Site} answers: it is a question of the site, and whether its VMs run is not known.",
            (host, o) => $"Find out whether site {o.Site} is lost or only the way to it; when {host} answers again, {ByHand}."),
        new(
            HostSilent, Withhold, _ => true,
            (host, o) => $"stands, and {host} does not answer ({o}){Because(o)}",
            (host, _) => $"{host} does not answer, so its VMs may or may not be running and none is started elsewhere.",
            (host, _) => $"Restore its management connection; when {host} answers again, {ByHand}."),
    ];

    /// <summary>The one row that holds.</summary>
    public static DiagnosisRule Judge(HostObservations observed) => Rules.First(rule => rule.Applies(observed));

    private static bool SeesNobody(HostObservations o) => !o.SiteHosts.AnyAnswered && !o.HostsElsewhere.AnyAnswered;

    private static string Because(HostObservations o) => o.Silence is { } silence ? $": {silence}" : ".";
}
