using DrOrchestrator.Contracts.Http;
using Spectre.Console.Rendering;

namespace DrOrchestrator.Cli.Views;

/// <summary>Differences between the inventory and what was seen.</summary>
internal static class DriftScreen
{
    public static IRenderable Of(DriftReport report, int width)
    {
        var surprising = report.Findings.Count(found => !found.OfOurOwn);
        List<Line> lines = report.LookedAt is not { } at
            ? [Line.Of("The hosts were not looked at yet: nothing is known.", Ink.Warn)]
            :
            [
                surprising == 0 ? Line.Of("Nothing differs that no run brought about.", Ink.Good) : Line.Of($"{surprising} {(surprising == 1 ? "difference" : "differences")}:", Ink.Bad),
                .. report.Findings.Where(found => !found.OfOurOwn).SelectMany(found => Line.Wrapped($"- {Words.Plain(found.Kind)}: {found.Fact}", 2, width)),
                .. report.Findings.Where(found => found.OfOurOwn).SelectMany(found => Line.Wrapped($"- by a run of ours: {found.Fact}", 2, width, Ink.Quiet)),
                .. report.SilentHosts.Count == 0 ? [] : Line.Wrapped($"No answer from {string.Join(", ", report.SilentHosts)}: what they have is not known, and no VM counts as missing.", 0, width, Ink.Warn),
                Line.Of($"Hosts looked at {Measures.DayAndTime(at)}. Nothing is repaired by itself.", Ink.Quiet),
            ];
        return Line.Render(lines, width);
    }
}
