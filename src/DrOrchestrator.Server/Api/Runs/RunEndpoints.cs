using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Server.Api.Description;
using DrOrchestrator.Server.Identity;

namespace DrOrchestrator.Server.Api.Runs;

/// <summary>Starting, seeing and stopping runs.</summary>
internal static class RunEndpoints
{
    private const int Usual = 50;
    private const int Most = 1000;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/runs", List).RequireAuthorization(AccessPolicies.For(Scopes.View))
            .Describe<RunList>("listRuns", "Runs, last changed first.");
        api.MapGet("/runs/{id}", Show).RequireAuthorization(AccessPolicies.For(Scopes.View))
            .Describe<RunDetail>("showRun", "One run with the steps and numbers of each of its VMs.", [404]);
        api.MapGet("/runs/{id}/events", RunEventStream.Answer).RequireAuthorization(AccessPolicies.For(Scopes.View))
            .WithName("followRun").WithSummary("The run as server-sent events: its stream from Last-Event-ID on, and progress; it ends with the run.")
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream").Produces(StatusCodes.Status204NoContent)
            .Produces<Problem>(StatusCodes.Status400BadRequest, EndpointDescription.ProblemJson).Produces<Problem>(StatusCodes.Status404NotFound, EndpointDescription.ProblemJson);
        api.MapPost("/runs", Start).RequireAuthorization(AccessPolicies.For(Scopes.Trigger)).Takes<StartRunRequest>(RequestBody.Small)
            .Describe<RunStartedReply>("startRun", "Starts a plan over a host. With an Idempotency-Key asking again starts no second run and is answered with 200.", [400, 404], StatusCodes.Status201Created)
            .Produces<RunStartedReply>();
        api.MapPost("/runs/{id}/pause", Pause).RequireAuthorization(AccessPolicies.For(Scopes.Operate)).Takes<HaltRequest>(RequestBody.Small)
            .Describe<RunHaltReply>("pauseRun", "Nothing new of it begins; what had been claimed goes on.", [400, 404, 409]);
        api.MapPost("/runs/{id}/resume", Resume).RequireAuthorization(AccessPolicies.For(Scopes.Operate)).Takes<HaltRequest>(RequestBody.Small)
            .Describe<RunHaltReply>("resumeRun", "Lets a paused run go on.", [400, 404, 409]);
        api.MapPost("/runs/{id}/abort", Abort).RequireAuthorization(AccessPolicies.For(Scopes.Operate)).Takes<AbortRunRequest>(RequestBody.Small)
            .Describe<RunAbortReply>("abortRun", "Nothing new begins, and guests under way stay at their source.", [400, 404, 409]);
    }

    private static async Task<IResult> List(RunViews runs, CancellationToken cancellationToken, int limit = Usual) =>
        Results.Ok(new RunList(await runs.List(Math.Clamp(limit, 1, Most), cancellationToken)));

    private static async Task<IResult> Show(string id, RunViews runs, CancellationToken cancellationToken) =>
        await runs.Find(id, cancellationToken) is { } run ? Results.Ok(run) : NoSuchRun(id);

    private static async Task<IResult> Start(HttpContext context, RunStarter starter, CancellationToken cancellationToken)
    {
        var (request, problem) = await RequestBody.Read<StartRunRequest>(context);
        var idempotencyKey = context.Request.Headers.TryGetValue("Idempotency-Key", out var value) ? value.ToString() : null;
        return problem ?? await starter.Start(request!, idempotencyKey, context.User.Actor(), cancellationToken);
    }

    private static async Task<IResult> Abort(string id, HttpContext context, StreamHandler streams, CancellationToken cancellationToken)
    {
        var (request, problem) = await RequestBody.Read<AbortRunRequest>(context);
        if ((problem ?? ReasonText.WhyNot(request!.Reason)) is { } wrong)
        {
            return wrong;
        }

        var by = context.User.Actor();
        var stream = StreamId.Run(new RunId(id));
        var handled = await streams.Handle(stream, new RunMessage.AbortRun(by, request!.Reason!.Trim()), new Cause("abort-run", null, by.Subject), cancellationToken);
        var state = (RunState)handled.After.State;
        return handled.Refusal switch
        {
            null => Results.Ok(new RunAbortReply(id, Words.Of(state.Phase))),
            _ when state.Phase is RunPhase.New => NoSuchRun(id),
            var refusal => Problems.Refused(refusal),
        };
    }

    private static Task<IResult> Pause(string id, HttpContext context, StreamHandler streams, CancellationToken cancellationToken) =>
        Halt(id, context, streams, "pause-run", (by, reason) => new RunMessage.PauseRun(by, reason), cancellationToken);

    private static Task<IResult> Resume(string id, HttpContext context, StreamHandler streams, CancellationToken cancellationToken) =>
        Halt(id, context, streams, "resume-run", (by, reason) => new RunMessage.ResumeRun(by, reason), cancellationToken);

    private static async Task<IResult> Halt(
        string id, HttpContext context, StreamHandler streams, string cause, Func<Actor, string, RunMessage> message, CancellationToken cancellationToken)
    {
        var (request, problem) = await RequestBody.Read<HaltRequest>(context);
        if ((problem ?? ReasonText.WhyNot(request!.Reason)) is { } wrong)
        {
            return wrong;
        }

        var by = context.User.Actor();
        var handled = await streams.Handle(StreamId.Run(new RunId(id)), message(by, request!.Reason!.Trim()), new Cause(cause, null, by.Subject), cancellationToken);
        var state = (RunState)handled.After.State;
        return handled.Refusal switch
        {
            null => Results.Ok(new RunHaltReply(id, Words.Of(state.Phase), RunSummaries.Halted(state))),
            _ when state.Phase is RunPhase.New => NoSuchRun(id),
            var refusal => Problems.Refused(refusal),
        };
    }

    internal static IResult NoSuchRun(string id) => Problems.NotFound("run-not-found", $"There is no run {id}.", "See drctl run list.");
}
