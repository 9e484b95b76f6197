using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Server.Identity;
using DrOrchestrator.Server.Telemetry;
using Microsoft.AspNetCore.Authorization;

namespace DrOrchestrator.Server.Api;

/// <summary>
/// Metrics as Prometheus reads them. They tell how large the fleet is and what goes wrong in it, so they need a key with the scope
/// view, which Prometheus sends by <c>authorization: credentials_file</c>; a setting opens them to this machine.
/// </summary>
internal static class MetricsEndpoint
{
    public const string Path = "/metrics";

    public static void Map(WebApplication app)
    {
        var endpoint = app.MapPrometheusScrapingEndpoint(Path);
        if (app.Services.GetRequiredService<TelemetryOptions>().MetricsOpenOnLoopback)
        {
            endpoint.RequireAuthorization(new AuthorizationPolicyBuilder().RequireAssertion(MayRead).Build());
        }
        else
        {
            endpoint.RequireAuthorization(AccessPolicies.For(Scopes.View));
        }
    }

    private static bool MayRead(AuthorizationHandlerContext caller) =>
        caller.User.HasClaim(Callers.ScopeClaim, Scopes.View) || (caller.Resource is HttpContext context && LoopbackGate.IsLocal(context));
}
