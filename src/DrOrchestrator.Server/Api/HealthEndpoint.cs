namespace DrOrchestrator.Server.Api;

/// <summary>Whether the process answers. Says nothing else, so it needs no key.</summary>
public static class HealthEndpoint
{
    public const string Path = "/healthz";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet(Path, () => Results.Text("ok\n")).AllowAnonymous();
}
