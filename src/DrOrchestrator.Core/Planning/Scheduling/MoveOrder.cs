using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Plans;

namespace DrOrchestrator.Core.Planning.Scheduling;

/// <summary>The order in which moves are to begin, and how many at once, found by trying a few that are each good for something.</summary>
internal static class MoveOrder
{
    /// <summary>A gain below this is rounding.</summary>
    private static readonly TimeSpan Worthwhile = TimeSpan.FromMilliseconds(1);

    /// <summary>An order, what it is expected to take, and the number at once where that is less than the policy's.</summary>
    internal sealed record Chosen(IReadOnlyList<PlannedMove> Moves, Timetable? Timetable, int? AtOnce);

    /// <summary>
    /// Higher priorities first, always. Within a priority, whichever of three orders takes least: largest memory
    /// first, the busiest way first, or large and small mixed. Where dirty rates are known, fewer at once are tried too, and one at a time always is: no plan
    /// takes longer than that.
    /// </summary>
    public static Chosen Best(IReadOnlyList<PlannedMove> moves, PlanPolicy policy, ScopeObservation scope)
    {
        var priorities = Priorities(scope);
        var largest = ByPriority(moves, priorities, BySize);
        if (Timetable.Of(largest, policy, scope) is not { } first)
        {
            return new Chosen(largest, null, null);
        }

        var best = new Chosen(largest, first, null);
        var network = new Network(policy, scope);
        Try(ByPriority(moves, priorities, ofOne => ByBusiestWay(ofOne, policy, network)), null);
        Try(ByPriority(moves, priorities, Mixed), null);
        var dirty = moves.Select(network.RouteOf).Any(route => route.Dirty > 0);
        for (var atOnce = policy.Parallel / 2; dirty && atOnce > 1; atOnce /= 2)
        {
            Try(best.Moves, atOnce);
        }

        Try(best.Moves, 1);
        return best;

        void Try(IReadOnlyList<PlannedMove> order, int? atOnce)
        {
            var table = Timetable.Of(order, policy, scope, atOnce)!;
            if (table.Makespan < best.Timetable!.Makespan - Worthwhile)
            {
                best = new Chosen(order, table, atOnce);
            }
        }
    }

    public static IReadOnlyDictionary<string, int> Priorities(ScopeObservation scope) =>
        (scope.Rules?.Vms ?? []).Where(rule => rule.Priority is not null).ToDictionary(rule => rule.Vm.Value, rule => rule.Priority!.Value, StringComparer.Ordinal);

    public static int PriorityOf(this IReadOnlyDictionary<string, int> priorities, VmRef vm) =>
        priorities.GetValueOrDefault(vm.Id.Value, VmRule.UsualPriority);

    private static PlannedMove[] ByPriority(
        IReadOnlyList<PlannedMove> moves, IReadOnlyDictionary<string, int> priorities, Func<PlannedMove[], IEnumerable<PlannedMove>> within) =>
        [.. moves.GroupBy(move => priorities.PriorityOf(move.Vm)).OrderByDescending(group => group.Key).SelectMany(group => within([.. group]))];

    private static IEnumerable<PlannedMove> BySize(PlannedMove[] moves) => moves.OrderByDescending(move => move.Memory.Value)
        .ThenBy(move => move.Vm.Name, StringComparer.Ordinal).ThenBy(move => move.Vm.Id.Value, StringComparer.Ordinal);

    /// <summary>
    /// One host after the other, the one with the most to send first; of each the largest and the smallest in turns. Transfers of one size that
    /// share a way end together, and nothing is sent over it while all the next ones are made ready.
    /// </summary>
    private static IEnumerable<PlannedMove> Mixed(PlannedMove[] moves) => moves.GroupBy(move => move.Source.Host)
        .OrderByDescending(group => group.Sum(move => move.Memory.Value)).ThenBy(group => group.Key)
        .SelectMany(group =>
        {
            PlannedMove[] sorted = [.. BySize([.. group])];
            return Enumerable.Range(0, sorted.Length).Select(index => sorted[index % 2 == 0 ? index / 2 : sorted.Length - 1 - (index / 2)]);
        });

    /// <summary>
    /// Again and again the largest move over the way, or towards the host's slots, that has most left to do: no way is left
    /// with work when the others have ended.
    /// </summary>
    private static List<PlannedMove> ByBusiestWay(PlannedMove[] moves, PlanPolicy policy, Network network)
    {
        var left = BySize(moves).Select(move => (Move: move, Route: network.RouteOf(move))).ToList();
        var busy = new double[network.Capacities.Count];
        var slots = new double[network.Hosts.Count];
        void Add((PlannedMove Move, Route Route) entry, int sign)
        {
            foreach (var way in entry.Route.Ways)
            {
                busy[way] += sign * entry.Move.Memory.Value / network.Capacities[way];
            }

            var alone = (entry.Move.Memory.Value / entry.Route.Alone) + Timetable.PerMove.TotalSeconds;
            slots[entry.Route.Destination] += sign * alone / policy.PerDestination;
            slots[entry.Route.Source] += sign * alone / (policy.PerSource ?? policy.Parallel);
        }

        foreach (var entry in left)
        {
            Add(entry, 1);
        }

        var order = new List<PlannedMove>(left.Count);
        while (left.Count > 0)
        {
            // A link that all share is as busy for each of them: then the rest of their ways decides.
            var (next, most) = (0, (Busiest: double.NegativeInfinity, All: double.NegativeInfinity));
            for (var index = 0; index < left.Count; index++)
            {
                var route = left[index].Route;
                var (busiest, all) = (Math.Max(slots[route.Source], slots[route.Destination]), slots[route.Source] + slots[route.Destination]);
                foreach (var way in route.Ways)
                {
                    (busiest, all) = (Math.Max(busiest, busy[way]), all + busy[way]);
                }

                if ((busiest, all).CompareTo(most) > 0)
                {
                    (next, most) = (index, (busiest, all));
                }
            }

            order.Add(left[next].Move);
            Add(left[next], -1);
            left.RemoveAt(next);
        }

        return order;
    }
}
