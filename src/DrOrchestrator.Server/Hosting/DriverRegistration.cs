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

namespace DrOrchestrator.Server.Hosting;

/// <summary>Puts inventory, plans and the installed drivers behind their ports.</summary>
public static class DriverRegistration
{
    /// <summary>The drivers that an inventory may name.</summary>
    private static readonly string[] Installed = [LibvirtDriver.DriverName];

    /// <exception cref="ConfigurationException">The inventory or a runbook is wrong.</exception>
    /// <exception cref="InvalidOperationException">A driver's own library is missing or unsafe.</exception>
    public static IServiceCollection AddDrOrchestratorDrivers(this IServiceCollection services, ServerSettings settings)
    {
        IReadOnlyCollection<SiteId>? sites = null;
        if (settings.InventoryPath is { } path)
        {
            var inventory = YamlInventory.Load(path, Installed);
            LibvirtLibrary.Use(settings.LibvirtLibrary);
            sites = inventory.Sites;
            services.AddSingleton<IInventory>(inventory);
            services.AddSingleton<IHostNames>(inventory);
            services.AddSingleton<IDrivers>(provider => new DriverSet(
                new HttpGuestProbe(),
                Guarded(new LibvirtDriver(new LibvirtDriverOptions { ConfirmedHandover = true }, provider.GetRequiredService<TimeProvider>()), provider.GetRequiredService<TimeProvider>())));
        }
        else
        {
            var inventory = new SimulatedInventory();
            services.AddSingleton<IInventory>(inventory);
            services.AddSingleton<IHostNames>(inventory);
            services.AddSingleton<IDrivers>(provider => Simulated(settings, inventory, provider.GetRequiredService<TimeProvider>()));
        }

        services.AddSingleton<IPlanCatalog>(PlanCatalog.Load(settings.RunbooksPath, sites));
        return services;
    }

    private static Dictionary<string, IHypervisorDriver> Guarded(IHypervisorDriver driver, TimeProvider clock) =>
        new() { [driver.Name] = new GuardedDriver(driver, new GuardOptions(), clock) };

    /// <summary>A fleet in another process where one is named, else one of our own.</summary>
    private static DriverSet Simulated(ServerSettings settings, SimulatedInventory inventory, TimeProvider clock)
    {
        if (settings.Fleet is { } address)
        {
            // A fleet under test may hang on purpose, and its driver has deadlines of its own: this one is the last resort.
            var remote = new RemoteSimulatedDriver(new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) }, EngineJson.Options);
            return new DriverSet(remote, Guarded(remote, clock));
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

        return new DriverSet(new SimulatedGuests(fleet), Guarded(new SimulatedDriver(fleet), clock));
    }
}
