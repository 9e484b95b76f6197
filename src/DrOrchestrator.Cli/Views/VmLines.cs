using System.Globalization;
using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Cli.Views;

/// <summary>Where the columns of a run's VMs are.</summary>
internal sealed record VmColumns(int Name, int Way, int Width)
{
    public const int Mark = 2;

    public int Body => Mark + Name + 1 + Way + 1;

    public static VmColumns For(IReadOnlyList<RunVmView> vms, int width, Marks marks) => new(
        Math.Clamp(vms.Select(vm => vm.Name.Length).DefaultIfEmpty(0).Max(), 4, 18),
        Math.Clamp(vms.Select(vm => VmLines.Way(vm, marks).Length).DefaultIfEmpty(0).Max(), 4, 24),
        width);
}

/// <summary>One VM of a run as lines of a screen.</summary>
internal static class VmLines
{
    private const int BarWidth = 12;

    public static string Way(RunVmView vm, Marks marks) => vm.To is null ? $"{vm.From} {marks.To} ?" : $"{vm.From} {marks.To} {vm.To}";

    /// <summary>On its way: the steps, and under them the numbers of the transfer.</summary>
    public static IEnumerable<Line> UnderWay(RunVmView vm, VmColumns columns, DateTimeOffset now, Marks marks)
    {
        var elapsed = vm.ElapsedSeconds is { } seconds ? Measures.Clock(seconds) : "";
        var line = Head(vm, columns, marks);
        StepChain.Add(line, vm.Steps, columns.Width - columns.Body - elapsed.Length - 1, marks);
        yield return line.Right(elapsed, columns.Width);

        var below = new Line().To(4);
        if (vm.State is "investigating" or "aborting")
        {
            below.Add($"{Words.Plain(vm.State)}: ", Ink.Warn).Add(Line.Cut(vm.Sentence ?? "", columns.Width - below.Length), Ink.Warn);
        }
        else if (vm.Transfer is { } transfer && vm.Steps.Any(step => step is { Step: "network-transfer" or "destination-setup" or "cutover", State: "current" }))
        {
            Transfer(below, transfer, columns.Width, now, marks);
        }
        else
        {
            below.Add(Doing(vm), Ink.Quiet);
        }

        yield return below;
    }

    /// <summary>Ended: how, and the sentence; on one line where it must be short.</summary>
    public static IEnumerable<Line> Ended(RunVmView vm, VmColumns columns, Marks marks, bool whole)
    {
        var line = Head(vm, columns, marks).Add(Outcome(vm), Words.InkOf(vm.State));
        var elapsed = vm.ElapsedSeconds is { } seconds ? Measures.Clock(seconds) : "";
        var facts = Facts(vm, marks);
        if (whole)
        {
            yield return line.Add(facts.Length > 0 ? $"  {facts}" : "", Ink.Quiet).Right(elapsed, columns.Width);
            foreach (var more in Sentences(vm).SelectMany(sentence => Line.Wrapped(sentence, 4, columns.Width, vm.State == "moved" ? Ink.Quiet : Ink.Plain)))
            {
                yield return more;
            }
        }
        else
        {
            var text = string.Join($" {marks.Dot} ", new[] { facts, vm.Sentence }.Where(part => part is { Length: > 0 }));
            yield return line.Add($"  {Line.Cut(text, Math.Max(0, columns.Width - line.Length - elapsed.Length - 3))}", Ink.Quiet).Right(elapsed, columns.Width);
        }
    }

    public static Line Waiting(RunVmView vm, VmColumns columns, DateTimeOffset now, Marks marks)
    {
        var line = Head(vm, columns, marks);
        if (vm.State == "retrying")
        {
            var seconds = vm.NextAttemptAt is { } at ? Math.Max(0, Math.Ceiling((at - now).TotalSeconds)) : 0;
            line.Add(string.Create(CultureInfo.InvariantCulture, $"again in {seconds:0} s: "), Ink.Warn);
            return line.Add(Line.Cut(vm.Sentence ?? "", columns.Width - line.Length));
        }

        line.Add("waits for its turn", Ink.Quiet).Add(vm.MemoryBytes is { } memory ? $"  {Measures.Bytes(memory)}" : "", Ink.Quiet);
        var expected = vm is { PredictedBeginSeconds: { } begin, PredictedEndSeconds: { } end } ? $" {marks.Dot} predicted {Measures.Clock(begin)} to {Measures.Clock(Math.Ceiling(end))}" : "";
        line.Add(line.Length + expected.Length <= columns.Width ? expected : "", Ink.Quiet);
        var doubt = vm.Doubt is { } why ? $" {marks.Dot} {why}" : "";
        return line.Add(Line.Cut(doubt, Math.Max(0, columns.Width - line.Length)), Ink.Warn);
    }

    private static Line Head(RunVmView vm, VmColumns columns, Marks marks) => new Line()
        .Column(Words.MarkOf(vm.State, marks), VmColumns.Mark, Words.InkOf(vm.State))
        .Column(vm.Name, columns.Name, Ink.Strong).Add(" ")
        .Column(Way(vm, marks), columns.Way).Add(" ");

    /// <summary>Every number in its own column, so that the eye finds it again in the next row and in the next second.</summary>
    private static void Transfer(Line line, TransferView transfer, int width, DateTimeOffset now, Marks marks)
    {
        if (transfer is { TotalBytes: > 0 and { } total })
        {
            // What is left of this pass says more than what was sent: memory that changed is sent again.
            var left = transfer.RemainingBytes ?? Math.Max(0, total - (transfer.TransferredBytes ?? 0));
            var fraction = 1 - ((double)left / total);
            line.Add(marks.Bar(fraction, BarWidth), Ink.Now).Add($" {Measures.Percent(fraction),5}  ").Column($"{Measures.Part(left, total)} left", 17);
        }

        var age = (now - transfer.At).TotalSeconds;
        if (age >= 10)
        {
            // Rates of a while ago would only mislead.
            line.Add($"last heard {Measures.Clock(age)} ago", Ink.Warn);
            return;
        }

        (string Text, int Width, Spectre.Console.Style Ink)[] readings =
        [
            (transfer.ThroughputBytesPerSecond is { } rate ? Measures.Rate(rate) : "", 11, Ink.Plain),
            (transfer.DirtyBytesPerSecond is { } dirty ? $"dirty {Measures.Rate(dirty)}" : "", 17, Ink.Plain),
            (transfer.ExpectedDowntimeSeconds is { } pause ? $"pause {marks.About} {Measures.Pause(pause)}" : "", 15, Ink.Plain),
            (transfer.Iteration is { } pass ? $"pass {pass}" : "", 7, Ink.Plain),
            (transfer.ThrottlePercent is > 0 and { } throttle ? $"slow {throttle}%" : "", 9, Ink.Warn),
        ];
        foreach (var (text, column, ink) in readings.Where(reading => reading.Text.Length > 0 && line.Length + reading.Text.Length <= width))
        {
            line.Column(text, column, ink);
        }
    }

    private static string Doing(RunVmView vm) => vm.Steps.LastOrDefault(step => step.State == "current")?.Step switch
    {
        "source-preparation" => "Both hosts and the guest are looked at, and the transfer is made ready.",
        "verification" => "The guest is being asked whether it lives and is the same.",
        null => "It is being handed over.",
        _ => "No reading yet.",
    };

    private static string Outcome(RunVmView vm) => vm switch
    {
        { State: "moved" } => "moved",
        { RunsAt: { } host } => $"{vm.State}, runs at {host}",
        { State: "unknown" or "failed" } => $"{vm.State}, not known to run anywhere",
        _ => vm.State,
    };

    private static string Facts(RunVmView vm, Marks marks) => string.Join($" {marks.Dot} ", new[]
    {
        vm.ReportedDowntimeSeconds is { } pause ? $"pause {Measures.Pause(pause)}" : null,
        vm.Transfer?.TransferredBytes is { } sent && vm.State == "moved" ? $"{Measures.Bytes(sent)} sent" : null,
        vm.Attempt > 1 ? $"attempt {vm.Attempt}" : null,
        vm is { State: "moved", PredictedBeginSeconds: { } begin, PredictedEndSeconds: { } end } ? $"predicted {Measures.Clock(Math.Ceiling(end - begin))}" : null,
    }.Where(fact => fact is not null));

    private static IEnumerable<string> Sentences(RunVmView vm)
    {
        if (vm.Sentence is { Length: > 0 } sentence)
        {
            yield return sentence;
        }

        foreach (var warning in vm.Warnings)
        {
            yield return $"Preflight warned: {warning}";
        }
    }
}
