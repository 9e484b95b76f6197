using DrOrchestrator.Engine;
using DrOrchestrator.Engine.Messaging;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Engine.Work;

namespace DrOrchestrator.Server.Hosting;

/// <summary>Composes the engine; its ports are registered by whoever adapts them.</summary>
public static class EngineRegistration
{
    public static IServiceCollection AddDrOrchestratorEngine(this IServiceCollection services, EngineOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<StreamHandler>();
        services.AddSingleton<OrderDesk>();
        services.AddSingleton<Inbox>();
        services.AddSingleton<Relay>();
        services.AddSingleton<Sweep>();
        return services;
    }
}
