using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning.Placing;
using DrOrchestrator.Core.Planning.Scheduling;
using DrOrchestrator.Core.Plans;

namespace DrOrchestrator.Core.Planning;

/// <summary>One VM's way in a plan of moves.</summary>
/// <param name="Vm">Which VM.</param>
/// <param name="Source">Where it runs.</param>
/// <param name="Destination">Where it is to run.</param>
/// <param name="Memory">Its configured memory.</param>
/// <param name="Check">How its guest is asked whether it lives; null: it has no check.</param>
/// <param name="Forecast">When it is expected to be under way; null: not predicted.</param>
public sealed record PlannedMove(
    VmRef Vm, HostEndpoint Source, HostEndpoint Destination, Bytes Memory, GuestCheck? Check, MoveForecast? Forecast = null);

/// <summary>A VM that could not be placed, and why.</summary>
/// <param name="Vm">Which VM.</param>
/// <param name="Reason">What binds at which host, and the way out.</param>
public sealed record Unplaced(VmRef Vm, string Reason);

/// <summary>The moves in the order in which they are to begin, and what they are expected to take.</summary>
/// <param name="Moves">Higher priorities first. One that a limit holds back is passed over until it fits.</param>
/// <param name="Unplaced">VMs that stay, each with its reason.</param>
/// <param name="PredictedMakespan">By simulation under the plan's limits; null without a known link.</param>
/// <param name="LowerBound">The busiest link or interface at its whole bandwidth, or the longest move alone: no schedule that sends every page once is faster; null without a known link.</param>
/// <param name="BoundBy">What the lower bound comes from, in words; null: none is known, or the plan was recorded before it was said.</param>
/// <param name="HeldBackBy">The limit that longest kept moves waiting, where the prediction is more than a tenth above the lower bound; null: none, or not recorded.</param>
/// <param name="AtOnce">How many are to be under way at once where that is less than the policy's; null: as many as the policy says.</param>
/// <param name="LeftOut">Hosts at the plan's sites that take nothing because they are worked on, sick or being emptied; null: none, or recorded before they were left out.</param>
public sealed record EvacuationPlan(
    IReadOnlyList<PlannedMove> Moves,
    IReadOnlyList<Unplaced> Unplaced,
    TimeSpan? PredictedMakespan,
    TimeSpan? LowerBound,
    string? BoundBy = null,
    string? HeldBackBy = null,
    int? AtOnce = null,
    IReadOnlyList<HostLeftOut>? LeftOut = null);

/// <summary>Finds a destination with room for every VM of a host or of several, and an order. The same look gives the same plan.</summary>
public static class EvacuationPlanner
{
    /// <summary>Takes every running VM off one host.</summary>
    public static EvacuationPlan Plan(HostId source, RecoveryPlan plan, ScopeObservation scope) => Plan([source], plan, scope);

    /// <summary>
    /// Takes every running VM off the hosts. Each is placed where memory, virtual CPUs and groups allow, or stays with its
    /// reason; hosts that did not answer, are sick, are being emptied or are worked on take none.
    /// </summary>
    public static EvacuationPlan Plan(IReadOnlyCollection<HostId> sources, RecoveryPlan plan, ScopeObservation scope)
    {
        var emptied = sources.ToHashSet();
        var priorities = MoveOrder.Priorities(scope);
        var unplaced = new List<Unplaced>();
        var movers = new List<Mover>();
        var copies = scope.Hosts.Where(host => emptied.Contains(host.Host))
            .SelectMany(host => host.Copies.Where(copy => copy.State is VmState.Running or VmState.Paused or VmState.Crashed or VmState.Other), (host, copy) => (Host: host, Copy: copy));
        foreach (var places in copies.GroupBy(entry => entry.Copy.Vm.Id))
        {
            var (host, copy) = places.First();
            if (places.Skip(1).Any())
            {
                unplaced.Add(new Unplaced(copy.Vm, $"It is reported by {string.Join(" and ", places.Select(place => place.Host.Host))}. Find out where it runs before it is moved."));
            }
            else if (copy.State is VmState.Running)
            {
                movers.Add(new Mover(copy.Vm, copy.Memory, copy.Vcpus, host.Endpoint, Destinations.CpuModelOf(host), priorities.PriorityOf(copy.Vm)));
            }
            else
            {
                unplaced.Add(new Unplaced(copy.Vm, $"It is {copy.State}, not running, at {host.Host}; a live migration needs a running guest."));
            }
        }

        var (units, destinations) = BestPlacement(movers, plan, scope, emptied, [], []);
        if (plan.Policy.Placement is PlacementPreference.Spread)
        {
            Levelling.Level(units, destinations, WithoutIncoming(MovesOf(units, scope), plan.Policy, scope, emptied));
        }

        unplaced.AddRange(units.Where(unit => !unit.IsPlaced).SelectMany(unit => unit.Blocks, (unit, block) => (unit, block))
            .SelectMany(entry => entry.block.Movers, (entry, mover) => new Unplaced(mover.Vm, WhyUnplaced.Of(entry.unit, entry.block, destinations))));
        return Scheduled(MovesOf(units, scope), unplaced, plan.Policy, scope) with { LeftOut = destinations.LeftOut.Length > 0 ? destinations.LeftOut : null };
    }

    /// <summary>Another destination for one VM after an attempt failed; null: none has room.</summary>
    public static HostEndpoint? Replace(
        PlannedMove move, RecoveryPlan plan, ScopeObservation scope, IEnumerable<PlannedMove> others, IReadOnlyCollection<HostId> avoid) =>
        PlaceOthers([move], plan, scope, new HashSet<HostId> { move.Source.Host }, [.. others], avoid)[0]?.Endpoint;

    /// <summary>
    /// Looks at moves that have not begun in the light of a new look. Each keeps its destination as long as that answers, has room
    /// and is not to be avoided; else it gets another one, and where there is none it keeps the one it has: preflight judges it.
    /// </summary>
    /// <param name="sources">The hosts that are being emptied, as when the plan was made.</param>
    /// <param name="waiting">The moves, in their order.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="scope">The new look.</param>
    /// <param name="decided">Moves that are under way or done, and hold their room.</param>
    /// <param name="avoid">Hosts that are taken only where no other has room.</param>
    /// <returns>The same moves in the same order; those that go elsewhere have no forecast.</returns>
    public static IReadOnlyList<PlannedMove> Replan(
        IReadOnlyCollection<HostId> sources, IReadOnlyList<PlannedMove> waiting, RecoveryPlan plan, ScopeObservation scope, IReadOnlyCollection<PlannedMove> decided,
        IReadOnlyCollection<HostId> avoid)
    {
        var emptied = sources.ToHashSet();
        var destinations = new Destinations(plan, scope, emptied, decided);
        var homeless = new List<PlannedMove>();
        foreach (var move in waiting)
        {
            if (!avoid.Contains(move.Destination.Host) && Holds(PlacementUnits.Of([MoverOf(move, scope)], destinations)[0], destinations, move.Destination.Host))
            {
                destinations.Decide(move);
            }
            else
            {
                homeless.Add(move);
            }
        }

        if (homeless.Count == 0)
        {
            return waiting;
        }

        var found = PlaceOthers(homeless, plan, scope, emptied, [.. decided, .. waiting.Except(homeless)], avoid);
        var elsewhere = homeless.Zip(found).Where(entry => entry.Second is not null && entry.Second.Host != entry.First.Destination.Host)
            .ToDictionary(entry => entry.First.Vm.Id, entry => entry.First with { Destination = entry.Second!.Endpoint, Forecast = null });
        return [.. waiting.Select(move => elsewhere.GetValueOrDefault(move.Vm.Id, move))];
    }

    private static bool Holds(PlacementUnit unit, Destinations destinations, HostId at) =>
        unit.Contradiction is null && (unit.Blocks[0].Only ?? at) == at && destinations.Find(at) is { } host && host.Takes(unit.Blocks[0])
        && (unit.Only ?? host.Endpoint.Site) == host.Endpoint.Site;

    private static Candidate?[] PlaceOthers(
        IReadOnlyList<PlannedMove> moves, RecoveryPlan plan, ScopeObservation scope, HashSet<HostId> sources, IReadOnlyCollection<PlannedMove> decided,
        IReadOnlyCollection<HostId> avoid)
    {
        var (units, _) = BestPlacement(
            [.. moves.Select(move => MoverOf(move, scope))], plan, scope, sources, decided, avoid);
        var at = units.SelectMany(unit => unit.Blocks).SelectMany(block => block.Movers, (block, mover) => (mover.Vm.Id, block.At)).ToDictionary(entry => entry.Id, entry => entry.At);
        return [.. moves.Select(move => at[move.Vm.Id])];
    }

    private static Mover MoverOf(PlannedMove move, ScopeObservation scope)
    {
        var source = scope.Hosts.FirstOrDefault(host => host.Host == move.Source.Host);
        var vcpus = scope.Hosts.SelectMany(host => host.Copies).Where(copy => copy.Vm.Id == move.Vm.Id).Select(copy => copy.Vcpus).DefaultIfEmpty(0).Max();
        return new Mover(move.Vm, move.Memory, vcpus, move.Source, Destinations.CpuModelOf(source), MoveOrder.Priorities(scope).PriorityOf(move.Vm));
    }

    /// <summary>By the policy's preference; where that leaves a VM without room, by the other one too, and the better of both.</summary>
    private static (PlacementUnit[] Units, Destinations Destinations) BestPlacement(
        IReadOnlyList<Mover> movers, RecoveryPlan plan, ScopeObservation scope, IReadOnlySet<HostId> sources, IReadOnlyCollection<PlannedMove> decided, IReadOnlyCollection<HostId> avoid)
    {
        var preferred = Place(plan.Policy.Placement);
        if (preferred.Units.All(unit => unit.IsPlaced || unit.Contradiction is not null))
        {
            return preferred;
        }

        var other = Place(plan.Policy.Placement is PlacementPreference.Pack ? PlacementPreference.Spread : PlacementPreference.Pack);
        return IsBetter(other.Units, preferred.Units) ? other : preferred;

        (PlacementUnit[] Units, Destinations Destinations) Place(PlacementPreference preference)
        {
            var destinations = new Destinations(plan, scope, sources, decided);
            var units = PlacementUnits.Of(movers, destinations);
            new Placement(destinations, preference, avoid).Place(units);
            return (units, destinations);
        }
    }

    /// <summary>More VMs of the highest priority at which they differ; then more memory.</summary>
    private static bool IsBetter(PlacementUnit[] one, PlacementUnit[] other)
    {
        int Placed(PlacementUnit[] units, int priority) => units.Where(unit => unit.IsPlaced).SelectMany(unit => unit.Movers).Count(mover => mover.Priority == priority);
        foreach (var priority in one.SelectMany(unit => unit.Movers).Select(mover => mover.Priority).Distinct().OrderDescending())
        {
            if (Placed(one, priority) is var here && Placed(other, priority) is var there && here != there)
            {
                return here > there;
            }
        }

        return one.Where(unit => unit.IsPlaced).Sum(unit => unit.Memory) > other.Where(unit => unit.IsPlaced).Sum(unit => unit.Memory);
    }

    private static List<PlannedMove> MovesOf(PlacementUnit[] units, ScopeObservation scope)
    {
        var checks = scope.Checks.ToLookup(check => check.Vm);
        return
        [
            .. units.SelectMany(unit => unit.Blocks).Where(block => block.At is not null).SelectMany(block => block.Movers, (block, mover) =>
                new PlannedMove(mover.Vm, mover.Source, block.At!.Endpoint, mover.Memory, checks[mover.Vm.Id].FirstOrDefault()?.Check)),
        ];
    }

    /// <summary>The least that the moves take, in seconds, if every destination had an interface without end; 0: not known.</summary>
    private static double WithoutIncoming(IReadOnlyList<PlannedMove> moves, PlanPolicy policy, ScopeObservation scope, HashSet<HostId> sources)
    {
        var rules = scope.Rules ?? FleetRules.None;
        var wide = scope with { Rules = rules with { Hosts = [.. rules.Hosts.Where(limit => sources.Contains(limit.Host))] } };
        return Prediction.LowerBound(moves, policy, wide)?.Length.TotalSeconds ?? 0;
    }

    private static EvacuationPlan Scheduled(List<PlannedMove> placed, List<Unplaced> unplaced, PlanPolicy policy, ScopeObservation scope)
    {
        var chosen = MoveOrder.Best(placed, policy, scope);
        if (chosen.Timetable is not { } table || Prediction.LowerBound(placed, policy, scope) is not { } bound)
        {
            return new EvacuationPlan(chosen.Moves, unplaced, null, null);
        }

        PlannedMove[] moves = [.. chosen.Moves.Zip(table.Forecasts, (move, forecast) => move with { Forecast = forecast })];
        return new EvacuationPlan(
            moves, unplaced, table.Makespan, bound.Length, bound.What, table.Makespan > bound.Length * 1.1 ? table.HeldBackBy : null, chosen.AtOnce);
    }
}
