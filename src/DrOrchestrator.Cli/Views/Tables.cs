using Spectre.Console;
using Spectre.Console.Rendering;

namespace DrOrchestrator.Cli.Views;

/// <summary>Tables in one look: no lines at all, for width is dear, and nothing that steers a terminal.</summary>
internal static class Tables
{
    public static Table New(params ReadOnlySpan<string> columns)
    {
        var table = new Table { Border = TableBorder.None };
        foreach (var column in columns)
        {
            // The first one names the row: it is copied into the next command and must stay in one piece.
            table.AddColumn(new TableColumn(new Text(column, Ink.Strong)) { Padding = new Padding(0, 0, 2, 0), NoWrap = table.Columns.Count == 0 });
        }

        return table;
    }

    public static Text Cell(string? text, Style? style = null) => new(Clean.Of(text), style);

    public static IRenderable Sentence(string text, Style? style = null) => new Text(Clean.Of(text), style);
}
