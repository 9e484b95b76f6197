using System.CommandLine;
using DrOrchestrator.Cli.Connection;
using DrOrchestrator.Cli.Views;
using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Cli.Commands;

/// <summary>What a plan would meet if it were run now.</summary>
internal static class PreflightCommand
{
    /// <summary>The server asks both hosts about each VM, four VMs at a time, and a host that hangs is waited for.</summary>
    private static readonly Patience Patience = new(
        TimeSpan.FromMinutes(5),
        "Preflight asks both hosts about each VM: very many VMs, or a host that hangs, make it long. drctl hosts shows which one does not answer. Nothing was begun: it may be asked for again.");

    public static Command Of(CallFactory calls)
    {
        var plan = new Argument<string>("PLAN") { Description = "The plan's name; drctl status lists them." };
        var host = new Option<string>("--host") { Description = "The host that it would be run over.", HelpName = "HOST", Required = true };
        return calls.Runs(
            new Command("preflight", "What a plan would meet if it were run now; begins nothing. Exits 3 where something would stop a move.") { plan, host },
            async (call, parsed, cancellationToken) =>
            {
                var report = await call.Api.Post<PreflightReport>("preflight", new PreflightRequest(parsed.GetRequiredValue(plan), parsed.GetRequiredValue(host)), cancellationToken, patience: Patience);
                call.Show(report, view => PreflightScreen.Of(view, call.Width));
                return report.Verdict == "errors" ? ExitCode.Refused : ExitCode.Done;
            });
    }
}
