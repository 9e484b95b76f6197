using DrOrchestrator.Core.Inventory;

namespace DrOrchestrator.Drivers;

/// <summary>Asks a guest itself, as its clients would, whether it lives.</summary>
public interface IGuestProbe
{
    /// <summary>One question. Unknown: no usable answer within the probe's own deadline; the reason says why.</summary>
    Task<Outcome<GuestObservation>> Observe(VmRef vm, GuestCheck check, CancellationToken cancellationToken);
}
