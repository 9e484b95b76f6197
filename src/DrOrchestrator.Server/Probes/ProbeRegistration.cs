using DrOrchestrator.Server.Concerns;

namespace DrOrchestrator.Server.Probes;

/// <summary>Puts the probes together; where they are switched off nothing is registered.</summary>
public static class ProbeRegistration
{
    public static IServiceCollection AddDrOrchestratorProbes(this IServiceCollection services, ProbeOptions options)
    {
        if (!options.Enabled)
        {
            return services;
        }

        services.AddSingleton(options);
        services.AddSingleton<ProbeReports>();
        services.AddSingleton<IProbeLead, PostgresProbeLead>();
        services.AddSingleton<HostProbes>();
        services.AddSingleton<IConcernSource>(provider => provider.GetRequiredService<HostProbes>());
        services.AddHostedService(provider => provider.GetRequiredService<HostProbes>());
        return services;
    }
}
