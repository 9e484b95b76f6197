using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Drivers;

namespace DrOrchestrator.Server.Telemetry;

/// <summary>Measures the questions to guests.</summary>
public sealed class MeteredGuestProbe(IGuestProbe guests, TimeProvider clock) : IGuestProbe
{
    private readonly CallMeter meter = new("guest", clock);

    public Task<Outcome<GuestObservation>> Observe(VmRef vm, GuestCheck check, CancellationToken cancellationToken) =>
        meter.Measure("observe", vm.Name, () => guests.Observe(vm, check, cancellationToken));
}
