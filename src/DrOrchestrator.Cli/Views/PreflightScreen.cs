using DrOrchestrator.Contracts.Http;
using Spectre.Console.Rendering;

namespace DrOrchestrator.Cli.Views;

/// <summary>The findings of preflight, VM by VM.</summary>
internal static class PreflightScreen
{
    public static IRenderable Of(PreflightReport report, int width)
    {
        var (word, ink) = report.Verdict switch
        {
            "errors" => ("SOMETHING WOULD STOP A MOVE", Ink.Bad),
            "warnings" => ("IT COULD RUN, WITH WARNINGS", Ink.Warn),
            _ => ("CLEAR", Ink.Good),
        };
        List<Line> lines =
        [
            Line.Of($"{report.Plan} of {report.Host}: ", Ink.Strong).Add(word, ink),
            Line.Of(report.PredictedSeconds is { } predicted
                ? $"{report.Vms.Count(vm => vm.To is not null)} of {report.Vms.Count} VMs would move, in about {Measures.Clock(Math.Ceiling(predicted))}."
                : $"{report.Vms.Count(vm => vm.To is not null)} of {report.Vms.Count} VMs would move; no prediction: the inventory has no link for it.", Ink.Quiet),
        ];
        lines.AddRange(report.PredictionLeavesOut is { } leftOut ? Line.Wrapped(leftOut, 0, width, Ink.Quiet) : []);
        lines.AddRange(report.Findings.SelectMany(finding => Finding(finding, width)));
        foreach (var vm in report.Vms)
        {
            lines.Add(Line.Blank);
            lines.Add(Line.Of(vm.Name, Ink.Strong).Add(vm.To is null ? $"  stays at {vm.From}" : $"  {vm.From} to {vm.To}"));
            lines.AddRange(vm.Findings.SelectMany(finding => Finding(finding, width)));
        }

        return Line.Render(lines, width);
    }

    private static IEnumerable<Line> Finding(FindingView finding, int width)
    {
        var ink = finding.Severity switch { "error" => Ink.Bad, "warning" => Ink.Warn, _ => Ink.Quiet };
        var word = finding.Severity switch { "error" => "ERROR  ", "warning" => "warning", _ => "" };
        return Line.Wrapped($"{word}{(word.Length > 0 ? " " : "")}{Words.Plain(finding.Area)}: {finding.Fact}{(finding.WayOut is { } way ? $" {way}" : "")}", 2, width, ink);
    }
}
