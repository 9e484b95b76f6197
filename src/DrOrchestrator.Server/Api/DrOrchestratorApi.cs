using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Server.Api.Alerts;
using DrOrchestrator.Server.Api.Fleet;
using DrOrchestrator.Server.Api.Keys;
using DrOrchestrator.Server.Api.Runs;
using DrOrchestrator.Server.Api.Streams;
using DrOrchestrator.Server.Identity;

namespace DrOrchestrator.Server.Api;

/// <summary>The HTTP API: what it needs, and where it is.</summary>
public static class DrOrchestratorApi
{
    public const string Root = "/api/v1";

    /// <summary>
    /// Registers the API and identity. Beside them it needs: <see cref="TimeProvider"/>, the engine's StreamHandler and EngineOptions,
    /// IEventStore, IInventory, <see cref="Configuration.IHostNames"/>, <see cref="Configuration.IPlanCatalog"/>, <see cref="IKeyStore"/>,
    /// <see cref="IAccessTrail"/>, <see cref="IEventRecord"/> and <see cref="IFleetView"/>.
    /// </summary>
    public static IServiceCollection AddDrOrchestratorApi(this IServiceCollection services, IdentityOptions identity, AlertOptions? alerts = null)
    {
        services.AddDrOrchestratorIdentity(identity);
        services.AddSingleton(alerts ?? new AlertOptions());
        services.AddSingleton<AlertReading>();
        services.AddSingleton<AlertIntake>();
        services.AddSingleton<StateReader>();
        services.AddSingleton<HostViews>();
        services.AddSingleton<VmViews>();
        services.AddSingleton<StatusViews>();
        services.AddSingleton<MoveTimelines>();
        services.AddSingleton<RunViews>();
        services.AddSingleton<RunStarter>();
        services.ConfigureHttpJsonOptions(json => ContractJson.Configure(json.SerializerOptions));
        return services;
    }

    /// <summary>Puts the gate and identity before everything that follows, and maps all endpoints.</summary>
    public static WebApplication MapDrOrchestratorApi(this WebApplication app)
    {
        app.UseMiddleware<LoopbackGate>();
        app.UseAuthentication();
        app.UseAuthorization();

        HealthEndpoint.Map(app);
        var api = app.MapGroup(Root).AddEndpointFilter<FailureAnswer>();
        AlertEndpoint.Map(api);
        FleetEndpoints.Map(api);
        RunEndpoints.Map(api);
        StreamEndpoints.Map(api);
        KeyEndpoints.Map(api);
        api.MapFallback(() => Problems.NotFound("not-found", "There is nothing at this address.", $"The API is at {Root}."));
        return app;
    }
}
