using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Inventory.Drift;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Engine.Ports;

namespace DrOrchestrator.Server.Api.Fleet;

/// <summary>The inventory and the record, held against the last look.</summary>
public sealed class DriftViews(StateReader states, IInventory inventory, IFleetView fleet)
{
    private const int Vms = 20_000;

    public async Task<IReadOnlyList<DriftFinding>> Find(CancellationToken cancellationToken) => fleet.Last is not { } look ? [] : InventoryDrift.Of(
        inventory.Declared, look.Observation, [.. (await states.List("vm", Vms, cancellationToken)).Select(state => (MoveState)state.State)]);

    public async Task<DriftReport> Report(CancellationToken cancellationToken)
    {
        var look = fleet.Last;
        return new DriftReport(
            look?.At,
            [.. (look?.Observation.Hosts ?? []).Where(host => !host.Answered).Select(host => host.Host.Value)],
            [.. (await Find(cancellationToken)).Select(found => new DriftView(Words.Of(found.Kind), found.Subject, found.Fact, found.OfOurOwn))]);
    }
}
