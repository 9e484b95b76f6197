using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Cli.Views;

/// <summary>The steps of one VM's way on one line, the current one in brackets and capitals.</summary>
internal static class StepChain
{
    private static readonly Dictionary<string, string> Short = new()
    {
        ["source-preparation"] = "preparation",
        ["network-transfer"] = "transfer",
        ["destination-setup"] = "setup",
        ["cutover"] = "cutover",
        ["verification"] = "verification",
    };

    /// <summary>Full names where there is room for them, else shorter ones, else the place of the current one.</summary>
    public static void Add(Line line, IReadOnlyList<StepView> steps, int width, Marks marks)
    {
        foreach (var names in new Func<StepView, string>[] { step => Words.Plain(step.Step), step => Short.GetValueOrDefault(step.Step, step.Step) })
        {
            var pieces = steps.Select(step => Piece(step, names(step), marks)).ToArray();
            var separator = $" {marks.Then} ";
            if (pieces.Sum(piece => piece.Length) + (separator.Length * (pieces.Length - 1)) <= width)
            {
                foreach (var (index, step) in steps.Index())
                {
                    line.Add(index == 0 ? "" : separator, Ink.Quiet).Add(pieces[index], InkOf(step));
                }

                return;
            }
        }

        var current = steps.Index().LastOrDefault(entry => entry.Item.State is "current" or "stopped");
        line.Add(current.Item is { } now ? $"{current.Index + 1}/{steps.Count} {Words.Plain(now.Step)}" : "", Ink.Now);
    }

    private static string Piece(StepView step, string name, Marks marks) => step.State switch
    {
        "done" or "passed" => $"{name} {marks.Done}",
        "current" => $"[{name.ToUpperInvariant()}]",
        "stopped" => $"{name} {marks.Failed}",
        _ => name,
    };

    private static Spectre.Console.Style InkOf(StepView step) => step.State switch
    {
        "done" or "passed" => Ink.Good,
        "current" => Ink.Now,
        "stopped" => Ink.Bad,
        _ => Ink.Quiet,
    };
}
