using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Drivers;
using DrOrchestrator.Drivers.Libvirt;
using DrOrchestrator.Drivers.Simulated;
using DrOrchestrator.Drivers.Simulated.Remote;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Serialization;
using DrOrchestrator.Server.Configuration;
using DrOrchestrator.Server.Guards;
using DrOrchestrator.Server.Telemetry;

namespace DrOrchestrator.Server.Hosting;

/// <summary>Puts inventory, plans and the installed drivers behind their ports.</summary>
public static class DriverRegistration
{
    /// <summary>The drivers that an inventory may name: libvirt, or only the simulated one where a simulated fleet is named.</summary>
    private static string[] Installed(ServerSettings settings) => [settings.Fleet is null ? LibvirtDriver.DriverName : SimulatedDriver.DriverName];

    /// <exception cref="ConfigurationException">The inventory or a runbook is wrong.</exception>
    /// <exception cref="InvalidOperationException">A driver's own library is missing or unsafe.</exception>
    public static IServiceCollection AddDrOrchestratorDrivers(this IServiceCollection services, ServerSettings settings)
    {
        IReadOnlyCollection<SiteId>? sites = null;
        if (settings.InventoryPath is { } path)
        {
            var inventory = YamlInventory.Load(path, Installed(settings));
            sites = inventory.Sites;
            services.AddSingleton<IInventory>(inventory);
            services.AddSingleton<IHostNames>(inventory);
            if (settings.Fleet is { } fleet)
            {
                services.AddSingleton<IDrivers>(provider => Remote(fleet, provider.GetRequiredService<TimeProvider>()));
            }
            else
            {
                LibvirtLibrary.Use(settings.LibvirtLibrary);
                services.AddSingleton<IDrivers>(provider => Libvirt(provider.GetRequiredService<TimeProvider>()));
            }
        }
        else
        {
            var inventory = new SimulatedInventory(settings.SimulatedSlots);
            services.AddSingleton<IInventory>(inventory);
            services.AddSingleton<IHostNames>(inventory);
            services.AddSingleton<IDrivers>(provider => Simulated(settings, inventory, provider.GetRequiredService<TimeProvider>()));
        }

        services.AddSingleton<IPlanCatalog>(PlanCatalog.Load(settings.RunbooksPath, sites));
        return services;
    }

    private static DriverSet Libvirt(TimeProvider clock) => new(
        new MeteredGuestProbe(new HttpGuestProbe(), clock), Guarded(new LibvirtDriver(new LibvirtDriverOptions { ConfirmedHandover = true }, clock), clock));

    /// <summary>A fleet in another process. It may hang on purpose, and its driver has deadlines of its own: this one is the last resort.</summary>
    private static DriverSet Remote(Uri fleet, TimeProvider clock)
    {
        var remote = new RemoteSimulatedDriver(new HttpClient { BaseAddress = fleet, Timeout = TimeSpan.FromMinutes(2) }, EngineJson.Options);
        return new DriverSet(new MeteredGuestProbe(remote, clock), Guarded(remote, clock));
    }

    private static Dictionary<string, IHypervisorDriver> Guarded(IHypervisorDriver driver, TimeProvider clock) =>
        new() { [driver.Name] = new MeteredDriver(new GuardedDriver(driver, new GuardOptions(), clock), clock) };

    /// <summary>A fleet in another process where one is named, else one of our own.</summary>
    private static DriverSet Simulated(ServerSettings settings, SimulatedInventory inventory, TimeProvider clock)
    {
        if (settings.Fleet is { } address)
        {
            return Remote(address, clock);
        }

        var fleet = new SimulatedFleet(clock);
        foreach (var host in inventory.Hosts)
        {
            fleet.AddHost(new SimulatedHostSettings(host.Host, host.Site) { Bandwidth = Bandwidth.FromMegabitsPerSecond(1000) });
        }

        for (var index = 1; index <= settings.SimulatedVms; index++)
        {
            var vm = new VmRef(new VmId($"00000000-0000-4000-8000-{index:d12}"), $"vm-{index:d2}");
            fleet.AddVm(new SimulatedVmSettings(vm) { Memory = Bytes.FromMebibytes(256 * (1 + (index % 4))) }, inventory.Hosts[index <= settings.SimulatedVms / 2 ? 0 : index % 4].Host);
        }

        return new DriverSet(new MeteredGuestProbe(new SimulatedGuests(fleet), clock), Guarded(new SimulatedDriver(fleet), clock));
    }
}
