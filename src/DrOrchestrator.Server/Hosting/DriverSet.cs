using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Drivers;
using DrOrchestrator.Engine.Ports;

namespace DrOrchestrator.Server.Hosting;

/// <summary>The drivers port: each host's driver by the name that the inventory gives.</summary>
public sealed class DriverSet(IGuestProbe guests, IReadOnlyDictionary<string, IHypervisorDriver> drivers) : IDrivers, IAsyncDisposable
{
    public IGuestProbe Guests => guests;

    public IHypervisorDriver For(HostEndpoint host) => drivers.TryGetValue(host.Driver, out var driver)
        ? driver
        : throw new InvalidOperationException($"Host {host.Host} names the driver '{host.Driver}'; there are {string.Join(", ", drivers.Keys)}.");

    public async ValueTask DisposeAsync()
    {
        foreach (var driver in drivers.Values)
        {
            await driver.DisposeAsync();
        }
    }
}
