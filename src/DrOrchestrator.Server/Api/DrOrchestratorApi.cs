using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Server.Api.Admission;
using DrOrchestrator.Server.Api.Brakes;
using DrOrchestrator.Server.Api.Alerts;
using DrOrchestrator.Server.Api.Description;
using DrOrchestrator.Server.Api.Events;
using DrOrchestrator.Server.Api.Fleet;
using DrOrchestrator.Server.Api.Keys;
using DrOrchestrator.Server.Api.Preflights;
using DrOrchestrator.Server.Api.Runs;
using DrOrchestrator.Server.Api.Streams;
using DrOrchestrator.Server.Concerns;
using DrOrchestrator.Server.Identity;
using DrOrchestrator.Server.Ingest;
using DrOrchestrator.Server.Ingest.Alertmanager;
using DrOrchestrator.Server.Ingest.CloudEvents;
using DrOrchestrator.Server.Telemetry;

namespace DrOrchestrator.Server.Api;

/// <summary>The HTTP API: what it needs, and where it is.</summary>
public static class DrOrchestratorApi
{
    public const string Root = "/api/v1";

    /// <summary>
    /// Registers the API and identity. Beside them it needs: <see cref="TimeProvider"/>, the engine's StreamHandler and EngineOptions,
    /// IEventStore, IInventory, <see cref="Configuration.IHostNames"/>, <see cref="Configuration.IPlanCatalog"/>, <see cref="IKeyStore"/>,
    /// <see cref="IAccessTrail"/>, <see cref="Ingest.Unmatched.IUnmatchedReports"/>, <see cref="IEventRecord"/> and <see cref="IFleetView"/>.
    /// </summary>
    public static IServiceCollection AddDrOrchestratorApi(this IServiceCollection services, IdentityOptions identity, AlertOptions? alerts = null, TelemetryOptions? telemetry = null)
    {
        services.AddDrOrchestratorIdentity(identity);
        services.AddSingleton(alerts ?? new AlertOptions());
        services.AddSingleton(telemetry ?? new TelemetryOptions());
        services.AddDrOrchestratorMetrics();
        ApiDocument.Add(services);
        services.AddSingleton<HostMatching>();
        services.AddSingleton<AlertReading>();
        services.AddSingleton<WebhookReading>();
        services.AddSingleton<CloudEventReading>();
        services.AddSingleton<CloudEventMessages>();
        services.AddSingleton<ReportIntake>();
        services.AddSingleton<StateReader>();
        services.AddSingleton<HostViews>();
        services.AddSingleton<VmViews>();
        services.AddSingleton<SiteViews>();
        services.AddSingleton<DriftViews>();
        services.AddSingleton<StatusViews>();
        services.AddSingleton<MoveTimelines>();
        services.AddSingleton<RunViews>();
        services.AddSingleton<RunStarter>();
        services.AddSingleton<PreflightCheck>();
        services.AddSingleton<RunWatchers>();
        services.AddSingleton<Readiness.ServerReadiness>();
        services.ConfigureHttpJsonOptions(json => ContractJson.Configure(json.SerializerOptions));
        return services;
    }

    /// <summary>Puts the gate and identity before everything that follows, and maps all endpoints.</summary>
    public static WebApplication MapDrOrchestratorApi(this WebApplication app)
    {
        app.UseStatusCodePages(BareAnswers.Explain);
        app.UseMiddleware<LoopbackGate>();
        app.UseAuthentication();
        app.UseAuthorization();

        HealthEndpoint.Map(app);
        MetricsEndpoint.Map(app);
        ApiDocument.Map(app);
        var api = app.MapGroup(Root).AddEndpointFilter<FailureAnswer>().WithCommonProblems();
        AlertEndpoint.Map(api);
        AlertViews.Map(api);
        EventEndpoint.Map(api);
        FleetEndpoints.Map(api);
        RunEndpoints.Map(api);
        PreflightEndpoint.Map(api);
        AdmissionEndpoints.Map(api);
        BrakesEndpoints.Map(api);
        StreamEndpoints.Map(api);
        KeyEndpoints.Map(api);
        return app;
    }
}
