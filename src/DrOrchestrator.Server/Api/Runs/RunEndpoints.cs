using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Server.Identity;
using Microsoft.AspNetCore.Mvc;

namespace DrOrchestrator.Server.Api.Runs;

/// <summary>Starting, seeing and stopping runs.</summary>
internal static class RunEndpoints
{
    private const int Usual = 50;
    private const int Most = 1000;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/runs", List).RequireAuthorization(AccessPolicies.For(Scopes.View));
        api.MapGet("/runs/{id}", Show).RequireAuthorization(AccessPolicies.For(Scopes.View));
        api.MapPost("/runs", Start).RequireAuthorization(AccessPolicies.For(Scopes.Trigger)).WithMetadata(new RequestSizeLimitAttribute(RequestBody.Small));
        api.MapPost("/runs/{id}/abort", Abort).RequireAuthorization(AccessPolicies.For(Scopes.Operate)).WithMetadata(new RequestSizeLimitAttribute(RequestBody.Small));
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

    private static IResult NoSuchRun(string id) => Problems.NotFound("run-not-found", $"There is no run {id}.", "See drctl run list.");
}
