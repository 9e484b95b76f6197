using System.Globalization;
using DrOrchestrator.Contracts.Http;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DrOrchestrator.Cli.Views;

/// <summary>Alerts that stand, and reports that could not be used.</summary>
internal static class AlertListViews
{
    public static IRenderable Standing(AlertList list)
    {
        if (list.Alerts.Count == 0)
        {
            return Tables.Sentence("No alert stands.\n", Ink.Good);
        }

        var table = Tables.New("Host", "Alert", "Since", "Health", "Summary");
        foreach (var alert in list.Alerts)
        {
            table.AddRow(
                Tables.Cell(alert.Host, Ink.Strong),
                Tables.Cell(alert.Name),
                Tables.Cell(Measures.DayAndTime(alert.StartsAt)),
                Tables.Cell(Words.Plain(alert.Health), alert.Health == "withheld" ? Ink.Bad : Ink.Warn),
                Tables.Cell(alert.Summary));
        }

        return table;
    }

    public static IRenderable Unmatched(UnmatchedPage page)
    {
        if (page.Reports.Count == 0)
        {
            return Tables.Sentence("Everything that was received could be used.\n", Ink.Good);
        }

        var table = Tables.New("Report", "Last seen", "Times", "What", "From", "Name", "Why");
        foreach (var report in page.Reports)
        {
            table.AddRow(
                Tables.Cell(report.Id, Ink.Strong),
                Tables.Cell(Measures.DayAndTime(report.LastSeen)),
                Tables.Cell(report.Times.ToString(CultureInfo.InvariantCulture)),
                Tables.Cell(report.Kind, Ink.Warn),
                Tables.Cell(report.Sender),
                Tables.Cell(report.Name),
                Tables.Cell(report.Reason));
        }

        var hint = Tables.Sentence("What was received: drctl alerts show REPORT\n", Ink.Quiet);
        return page.Next is { } next ? new Rows(table, Tables.Sentence($"There is more: --before {next}", Ink.Quiet), hint) : new Rows(table, hint);
    }

    public static IRenderable Detail(UnmatchedDetail detail)
    {
        var report = detail.Report;
        var rows = new List<IRenderable>
        {
            Tables.Sentence($"{report.Id}  {report.Kind}  {report.Name}", Ink.Strong),
            Tables.Sentence(report.Reason, Ink.Warn),
            Tables.Sentence(
                $"From {report.Sender} by {report.Way}, {report.Times} times from {Measures.DayAndTime(report.FirstSeen)} to {Measures.DayAndTime(report.LastSeen)}.", Ink.Quiet),
        };
        if (detail.Part is { } part)
        {
            rows.Add(Tables.Sentence("The part", Ink.Strong));
            rows.Add(Tables.Sentence(part));
        }

        rows.Add(Tables.Sentence(detail.Body is null ? "The message is no longer kept." : $"The message that it first came in, {detail.BodyLength} bytes", Ink.Strong));
        rows.Add(Tables.Sentence((detail.Body ?? "") + "\n"));
        return new Rows(rows);
    }
}
