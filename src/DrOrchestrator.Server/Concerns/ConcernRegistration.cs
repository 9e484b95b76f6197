namespace DrOrchestrator.Server.Concerns;

/// <summary>Puts the sources of concerns, and whoever is told of them, together.</summary>
public static class ConcernRegistration
{
    public static IServiceCollection AddDrOrchestratorConcerns(this IServiceCollection services, ConcernOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<RecordWatch>();
        services.AddSingleton<IConcernSource>(provider => provider.GetRequiredService<RecordWatch>());
        services.AddSingleton<IConcernSource, ReadinessConcerns>();
        services.AddSingleton<IConcernSource, UnmatchedConcerns>();
        services.AddSingleton<IConcernSource, DriftConcerns>();
        services.AddSingleton<AlertSender>();
        services.AddSingleton<HeartbeatSender>();
        services.AddSingleton<IConcernSource>(provider => provider.GetRequiredService<HeartbeatSender>());
        services.AddSingleton<ConcernWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<ConcernWatch>());
        services.AddHostedService<ConcernGauges>();
        return services;
    }
}
