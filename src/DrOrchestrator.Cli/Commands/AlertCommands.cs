using System.CommandLine;
using DrOrchestrator.Cli.Views;
using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Cli.Commands;

/// <summary>What stands against the hosts, and what was received and not used.</summary>
internal static class AlertCommands
{
    public static Command All(CallFactory calls)
    {
        var unmatched = new Option<bool>("--unmatched") { Description = "What was received and not used, last seen first, with the reasons." };
        var before = new Option<string?>("--before") { Description = "With --unmatched: go on after a page.", HelpName = "PLACE" };
        var limit = new Option<int>("--limit") { Description = "With --unmatched: at most this many.", DefaultValueFactory = _ => 100 };
        var command = calls.Runs(
            new Command("alerts", "Alerts that stand, host by host; with --unmatched those that could not be used.") { unmatched, before, limit },
            async (call, parsed, cancellationToken) =>
            {
                if (!parsed.GetValue(unmatched))
                {
                    return call.Show(await call.Api.Get<AlertList>("alerts", cancellationToken), AlertListViews.Standing);
                }

                var place = parsed.GetValue(before) is { } given ? $"&before={Uri.EscapeDataString(given)}" : "";
                return call.Show(await call.Api.Get<UnmatchedPage>($"alerts/unmatched?limit={parsed.GetValue(limit)}{place}", cancellationToken), AlertListViews.Unmatched);
            });
        command.Add(Show(calls));
        return command;
    }

    private static Command Show(CallFactory calls)
    {
        var id = new Argument<string>("ID") { Description = "As drctl alerts --unmatched lists it." };
        return calls.Runs(new Command("show", "One report that could not be used, with what was received.") { id }, async (call, parsed, cancellationToken) =>
            call.Show(await call.Api.Get<UnmatchedDetail>($"alerts/unmatched/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}", cancellationToken), AlertListViews.Detail));
    }
}
