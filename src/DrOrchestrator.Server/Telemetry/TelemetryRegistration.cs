using DrOrchestrator.Engine.Telemetry;
using DrOrchestrator.Server.Api;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DrOrchestrator.Server.Telemetry;

/// <summary>Metrics always, for they cost next to nothing until somebody asks; traces where somebody takes them.</summary>
public static class TelemetryRegistration
{
    private const string Service = "drorchestrator";

    /// <summary>Combinations of labels that one metric keeps; more are counted together. Room for them is taken at the first measurement.</summary>
    private const int MostLabels = 400;

    /// <summary>The framework's own meters beside ours: requests by route, and the process.</summary>
    private static readonly string[] Meters = [EngineTelemetry.Name, "Microsoft.AspNetCore.Hosting", "System.Runtime"];

    /// <summary>Of the runtime's own those whose names Prometheus reads as parts of a histogram; nobody misses them.</summary>
    private static readonly string[] Misnamed = ["dotnet.assembly.count", "dotnet.process.cpu.count", "dotnet.timer.count"];

    public static IServiceCollection AddDrOrchestratorMetrics(this IServiceCollection services)
    {
        services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService(Service, autoGenerateServiceInstanceId: false)).WithMetrics(metrics => metrics
            .AddMeter(Meters)
            .AddView(instrument => Misnamed.Contains(instrument.Name) ? MetricStreamConfiguration.Drop : new MetricStreamConfiguration { CardinalityLimit = MostLabels })
            .SetExemplarFilter(ExemplarFilterType.AlwaysOff)
            .AddPrometheusExporter(prometheus => prometheus.ScopeInfoEnabled = false));
        return services;
    }

    /// <summary>
    /// Turns tracing on: an incoming <c>traceparent</c> is continued, whether it is sampled is the sender's decision, and a trace that
    /// begins here is kept whole.
    /// </summary>
    /// <param name="services">The server's services.</param>
    /// <param name="server">This process, as the resource's instance.</param>
    /// <param name="export">Where the spans go.</param>
    public static IServiceCollection AddDrOrchestratorTraces(this IServiceCollection services, string server, Action<TracerProviderBuilder> export)
    {
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(Service, serviceInstanceId: server))
            .WithTracing(traces =>
            {
                traces.AddSource(EngineTelemetry.Name)
                    .AddAspNetCoreInstrumentation(http => http.Filter = context => context.Request.Path.StartsWithSegments(DrOrchestratorApi.Root));
                export(traces);
            });
        return services;
    }
}
