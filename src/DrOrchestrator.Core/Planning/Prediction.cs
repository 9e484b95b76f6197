using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning.Scheduling;
using DrOrchestrator.Core.Plans;

namespace DrOrchestrator.Core.Planning;

/// <summary>What no schedule can beat.</summary>
/// <param name="Length">From the first byte to the last.</param>
/// <param name="What">What binds, in words: a link, an interface, or one move.</param>
public sealed record BandwidthBound(TimeSpan Length, string What);

/// <summary>The least that a set of moves can take.</summary>
public static class Prediction
{
    /// <summary>What a prediction and a lower bound leave out, a sentence; null: nothing of the moves themselves. What disks are copied a look at the hosts does not say.</summary>
    public static string? LeavesOut(PlanPolicy policy) => policy.Move.Migration.Storage switch
    {
        StorageMode.Shared => null,
        StorageMode.Copied => "The prediction leaves out the disks, all of which are copied.",
        _ => "The prediction leaves out disks that are copied, as those on a host's own storage are.",
    };

    /// <summary>
    /// The busiest link or interface at its whole width, or the longest move by itself, whichever takes longer; every page sent
    /// once, nothing besides. Null: of some move nothing is known that its data goes over.
    /// </summary>
    public static BandwidthBound? LowerBound(IReadOnlyList<PlannedMove> moves, PlanPolicy policy, ScopeObservation scope)
    {
        var network = new Network(policy, scope);
        var routes = moves.Select(network.RouteOf).ToArray();
        if (!Array.TrueForAll(routes, route => route.IsKnown))
        {
            return null;
        }

        var busy = new double[network.Capacities.Count];
        var (longest, what) = (0d, "nothing has to be sent");
        foreach (var (move, route) in moves.Zip(routes))
        {
            foreach (var way in route.Ways)
            {
                busy[way] += move.Memory.Value / network.Capacities[way];
            }

            if (move.Memory.Value / route.Alone > longest)
            {
                (longest, what) = (move.Memory.Value / route.Alone, $"{move.Vm} alone");
            }
        }

        for (var way = 0; way < busy.Length; way++)
        {
            // A move alone is the same as its way where it is the only one there; the way is what can be widened.
            if (busy[way] >= longest)
            {
                (longest, what) = (busy[way], network.Names[way]);
            }
        }

        return new BandwidthBound(Timetable.Span(longest), what);
    }
}
