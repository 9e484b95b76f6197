using System.CommandLine;
using DrOrchestrator.Cli.Views;
using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Cli.Commands;

/// <summary>The stop button, and what holds the slots that all runs share.</summary>
internal static class AdmissionCommands
{
    public static Command Show(CallFactory calls) =>
        calls.Runs(new Command("admission", "The slots that all runs share: limits, what holds them, what waits.") { Release(calls) }, async (call, _, cancellationToken) =>
            call.Show(await call.Api.Get<AdmissionView>("admission", cancellationToken), view => AdmissionScreen.Of(view, call.Width)));

    public static Command StopAll(CallFactory calls) => Halt(
        calls, "stop-all", "Stops everything: no transfer of any run begins from here on, until resume-all. Those under way are listed and go on to their end.",
        reply => reply.Stop is { InForceAt: null } ? ExitCode.Unknown : ExitCode.Done);

    public static Command ResumeAll(CallFactory calls) => Halt(calls, "resume-all", "Lets everything go on after stop-all.", _ => ExitCode.Done);

    private static Command Release(CallFactory calls)
    {
        var move = new Argument<string>("move") { Description = "The move, as drctl admission names it.", HelpName = "MOVE" };
        var reason = new Option<string>("--reason") { Description = "How you know that nothing of it is under way, for the record.", HelpName = "WHY", Required = true };
        var command = new Command("release", "Gives the slot of a move back that ended unknown. Look at both hosts first: its transfer may still be sending.") { move, reason };
        return calls.Runs(command, async (call, parsed, cancellationToken) => call.Show(
            await call.Api.Post<AdmissionView>("admission/release", new ReleaseSlotRequest(parsed.GetRequiredValue(move), parsed.GetRequiredValue(reason)), cancellationToken),
            view => AdmissionScreen.Of(view, call.Width)));
    }

    private static Command Halt(CallFactory calls, string verb, string description, Func<AdmissionView, int> exitCode)
    {
        var reason = new Option<string>("--reason") { Description = "Why, for the record.", HelpName = "WHY", Required = true };
        return calls.Runs(new Command(verb, description) { reason }, async (call, parsed, cancellationToken) =>
        {
            var reply = await call.Api.Post<AdmissionView>(verb, new HaltRequest(parsed.GetRequiredValue(reason)), cancellationToken);
            call.Show(reply, view => AdmissionScreen.Of(view, call.Width));
            return exitCode(reply);
        });
    }
}
