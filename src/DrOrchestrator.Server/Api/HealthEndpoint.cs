using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Server.Readiness;

namespace DrOrchestrator.Server.Api;

/// <summary>
/// Whether the process lives, and whether it can do its work. Load balancers and supervisors hold no keys, so neither needs one,
/// nor waits behind the <see cref="Identity.LoopbackGate"/>: live says nothing, and ready names its checks and nothing of the machine.
/// </summary>
public static class HealthEndpoint
{
    public const string Live = "/health/live";
    public const string Ready = "/health/ready";

    /// <summary>The older name of <see cref="Live"/>.</summary>
    public const string Path = "/healthz";

    public static bool IsAt(PathString path) => path == Live || path == Ready || path == Path;

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var path in new[] { Live, Path })
        {
            routes.MapGet(path, () => Results.Text("ok\n")).AllowAnonymous().WithTags("health").WithSummary("Whether the process answers.").Produces<string>(StatusCodes.Status200OK, "text/plain");
        }

        routes.MapGet(Ready, Answer).AllowAnonymous().WithTags("health").WithSummary("Whether this process can do its work, and what is wrong where it can not.")
            .Produces<ReadinessView>().Produces<ReadinessView>(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> Answer(ServerReadiness readiness, HttpContext context, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        var view = await readiness.Now(cancellationToken);
        return Results.Json(
            view, ContractJson.Options, statusCode: view.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
