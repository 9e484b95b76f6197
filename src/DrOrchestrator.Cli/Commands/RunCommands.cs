using System.CommandLine;
using DrOrchestrator.Cli.Views;
using DrOrchestrator.Contracts.Http;
using Spectre.Console;

namespace DrOrchestrator.Cli.Commands;

/// <summary>Starting, seeing and stopping runs.</summary>
internal static class RunCommands
{
    public static Command All(CallFactory calls) => new("run", "Runs of recovery plans.")
    {
        Start(calls), List(calls), Show(calls), Watch(calls), Pause(calls), Resume(calls), Abort(calls),
    };

    private static Command Start(CallFactory calls)
    {
        var plan = new Argument<string>("PLAN") { Description = "The plan's name; drctl status lists them." };
        var host = new Option<string>("--host") { Description = "The host that it is run over.", HelpName = "HOST", Required = true };
        var reason = new Option<string>("--reason") { Description = "Why, for the record.", HelpName = "WHY", Required = true };
        var watch = new Option<bool>("--watch") { Description = "Watch it to its end." };
        var key = new Option<string?>("--idempotency-key") { Description = "The same key names the same run; else a new one is made.", HelpName = "KEY" };
        return calls.Runs(new Command("start", "Starts a plan.") { plan, host, reason, watch, key }, async (call, parsed, cancellationToken) =>
        {
            var request = new StartRunRequest(parsed.GetRequiredValue(plan), parsed.GetRequiredValue(host), parsed.GetRequiredValue(reason));
            var reply = await RunStart.Send(call, request, parsed.GetValue(key) ?? RunStart.NewKey(call.Environment.Clock), cancellationToken);
            if (parsed.GetValue(watch))
            {
                return await RunWatch.ToItsEnd(call, reply.Run, cancellationToken);
            }

            return call.Show(reply, run => new Rows(
                Tables.Sentence($"{(run.Created ? "Started" : "Was started before:")} {run.Run}", Ink.Strong),
                Tables.Sentence($"Watch it: drctl run watch {run.Run}", Ink.Quiet)));
        });
    }

    private static Command List(CallFactory calls)
    {
        var limit = new Option<int>("--limit") { Description = "At most this many.", DefaultValueFactory = _ => 20 };
        return calls.Runs(new Command("list", "Runs, last changed first.") { limit }, async (call, parsed, cancellationToken) =>
            call.Show(await call.Api.Get<RunList>($"runs?limit={parsed.GetValue(limit)}", cancellationToken), RunTable.Of));
    }

    private static Command Show(CallFactory calls)
    {
        var id = Id();
        return calls.Runs(new Command("show", "One run with each of its VMs, as it is now.") { id }, async (call, parsed, cancellationToken) =>
            call.Show(await Get(call, parsed.GetRequiredValue(id), cancellationToken), run => Line.Render(RunScreen.Whole(run, call.Width, call.Marks), call.Width)));
    }

    private static Command Watch(CallFactory calls)
    {
        var id = Id();
        return calls.Runs(
            new Command("watch", "One run, live, to its end. Leaving it stops nothing. Exits by the run's outcome.") { id },
            (call, parsed, cancellationToken) => RunWatch.ToItsEnd(call, parsed.GetRequiredValue(id), cancellationToken));
    }

    private static Command Abort(CallFactory calls)
    {
        var id = Id();
        var reason = new Option<string>("--reason") { Description = "Why, for the record.", HelpName = "WHY", Required = true };
        return calls.Runs(new Command("abort", "Stops a run: nothing new begins, guests under way stay at their source.") { id, reason }, async (call, parsed, cancellationToken) =>
        {
            var run = parsed.GetRequiredValue(id);
            var reply = await call.Api.Post<RunAbortReply>($"runs/{Uri.EscapeDataString(run)}/abort", new AbortRunRequest(parsed.GetRequiredValue(reason)), cancellationToken);
            return call.Show(reply, done => Tables.Sentence(done.Phase == "ended"
                ? $"{done.Run} has ended.\n"
                : $"{done.Run} is being stopped. Watch it: drctl run watch {done.Run}\n"));
        });
    }

    private static Command Pause(CallFactory calls) => Halt(
        calls, "pause", "Lets nothing new of a run begin; transfers under way go on to their end.",
        reply => $"Nothing new of {reply.Run} begins. {reply.Halted} Let it go on: drctl run resume {reply.Run} --reason WHY\n");

    private static Command Resume(CallFactory calls) => Halt(
        calls, "resume", "Lets a paused run go on.",
        reply => reply.Halted is { } still ? $"{reply.Run} is not paused any more, but nothing of it begins: {still}\n" : $"{reply.Run} goes on. Watch it: drctl run watch {reply.Run}\n");

    private static Command Halt(CallFactory calls, string verb, string description, Func<RunHaltReply, string> sentence)
    {
        var id = Id();
        var reason = new Option<string>("--reason") { Description = "Why, for the record.", HelpName = "WHY", Required = true };
        return calls.Runs(new Command(verb, description) { id, reason }, async (call, parsed, cancellationToken) =>
        {
            var run = parsed.GetRequiredValue(id);
            var reply = await call.Api.Post<RunHaltReply>($"runs/{Uri.EscapeDataString(run)}/{verb}", new HaltRequest(parsed.GetRequiredValue(reason)), cancellationToken);
            return call.Show(reply, done => Tables.Sentence(sentence(done)));
        });
    }

    public static Task<RunDetail> Get(Call call, string run, CancellationToken cancellationToken) =>
        call.Api.Get<RunDetail>($"runs/{Uri.EscapeDataString(run)}", cancellationToken);

    private static Argument<string> Id() => new("ID") { Description = "The run's id; drctl run list has them." };
}
