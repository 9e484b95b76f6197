using DrOrchestrator.Contracts.Http;
using Spectre.Console.Rendering;

namespace DrOrchestrator.Cli.Views;

/// <summary>Whether everything is stopped, and who holds which slots.</summary>
internal static class AdmissionScreen
{
    public static IRenderable Of(AdmissionView view, int width)
    {
        List<Line> lines = [.. view.Stop is { } stop ? Stopped(stop, width) : [Line.Of("Nothing is stopped.", Ink.Good)]];
        lines.Add(Line.Blank);
        lines.AddRange(Line.Wrapped(
            $"{view.Held.Count + view.Doubtful.Count} of {view.Limits.Moves} slots are held, {view.Waiting.Count} {(view.Waiting.Count == 1 ? "move waits" : "moves wait")}. "
            + $"At most {view.Limits.MovesPerSite} per site, {view.Limits.MovesPerLink} per link, {view.Limits.MovesOutOfHost} out of a host, {view.Limits.MovesIntoHost} into one.",
            0,
            width));
        lines.AddRange(Own(view.Limits, width));
        lines.AddRange(Moves("Held", view.Held));
        lines.AddRange(view.Doubtful.SelectMany(slot => Doubtful(slot, width)));
        lines.AddRange(Moves("Waiting", view.Waiting));
        return Line.Render(lines, width);
    }

    private static IEnumerable<Line> Stopped(StopView stop, int width)
    {
        var head = stop.InForceAt is { } since
            ? $"STOPPED. No transfer begins since {Measures.Time(since)}."
            : $"STOPPING. Nothing is let through; {stop.Unheard.Count} {(stop.Unheard.Count == 1 ? "run has" : "runs have")} not answered for what was let through before: {string.Join(", ", stop.Unheard)}.";
        foreach (var line in Line.Wrapped(head, 0, width, Ink.Bad).Concat(Line.Wrapped($"By {stop.By} at {Measures.DayAndTime(stop.At)}: {stop.Reason}", 0, width)))
        {
            yield return line;
        }

        foreach (var line in (stop.Again ?? []).SelectMany(again => Line.Wrapped($"Again by {again.By} at {Measures.DayAndTime(again.At)}: {again.Reason}", 0, width)))
        {
            yield return line;
        }

        yield return stop.UnderWay.Count == 0
            ? Line.Of("No move is under way.")
            : Line.Of($"{stop.UnderWay.Count} {(stop.UnderWay.Count == 1 ? "move was" : "moves were")} under way and {(stop.UnderWay.Count == 1 ? "goes" : "go")} on; drctl run abort RUN --reason WHY stops them too:", Ink.Warn);
        foreach (var line in Moves("", stop.UnderWay))
        {
            yield return line;
        }

        yield return Line.Of("Let it go on: drctl resume-all --reason WHY", Ink.Quiet);
    }

    /// <summary>Of a fleet in which every host has a limit, those that are in use are of interest.</summary>
    private static IEnumerable<Line> Own(LimitsView limits, int width)
    {
        var (hosts, hypervisors) = (limits.Hosts ?? [], limits.Hypervisors ?? []);
        string[] uses =
        [
            .. hosts.Where(host => host.Held > 0).Select(host => $"{host.Name} {host.Held} of {host.AtOnce}"),
            .. hypervisors.Select(limit => $"{limit.Name} {limit.Held} of {limit.AtOnce} over all its hosts"),
        ];
        var idle = hosts.Count(host => host.Held == 0);
        var rest = idle == 0 ? "" : $" {idle} {(uses.Length == 0 ? "" : "more ")}{(idle == 1 ? "host has a limit of its own" : "hosts have limits of their own")} and no move.";
        return hosts.Count + hypervisors.Count == 0 ? []
            : Line.Wrapped(uses.Length == 0 ? rest.Trim() : $"Limits of hosts and hypervisors: {string.Join(", ", uses)}.{rest}", 0, width);
    }

    private static IEnumerable<Line> Doubtful(DoubtfulSlotView slot, int width) =>
    [
        Line.Of("In doubt", Ink.Warn).To(9).Add(slot.Vm, Ink.Strong).To(34).Add($"{slot.From} to {slot.To}").To(52).Add(slot.Run, Ink.Quiet),
        .. Line.Wrapped($"Since {Measures.DayAndTime(slot.Since)}: {slot.Reason} Its slot is kept until the VM is cleared; if you know that nothing of it is under way: drctl admission release {slot.Move} --reason WHY", 9, width),
    ];

    private static IEnumerable<Line> Moves(string what, IReadOnlyList<SlotView> slots) => slots.Select((slot, index) =>
        Line.Of(index == 0 ? what : "").To(9).Add(slot.Vm, Ink.Strong).To(34).Add($"{slot.From} to {slot.To}").To(52).Add(slot.Run, Ink.Quiet));
}
