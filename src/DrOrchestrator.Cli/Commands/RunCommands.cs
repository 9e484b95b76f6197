using System.CommandLine;
using DrOrchestrator.Cli.Views;
using DrOrchestrator.Contracts.Http;
using Spectre.Console;

namespace DrOrchestrator.Cli.Commands;

/// <summary>Starting, seeing and stopping runs.</summary>
internal static class RunCommands
{
    public static Command All(SessionFactory sessions) => new("run", "Runs of recovery plans.")
    {
        Start(sessions), List(sessions), Show(sessions), Watch(sessions), Abort(sessions),
    };

    private static Command Start(SessionFactory sessions)
    {
        var plan = new Argument<string>("PLAN") { Description = "The plan's name; drctl status lists them." };
        var host = new Option<string>("--host") { Description = "The host that it is run over.", HelpName = "HOST", Required = true };
        var reason = new Option<string>("--reason") { Description = "Why, for the record.", HelpName = "WHY", Required = true };
        var watch = new Option<bool>("--watch") { Description = "Watch it to its end." };
        var key = new Option<string?>("--idempotency-key") { Description = "The same key names the same run; else a new one is made.", HelpName = "KEY" };
        return sessions.Runs(new Command("start", "Starts a plan.") { plan, host, reason, watch, key }, async (session, parsed, cancellationToken) =>
        {
            var request = new StartRunRequest(parsed.GetRequiredValue(plan), parsed.GetRequiredValue(host), parsed.GetRequiredValue(reason));
            var reply = await RunStart.Send(session, request, parsed.GetValue(key) ?? Guid.NewGuid().ToString(), cancellationToken);
            if (parsed.GetValue(watch))
            {
                return await RunWatch.ToItsEnd(session, reply.Run, cancellationToken);
            }

            return session.Show(reply, run => new Rows(
                Tables.Sentence($"{(run.Created ? "Started" : "Was started before:")} {run.Run}", Ink.Strong),
                Tables.Sentence($"Watch it: drctl run watch {run.Run}", Ink.Quiet)));
        });
    }

    private static Command List(SessionFactory sessions)
    {
        var limit = new Option<int>("--limit") { Description = "At most this many.", DefaultValueFactory = _ => 20 };
        return sessions.Runs(new Command("list", "Runs, last changed first.") { limit }, async (session, parsed, cancellationToken) =>
            session.Show(await session.Api.Get<RunList>($"runs?limit={parsed.GetValue(limit)}", cancellationToken), RunTable.Of));
    }

    private static Command Show(SessionFactory sessions)
    {
        var id = Id();
        return sessions.Runs(new Command("show", "One run with each of its VMs, as it is now.") { id }, async (session, parsed, cancellationToken) =>
            session.Show(await Get(session, parsed.GetRequiredValue(id), cancellationToken), run => Line.Render(RunScreen.Whole(run, session.Width, session.Marks), session.Width)));
    }

    private static Command Watch(SessionFactory sessions)
    {
        var id = Id();
        return sessions.Runs(
            new Command("watch", "One run, live, to its end. Leaving it stops nothing. Exits by the run's outcome.") { id },
            (session, parsed, cancellationToken) => RunWatch.ToItsEnd(session, parsed.GetRequiredValue(id), cancellationToken));
    }

    private static Command Abort(SessionFactory sessions)
    {
        var id = Id();
        var reason = new Option<string>("--reason") { Description = "Why, for the record.", HelpName = "WHY", Required = true };
        return sessions.Runs(new Command("abort", "Stops a run: nothing new begins, guests under way stay at their source.") { id, reason }, async (session, parsed, cancellationToken) =>
        {
            var run = parsed.GetRequiredValue(id);
            var reply = await session.Api.Post<RunAbortReply>($"runs/{Uri.EscapeDataString(run)}/abort", new AbortRunRequest(parsed.GetRequiredValue(reason)), cancellationToken);
            return session.Show(reply, done => Tables.Sentence(done.Phase == "ended"
                ? $"{done.Run} has ended.\n"
                : $"{done.Run} is being stopped. Watch it: drctl run watch {done.Run}\n"));
        });
    }

    public static Task<RunDetail> Get(Session session, string run, CancellationToken cancellationToken) =>
        session.Api.Get<RunDetail>($"runs/{Uri.EscapeDataString(run)}", cancellationToken);

    private static Argument<string> Id() => new("ID") { Description = "The run's id; drctl run list has them." };
}
