using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Drivers;

namespace DrOrchestrator.Engine.Ports;

/// <summary>Port: the hypervisors and the guests.</summary>
public interface IDrivers
{
    IGuestProbe Guests { get; }

    /// <summary>The driver of a host; one is always found, for the inventory was checked against what is installed.</summary>
    IHypervisorDriver For(HostEndpoint host);
}
