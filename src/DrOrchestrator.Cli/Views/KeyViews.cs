using DrOrchestrator.Contracts.Http;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DrOrchestrator.Cli.Views;

/// <summary>Keys, and calls that were refused.</summary>
internal static class KeyViews
{
    public static IRenderable Keys(KeyList list)
    {
        var table = Tables.New("Key", "Subject", "Scopes", "Made", "By", "State");
        foreach (var key in list.Keys)
        {
            table.AddRow(
                Tables.Cell(key.Id, Ink.Strong),
                Tables.Cell(key.Subject),
                Tables.Cell(string.Join(", ", key.Scopes)),
                Tables.Cell(Measures.DayAndTime(key.CreatedAt)),
                Tables.Cell(key.CreatedBy),
                Tables.Cell(key.RevokedAt is { } at ? $"revoked {Measures.DayAndTime(at)} by {key.RevokedBy}" : "active", key.RevokedAt is null ? Ink.Good : Ink.Quiet));
        }

        return table;
    }

    public static IRenderable Refusals(AccessRefusalPage page)
    {
        var table = Tables.New("When", "From", "Call", "Status", "Subject", "Key", "Why");
        foreach (var refusal in page.Refusals)
        {
            table.AddRow(
                Tables.Cell(Measures.DayAndTime(refusal.At)),
                Tables.Cell(refusal.Remote),
                Tables.Cell($"{refusal.Method} {refusal.Path}"),
                Tables.Cell($"{refusal.Status}", Ink.Warn),
                Tables.Cell(refusal.Subject),
                Tables.Cell(refusal.KeyId),
                Tables.Cell(refusal.Why));
        }

        return page.Suppressed == 0
            ? table
            : new Rows(table, Tables.Sentence($"{page.Suppressed} more were only counted, because their source sent too many.", Ink.Warn));
    }
}
