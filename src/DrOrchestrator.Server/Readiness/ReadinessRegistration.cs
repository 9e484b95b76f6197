namespace DrOrchestrator.Server.Readiness;

/// <summary>The probes of a whole server.</summary>
public static class ReadinessRegistration
{
    public static IServiceCollection AddDrOrchestratorReadiness(this IServiceCollection services) => services
        .AddSingleton<IReadinessProbe, DatabaseProbe>()
        .AddSingleton<IReadinessProbe, BrokerProbe>()
        .AddSingleton<RelayProbe>()
        .AddSingleton<IReadinessProbe>(provider => provider.GetRequiredService<RelayProbe>())
        .AddSingleton<IReadinessProbe, SweepProbe>();
}
