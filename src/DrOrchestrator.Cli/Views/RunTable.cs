using DrOrchestrator.Contracts.Http;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DrOrchestrator.Cli.Views;

/// <summary>Runs, one to a line.</summary>
internal static class RunTable
{
    public static IRenderable Of(RunList list)
    {
        if (list.Runs.Count == 0)
        {
            return Tables.Sentence("There was no run yet. Start one with drctl run start PLAN --host HOST --reason WHY.\n");
        }

        var table = Tables.New("Run", "State", "Moved", "Look", "Started", "Took", "By");
        foreach (var run in list.Runs)
        {
            var word = run.Outcome ?? run.Phase;
            table.AddRow(
                Tables.Cell(run.Id, Ink.Strong),
                Tables.Cell(Words.Plain(word), Words.InkOf(word)),
                Tables.Cell($"{run.Vms.Moved}/{run.Vms.Total}"),
                Tables.Cell(run.Vms.Failed == 0 ? "" : $"{run.Vms.Failed}", Ink.Bad),
                Tables.Cell(Measures.DayAndMinute(run.StartedAt)),
                Tables.Cell(Measures.Clock(run.ElapsedSeconds)),
                Tables.Cell(run.Trigger.By));
        }

        return table;
    }
}
