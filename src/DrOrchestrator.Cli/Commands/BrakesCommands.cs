using System.CommandLine;
using DrOrchestrator.Cli.Views;
using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Cli.Commands;

/// <summary>What holds automation back, and maintenance.</summary>
internal static class BrakesCommands
{
    public static Command Show(CallFactory calls) =>
        calls.Runs(new Command("brakes", "What holds automation back: sick hosts, what began lately, what was held back and why, maintenance."), async (call, _, cancellationToken) =>
            call.Show(await call.Api.Get<BrakesView>("brakes", cancellationToken), view => BrakesScreen.Of(view, call.Width)));

    public static Command Maintenance(CallFactory calls) => new("maintenance", "Nothing begins by itself for a host or site that is worked on.")
    {
        Start(calls), End(calls),
    };

    private static Command Start(CallFactory calls)
    {
        var (host, site, reason) = Options();
        var minutes = new Option<double>("--minutes") { Description = "How long; it ends by itself.", HelpName = "MINUTES", Required = true };
        var command = OfOne(new Command("start", "Begins a maintenance, or gives one a new end.") { host, site, minutes, reason }, host, site);
        return calls.Runs(command, async (call, parsed, cancellationToken) =>
        {
            var request = new StartMaintenanceRequest(parsed.GetValue(host), parsed.GetValue(site), parsed.GetRequiredValue(minutes) * 60, parsed.GetRequiredValue(reason));
            return call.Show(await call.Api.Post<BrakesView>("maintenance", request, cancellationToken), view => BrakesScreen.Of(view, call.Width));
        });
    }

    private static Command End(CallFactory calls)
    {
        var (host, site, reason) = Options();
        return calls.Runs(OfOne(new Command("end", "Ends a maintenance before its time.") { host, site, reason }, host, site), async (call, parsed, cancellationToken) =>
        {
            var request = new EndMaintenanceRequest(parsed.GetValue(host), parsed.GetValue(site), parsed.GetRequiredValue(reason));
            return call.Show(await call.Api.Post<BrakesView>("maintenance/end", request, cancellationToken), view => BrakesScreen.Of(view, call.Width));
        });
    }

    private static Command OfOne(Command command, Option<string?> host, Option<string?> site)
    {
        command.Validators.Add(result =>
        {
            if (result.GetResult(host) is null == result.GetResult(site) is null)
            {
                result.AddError("Name a host (--host) or a site (--site), and not both.");
            }
        });
        return command;
    }

    private static (Option<string?> Host, Option<string?> Site, Option<string> Reason) Options() => (
        new Option<string?>("--host") { Description = "The host.", HelpName = "HOST" },
        new Option<string?>("--site") { Description = "Or the site.", HelpName = "SITE" },
        new Option<string>("--reason") { Description = "Why, for the record.", HelpName = "WHY", Required = true });
}
