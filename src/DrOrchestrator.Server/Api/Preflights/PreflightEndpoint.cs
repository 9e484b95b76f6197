using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Server.Api.Description;
using DrOrchestrator.Server.Configuration;
using DrOrchestrator.Server.Identity;

namespace DrOrchestrator.Server.Api.Preflights;

/// <summary>Preflight on demand. It asks hosts much, so that the scope is the one that may start a run.</summary>
internal static class PreflightEndpoint
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapPost("/preflight", Check).RequireAuthorization(AccessPolicies.For(Scopes.Trigger)).Takes<PreflightRequest>(RequestBody.Small)
            .Describe<PreflightReport>("preflight", "What a plan would meet if it were run over a host now; begins nothing.", [400, 404, 409]);

    private static async Task<IResult> Check(HttpContext context, PreflightCheck check, IPlanCatalog plans, IHostNames hosts, CancellationToken cancellationToken)
    {
        var (request, problem) = await RequestBody.Read<PreflightRequest>(context);
        if (problem is not null)
        {
            return problem;
        }

        if (plans.Find(request!.Plan ?? "") is not { } plan)
        {
            return Problems.NotFound("plan-not-found", $"There is no plan '{request.Plan}'.", $"Plans are {string.Join(", ", plans.Plans.Select(known => known.Name))}.");
        }

        if (hosts.Find(request.Host ?? "") is not { } host)
        {
            return Problems.NotFound("host-not-found", $"The inventory has no host '{request.Host}'.", "See drctl hosts.");
        }

        var (report, refusal) = await check.Make(plan, host, cancellationToken);
        return refusal is not null ? Problems.Refused(refusal) : Results.Ok(report);
    }
}
