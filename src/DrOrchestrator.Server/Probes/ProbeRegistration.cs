using DrOrchestrator.Server.Concerns;

namespace DrOrchestrator.Server.Probes;

/// <summary>Puts the probes together; where they are switched off, only what takes back what they came to before.</summary>
public static class ProbeRegistration
{
    public static IServiceCollection AddDrOrchestratorProbes(this IServiceCollection services, ProbeOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<StrandedConditions>();
        services.AddSingleton<IProbeLead, PostgresProbeLead>();
        if (!options.Enabled)
        {
            services.AddHostedService<ProbesOff>();
            return services;
        }

        services.AddSingleton<ProbeReports>();
        services.AddSingleton<HostProbes>();
        services.AddSingleton<IConcernSource>(provider => provider.GetRequiredService<HostProbes>());
        services.AddHostedService(provider => provider.GetRequiredService<HostProbes>());
        return services;
    }
}
