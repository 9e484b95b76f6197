using DrOrchestrator.Contracts.Http;
using Spectre.Console.Rendering;

namespace DrOrchestrator.Cli.Views;

/// <summary>Sites, one block each.</summary>
internal static class SiteScreen
{
    /// <summary>Conditions shown of one site; the rest is counted, and drctl alerts has them all.</summary>
    private const int Shown = 8;

    public static IRenderable Of(SiteList list, int width)
    {
        List<Line> lines = list.Sites.Count == 0 ? [Line.Of("The inventory has no site with a host.")] : [];
        foreach (var site in list.Sites)
        {
            lines.AddRange(lines.Count > 0 ? [Line.Blank] : []);
            lines.AddRange(Site(site, width));
        }

        return Line.Render(lines, width);
    }

    private static IEnumerable<Line> Site(SiteView site, int width)
    {
        yield return Line.Of($"Site {site.Name}", Ink.Strong).Add(site.Maintenance is null ? "" : "  IN MAINTENANCE", Ink.Warn);
        if (site.Maintenance is { } work)
        {
            foreach (var line in Line.Wrapped($"until {Measures.DayAndTime(work.Until)} by {work.By}: {work.Reason}", 2, width))
            {
                yield return line;
            }
        }

        yield return Row("Hosts").Add($"{site.Hosts.Answering} of {site.Hosts.Total} answer, {site.RunningVms} VMs run");
        foreach (var line in new[] { Names("No answer", site.Hosts.Silent, Ink.Bad, width), Names("Sick", site.Hosts.Sick, Ink.Bad, width), Names("Worked on", site.Hosts.InMaintenance, Ink.Warn, width) }.OfType<Line>())
        {
            yield return line;
        }

        var room = site.Capacity;
        yield return Row("Free").Add(room.Hosts == 0
            ? "nothing: no host there could take a VM"
            : $"{Measures.Part(room.MemoryFreeBytes, room.MemoryTotalBytes)} memory, {room.Vcpus} vCPUs on {room.Cpus} CPUs, over {room.Hosts} hosts that could take VMs", room.Hosts == 0 ? Ink.Warn : Ink.Plain);
        yield return Row("Moves").Add($"{site.MovesUnderWay} of {site.MovesLimit} slots in use{(site.MovesWaiting > 0 ? $", {site.MovesWaiting} wait" : "")}");
        foreach (var line in site.Conditions.Take(Shown).SelectMany(condition => Line.Wrapped($"- {condition.Host}: {condition.Name} since {Measures.DayAndTime(condition.StartsAt)}. {condition.Summary}", 2, width)))
        {
            yield return line;
        }

        if (site.Conditions.Count > Shown)
        {
            yield return Line.Of($"  and {site.Conditions.Count - Shown} more conditions (drctl alerts)", Ink.Quiet);
        }
    }

    private static Line Row(string what) => Line.Of($"  {what}").To(13);

    private static Line? Names(string what, IReadOnlyList<string> hosts, Spectre.Console.Style ink, int width) =>
        hosts.Count == 0 ? null : Row(what).Add(Line.Cut($"{hosts.Count}: {string.Join(", ", hosts)}", width - 13), ink);
}
