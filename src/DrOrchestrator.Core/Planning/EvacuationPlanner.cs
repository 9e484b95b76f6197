using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Plans;

namespace DrOrchestrator.Core.Planning;

/// <summary>One VM's way in a plan of moves.</summary>
public sealed record PlannedMove(VmRef Vm, HostEndpoint Source, HostEndpoint Destination, Bytes Memory, GuestCheck? Check);

/// <summary>A VM that could not be placed, and why.</summary>
public sealed record Unplaced(VmRef Vm, string Reason);

/// <summary>The moves in the order in which they are to begin, and what they are expected to take.</summary>
/// <param name="Moves">Largest memory first, so that no long move is left for the end.</param>
/// <param name="Unplaced">VMs that stay, each with its reason.</param>
/// <param name="PredictedMakespan">Sum over parallel lanes of memory over the link's share; null without a known link.</param>
/// <param name="LowerBound">All memory over the link's whole bandwidth: no schedule that sends every page once is faster; null without a known link.</param>
public sealed record EvacuationPlan(
    IReadOnlyList<PlannedMove> Moves, IReadOnlyList<Unplaced> Unplaced, TimeSpan? PredictedMakespan, TimeSpan? LowerBound);

/// <summary>Finds a destination with room for every VM of a host, and an order.</summary>
public static class EvacuationPlanner
{
    /// <summary>
    /// Places each running VM of the host on the destination with the most memory left, site by site in
    /// the plan's order; a host that did not answer, or is the source, takes none.
    /// </summary>
    public static EvacuationPlan Plan(HostId source, RecoveryPlan plan, ScopeObservation scope)
    {
        var from = scope.Hosts.First(host => host.Host == source);
        var room = new DestinationRoom(plan, scope, source);
        var moves = new List<PlannedMove>();
        var unplaced = new List<Unplaced>();
        foreach (var copy in from.Copies.Where(copy => copy.State is VmState.Running or VmState.Paused or VmState.Crashed or VmState.Other)
            .OrderByDescending(copy => copy.Memory.Value).ThenBy(copy => copy.Vm.Name, StringComparer.Ordinal))
        {
            if (copy.State is not VmState.Running)
            {
                unplaced.Add(new Unplaced(copy.Vm, $"It is {copy.State}, not running, at {source}; a live migration needs a running guest."));
            }
            else if (room.Take(copy.Memory, []) is { } destination)
            {
                moves.Add(new PlannedMove(copy.Vm, from.Endpoint, destination, copy.Memory, scope.Checks.FirstOrDefault(check => check.Vm == copy.Vm.Id)?.Check));
            }
            else
            {
                unplaced.Add(new Unplaced(copy.Vm, room.WhyNone(copy.Memory)));
            }
        }

        return new EvacuationPlan(moves, unplaced, Prediction.Makespan(moves, plan.Policy.Parallel, scope.Links), Prediction.LowerBound(moves, scope.Links));
    }

    /// <summary>Another destination for one VM after an attempt failed; null: none has room.</summary>
    public static HostEndpoint? Replace(
        PlannedMove move, RecoveryPlan plan, ScopeObservation scope, IEnumerable<PlannedMove> others, IReadOnlyCollection<HostId> avoid)
    {
        var room = new DestinationRoom(plan, scope, move.Source.Host);
        foreach (var other in others)
        {
            room.Reserve(other.Destination.Host, other.Memory);
        }

        return room.Take(move.Memory, avoid) ?? room.Take(move.Memory, []);
    }
}
