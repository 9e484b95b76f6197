using DrOrchestrator.Core.Inventory;

namespace DrOrchestrator.Drivers.Simulated;

/// <summary>Asks the guests of a <see cref="SimulatedFleet"/> as their clients would.</summary>
public sealed class SimulatedGuests(SimulatedFleet fleet, SimulatedDriverOptions? options = null) : IGuestProbe
{
    private readonly SimulatedDriverOptions options = options ?? new SimulatedDriverOptions();

    public async Task<Outcome<GuestObservation>> Observe(VmRef vm, GuestCheck check, CancellationToken cancellationToken) =>
        fleet.WhereGuestAnswers(vm) is { } host
            ? await fleet.Send(
                SimulatedCallKind.ObserveGuest,
                host,
                vm.Id,
                null,
                options.Place,
                options.CallDeadline,
                h => fleet.Observe(h, vm, check),
                cancellationToken)
            : new Outcome<GuestObservation>.Unknown($"{vm} did not answer: it runs nowhere.");
}
