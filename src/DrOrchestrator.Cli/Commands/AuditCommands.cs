using System.CommandLine;
using System.Globalization;
using DrOrchestrator.Cli.Views;
using DrOrchestrator.Contracts.Http;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DrOrchestrator.Cli.Commands;

/// <summary>The record itself.</summary>
internal static class AuditCommands
{
    public static Command All(CallFactory calls)
    {
        var stream = new Argument<string>("STREAM") { Description = "A kind and an id: host-NAME, run-ID or vm-ID; admission-fleet (the slots of all runs, the stop) and brakes-fleet (what may begin by itself) are of the whole fleet." };
        var after = new Option<long>("--after") { Description = "Only events after this version.", HelpName = "VERSION" };
        return new Command("audit", "The recorded events.")
        {
            calls.Runs(new Command("show", "The events of one host, run or VM, or of the fleet, with what caused each.") { stream, after }, async (call, parsed, cancellationToken) =>
                call.Show(
                    await call.Api.Get<EventPage>($"streams/{Uri.EscapeDataString(parsed.GetRequiredValue(stream))}/events?after={parsed.GetValue(after)}", cancellationToken),
                    View)),
        };
    }

    private static IRenderable View(EventPage page)
    {
        var table = Tables.New("#", "When", "Event", "By", "Because of");
        foreach (var recorded in page.Events)
        {
            table.AddRow(
                Tables.Cell(recorded.Version.ToString(CultureInfo.InvariantCulture), Ink.Quiet),
                Tables.Cell(recorded.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
                Tables.Cell(recorded.Name, Ink.Strong),
                Tables.Cell(recorded.Cause.Actor),
                Tables.Cell(recorded.Cause.Message));
        }

        return page.Next is { } next
            ? new Rows(table, Tables.Sentence($"There is more: --after {next}", Ink.Quiet))
            : table;
    }
}
