using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Cli.Views;

/// <summary>
/// A run as a screen: what is under way, then what went wrong, then what waits, then what is done. Where the
/// screen is too low for all of it, groups fold from the end, and what went wrong never folds before what went well.
/// </summary>
internal static class RunScreen
{
    private const int LinesOfTrouble = 3;

    /// <summary>On a wider screen the eye would lose the row on its way to the right edge.</summary>
    private const int Widest = 132;

    /// <summary>The whole, however long.</summary>
    public static IReadOnlyList<Line> Whole(RunDetail detail, int screen, Marks marks)
    {
        var width = Math.Min(screen, Widest);
        var columns = VmColumns.For(detail.Vms, width, marks);
        var lines = new List<Line>(RunHeader.Of(detail, width, marks));
        foreach (var group in Groups(detail))
        {
            lines.Add(Line.Blank);
            lines.AddRange(group.Vms.SelectMany(vm => Of(vm, group.Kind, detail, columns, marks, whole: true)));
        }

        return lines;
    }

    /// <summary>What fits on a screen of this height.</summary>
    public static IReadOnlyList<Line> Fitting(RunDetail detail, int screen, int height, Marks marks)
    {
        var width = Math.Min(screen, Widest);
        var columns = VmColumns.For(detail.Vms, width, marks);
        var lines = new List<Line>(RunHeader.Of(detail, width, marks)) { Line.Blank };
        var groups = Groups(detail);
        var airy = groups.SelectMany(group => group.Vms.SelectMany(vm => Of(vm, group.Kind, detail, columns, marks, whole: false)).Append(Line.Blank)).ToArray();
        if (lines.Count + airy.Length - 1 <= height)
        {
            return [.. lines, .. airy.SkipLast(1)];
        }

        foreach (var (index, group) in groups.Index())
        {
            // Every later group keeps one line, so that nothing vanishes without a word.
            var room = height - lines.Count - (groups.Length - index - 1);
            lines.AddRange(Fold(group, room, detail, columns, marks));
        }

        return lines;
    }

    private static List<Line> Fold(Group group, int room, RunDetail detail, VmColumns columns, Marks marks)
    {
        var blocks = group.Vms.Select(vm => Of(vm, group.Kind, detail, columns, marks, whole: false).ToArray()).ToArray();
        if (group.Kind is Kind.Failed && blocks.Sum(block => block.Length) > room)
        {
            // Better every name with the beginning of its sentence than one whole sentence and no second name.
            blocks = [.. group.Vms.Select(vm => VmLines.Ended(vm, columns, marks, whole: false).ToArray())];
        }

        var fits = 0;
        var used = 0;
        while (fits < blocks.Length && used + blocks[fits].Length + (fits == blocks.Length - 1 ? 0 : 1) <= room)
        {
            used += blocks[fits++].Length;
        }

        var lines = blocks.Take(fits).SelectMany(block => block).ToList();
        if (fits < blocks.Length)
        {
            var names = string.Join(", ", group.Vms.Skip(fits).Select(vm => vm.Name));
            var more = $"  {marks.More} {blocks.Length - fits} {(fits > 0 ? "more " : "")}{Title(group.Kind)}: ";
            lines.Add(Line.Of(more, InkOf(group.Kind)).Add(Line.Cut(names, Math.Max(0, columns.Width - more.Length)), Ink.Quiet));
        }

        return lines;
    }

    private static IEnumerable<Line> Of(RunVmView vm, Kind kind, RunDetail detail, VmColumns columns, Marks marks, bool whole) => kind switch
    {
        Kind.UnderWay => VmLines.UnderWay(vm, columns, detail.At, marks),
        Kind.Waiting => [VmLines.Waiting(vm, columns, detail.At, marks)],
        Kind.Failed when !whole => Shortened([.. VmLines.Ended(vm, columns, marks, whole: true)], marks),
        _ => VmLines.Ended(vm, columns, marks, whole),
    };

    /// <summary>A hypervisor's message may be a page long; drctl run show has it whole.</summary>
    private static Line[] Shortened(Line[] lines, Marks marks) =>
        lines.Length <= LinesOfTrouble ? lines : [.. lines.Take(LinesOfTrouble - 1), lines[LinesOfTrouble - 1].Add($" {marks.More}", Ink.Warn)];

    private static Group[] Groups(RunDetail detail) =>
    [
        .. detail.Vms.GroupBy(vm => vm.State switch
        {
            "starting" or "moving" or "aborting" or "investigating" => Kind.UnderWay,
            "failed" or "unknown" or "refused" or "unplaced" => Kind.Failed,
            "waiting" or "retrying" => Kind.Waiting,
            _ => Kind.Done,
        }).OrderBy(group => group.Key).Select(group => new Group(group.Key, [.. Order(group.Key, group)])),
    ];

    /// <summary>Of what is done the last is first: that is what changed.</summary>
    private static IEnumerable<RunVmView> Order(Kind kind, IEnumerable<RunVmView> vms) => kind switch
    {
        Kind.Done => vms.OrderByDescending(vm => vm.EndedAt),
        Kind.Waiting => vms.OrderBy(vm => vm.State == "retrying" ? 0 : 1),
        _ => vms,
    };

    private static string Title(Kind kind) => kind switch
    {
        Kind.UnderWay => "under way",
        Kind.Failed => "need a look",
        Kind.Waiting => "waiting",
        _ => "done",
    };

    private static Spectre.Console.Style InkOf(Kind kind) => kind switch
    {
        Kind.UnderWay => Ink.Now,
        Kind.Failed => Ink.Bad,
        Kind.Waiting => Ink.Plain,
        _ => Ink.Good,
    };

    private enum Kind
    {
        UnderWay,
        Failed,
        Waiting,
        Done,
    }

    private sealed record Group(Kind Kind, RunVmView[] Vms);
}
