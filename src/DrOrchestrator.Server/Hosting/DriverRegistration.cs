using DrOrchestrator.Drivers;
using DrOrchestrator.Drivers.Simulated;
using DrOrchestrator.Drivers.Simulated.Remote;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Serialization;

namespace DrOrchestrator.Server.Hosting;

/// <summary>Puts the installed drivers behind the drivers port.</summary>
public static class DriverRegistration
{
    public static IServiceCollection AddDrOrchestratorDrivers(this IServiceCollection services, ServerSettings settings)
    {
        if (settings.Fleet is { } fleet)
        {
            // Timeout: a fleet under test may hang on purpose; its own driver has deadlines of its own.
            var remote = new RemoteSimulatedDriver(new HttpClient { BaseAddress = fleet, Timeout = TimeSpan.FromMinutes(2) }, EngineJson.Options);
            services.AddSingleton<IInventory, SimulatedInventory>();
            services.AddSingleton<IDrivers>(new DriverSet(remote, new Dictionary<string, IHypervisorDriver> { [SimulatedDriver.DriverName] = remote }));
        }

        return services;
    }
}
