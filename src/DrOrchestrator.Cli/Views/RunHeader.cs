using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Cli.Views;

/// <summary>The head of a run's screen: which run, why, how far, and how that compares.</summary>
internal static class RunHeader
{
    private const int BarWidth = 24;

    public static IEnumerable<Line> Of(RunDetail detail, int width, Marks marks)
    {
        var run = detail.Run;
        var word = run.Outcome ?? run.Phase;
        var state = $"{Words.Plain(word).ToUpperInvariant()}  {Measures.Clock(run.ElapsedSeconds)}";
        yield return Line.Of(Line.Cut(run.Id, width - state.Length - 2), Ink.Strong).Right(state, width, Words.InkOf(word));
        yield return Line.Of($"{run.Plan} of {run.Host}, started {Measures.DayAndTime(run.StartedAt)} by {run.Trigger.By} ({run.Trigger.Kind}):");
        foreach (var line in Line.Wrapped(run.Trigger.Cause, 2, width).Take(3))
        {
            yield return line;
        }

        if (detail.Simulated)
        {
            yield return Line.Of("SIMULATED hosts and guests: none of these figures is a real one.", Ink.Warn);
        }

        yield return Line.Blank;
        if (run.Vms.Total > 0)
        {
            yield return Progress(run.Vms, marks);
        }

        if (Time(detail, width, marks) is { } time)
        {
            yield return time;
        }

        foreach (var line in Plan(detail, width))
        {
            yield return line;
        }

        foreach (var line in Ending(detail, width))
        {
            yield return line;
        }
    }

    private static Line Progress(RunCounts vms, Marks marks)
    {
        var line = Line.Of(marks.Bar((double)vms.Moved / vms.Total, BarWidth), Ink.Good).Add($"  {vms.Moved} of {vms.Total} VMs moved", Ink.Strong);
        void Count(int count, string what, Spectre.Console.Style ink) => line.Add(count > 0 ? $" {marks.Dot} {count} {what}" : "", ink);
        Count(vms.Failed, vms.Failed == 1 ? "NEEDS A LOOK" : "NEED A LOOK", Ink.Bad);
        Count(vms.UnderWay, "under way", Ink.Now);
        Count(vms.Waiting, "waiting", Ink.Plain);
        Count(vms.Aborted, "stopped", Ink.Warn);
        return line;
    }

    private static Line? Time(RunDetail detail, int width, Marks marks)
    {
        if (detail.MovingSeconds is not { } moving)
        {
            return null;
        }

        var line = Line.Of($"{(detail.Run.EndedAt is null ? "Moving for" : "Moved in")} {Measures.Clock(moving)}");
        if (detail.PredictedSeconds is not { } predicted)
        {
            return line.Add($" {marks.Dot} no prediction: the inventory has no link for it", Ink.Quiet);
        }

        line.Add($" {marks.Dot} predicted {Measures.Clock(Math.Ceiling(predicted))}");
        line.Add(moving > (predicted * 1.25) + 10 ? $" ({Measures.Clock(moving - predicted)} over)" : "", Ink.Warn);
        line.Add(detail.LowerBoundSeconds is { } bound ? $" {marks.Dot} at best {Measures.Clock(Math.Ceiling(bound))}" : "", Ink.Quiet);
        return line.Add(detail.BoundBy is { } what ? Line.Cut($" ({what})", Math.Max(0, width - line.Length)) : "", Ink.Quiet);
    }

    /// <summary>What else is to be known of the plan, a line each: what slows it down, and where it was changed last.</summary>
    private static IEnumerable<Line> Plan(RunDetail detail, int width)
    {
        if (detail.PredictionLeavesOut is { } leftOut)
        {
            yield return Line.Of(Line.Cut(leftOut, width), Ink.Quiet);
        }

        if (detail is { HeldBackBy: { } limit, Run.EndedAt: null })
        {
            yield return Line.Of(Line.Cut($"Held back by {limit}", width), Ink.Quiet);
        }

        foreach (var left in detail.LeftOut.Take(2))
        {
            yield return Line.Of(Line.Cut($"Left out: {left}", width), Ink.Quiet);
        }

        if (detail.LeftOut.Count > 2)
        {
            yield return Line.Of($"and {detail.LeftOut.Count - 2} more hosts left out", Ink.Quiet);
        }

        if (detail.Replans is [.., { } last])
        {
            var text = $"Replanned at {Measures.Time(last.At)}: {string.Join(", ", last.Vms.Take(3))}{(last.Vms.Count > 3 ? $" and {last.Vms.Count - 3} more" : "")} elsewhere. {last.Cause}";
            yield return Line.Of(Line.Cut(text, width), Ink.Warn);
        }
    }

    private static IEnumerable<Line> Ending(RunDetail detail, int width)
    {
        if (detail.Run.Summary is { } summary)
        {
            return Line.Wrapped(summary, 0, width, Words.InkOf(detail.Run.Outcome!));
        }

        return detail.Abort is { } abort
            ? Line.Wrapped($"Being stopped by {abort.By} since {Measures.Time(abort.At)}: {abort.Reason}", 0, width, Ink.Warn)
            : detail.Run.Halted is { } halted ? Line.Wrapped($"NOTHING NEW BEGINS. {halted}", 0, width, Ink.Warn)
            : detail.Run.Phase == "observing" ? [Line.Of("The hosts are being looked at.", Ink.Quiet)] : [];
    }
}
