using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Plans;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Server.Configuration;

namespace DrOrchestrator.Server.Api.Runs;

/// <summary>Starts a run that a person asked for.</summary>
public sealed class RunStarter(StreamHandler streams, StateReader states, IPlanCatalog plans, IHostNames hosts, TimeProvider clock)
{
    private const int LongestIdempotencyKey = 200;

    /// <summary>Names tried where chance gave one that is taken.</summary>
    private const int Names = 5;

    public async Task<IResult> Start(StartRunRequest request, string? idempotencyKey, Actor by, CancellationToken cancellationToken)
    {
        if (plans.Find(request.Plan ?? "") is not { } plan)
        {
            return Problems.NotFound("plan-not-found", $"There is no plan '{request.Plan}'.", $"Plans are {string.Join(", ", plans.Plans.Select(known => known.Name))}.");
        }

        if (hosts.Find(request.Host ?? "") is not { } host)
        {
            return Problems.NotFound("host-not-found", $"The inventory has no host '{request.Host}'.", "See drctl hosts.");
        }

        if (ReasonText.WhyNot(request.Reason) is { } problem)
        {
            return problem;
        }

        if (idempotencyKey is { Length: > LongestIdempotencyKey or 0 })
        {
            return Problems.BadRequest($"The Idempotency-Key is empty or longer than {LongestIdempotencyKey} characters.", "Send a UUID.");
        }

        // The run looks at the host later than this: what it then moves away is what was there in this episode.
        var health = await states.HealthOf(host, cancellationToken);
        var trigger = new RunTrigger(RunTriggerKind.Operator, by, request.Reason!.Trim(), host, health.Doubt, health.Standing);
        for (var name = 1; ; name++)
        {
            var run = idempotencyKey is null ? RunNaming.New(plan.Name, host, clock.GetUtcNow()) : RunNaming.For(plan.Name, host, by, idempotencyKey);
            var created = await Start(run, plan, host, trigger, cancellationToken);
            if (created || idempotencyKey is not null || name == Names)
            {
                return Results.Json(new RunStartedReply(run.Value, created), ContractJson.Options, statusCode: created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
            }
        }
    }

    private async Task<bool> Start(RunId run, RecoveryPlan plan, HostId host, RunTrigger trigger, CancellationToken cancellationToken)
    {
        var handled = await streams.Handle(
            StreamId.Run(run), new RunMessage.StartRun(run, plan, host, trigger), new Cause("start-run", null, trigger.By.Subject), cancellationToken);
        return handled.Events.Count > 0;
    }
}
