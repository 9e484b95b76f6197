using DrOrchestrator.Contracts.Http;
using Spectre.Console.Rendering;

namespace DrOrchestrator.Cli.Views;

/// <summary>What holds automation back.</summary>
internal static class BrakesScreen
{
    public static IRenderable Of(BrakesView view, int width)
    {
        List<Line> lines =
        [
            view.HeldBack.Count == 0
                ? Line.Of("Nothing is held back.", Ink.Good)
                : Line.Of($"{view.HeldBack.Count} {(view.HeldBack.Count == 1 ? "recovery is" : "recoveries are")} held back:", Ink.Bad),
            .. view.HeldBack.SelectMany(held => Line.Wrapped($"- {held.Host}: {Words.Plain(held.Brake)}. {held.Reason} {held.WayOut}", 2, width)),
            Line.Blank,
            Line.Of("Sick").To(13).Add(view.SickHosts.Count == 0 ? "none" : $"{string.Join(", ", view.SickHosts)}; more than {view.Rules.MaxSickHosts} at once, or {view.Rules.MaxSickHostsPerSite} of one site, are a person's question"),
            .. view.NotCounting is { Count: > 0 } others ? new[] { Line.Of("").To(13).Add($"not counting {string.Join(", ", others)}: not of the inventory, in maintenance, or emptied", Ink.Quiet) } : [],
            Line.Of("Began lately").To(13).Add($"{view.Recoveries.Count} by themselves; at most {view.Rules.MaxRecoveries} within {Measures.Clock(view.Rules.WindowSeconds)}, the same host not within {Measures.Clock(view.Rules.BlockSeconds)}"),
            .. view.Recoveries.Take(5).Select(cleared => Line.Of("").To(13).Add($"{Measures.DayAndTime(cleared.At)} {cleared.Run}", Ink.Quiet)),
            .. view.Rules is { FlappingEpisodes: { } episodes, FlappingWindowSeconds: { } window, FlappingQuietSeconds: { } quiet }
                ? new[] { Line.Of("Flapping").To(13).Add($"from {episodes} times sick within {Measures.Clock(window)} on, until it has stood for {Measures.Clock(quiet)}") }
                : [],
            Line.Of("Maintenance").To(13).Add(view.Maintenance.Count == 0 ? "none" : ""),
            .. view.Maintenance.SelectMany(one => Line.Wrapped($"- {one.Kind} {one.Name} until {Measures.DayAndTime(one.Until)} by {one.By}: {one.Reason}", 2, width)),
        ];
        return Line.Render(lines, width);
    }
}
