using DrOrchestrator.Core.Plans;

namespace DrOrchestrator.Core.Planning.Scheduling;

/// <summary>What keeps a move from beginning.</summary>
internal enum SlotLimit
{
    None,

    /// <summary>So many moves are under way in the run as it allows.</summary>
    Parallel,
    Source,
    Destination,
    Link,
    Host,
    Hypervisor,

    /// <summary>Somebody would have less bandwidth than the dirty rate asks for.</summary>
    Convergence,
}

/// <summary>
/// The slots of one run: which moves are under way, and whether one more may begin. The timetable and the admission of a
/// run both ask here, so that a plan predicts what admission will do.
/// </summary>
internal sealed class MoveSlots(Network network, PlanPolicy policy, int? atOnce)
{
    private const double Tolerance = 1e-9;

    private readonly int parallel = Math.Max(1, Math.Min(policy.Parallel, atOnce ?? policy.Parallel));
    private readonly List<Route> open = [];
    private readonly Counts off = new();
    private readonly Counts towards = new();
    private readonly Counts atHost = new();
    private readonly Counts over = new();
    private readonly Counts ofDriver = new();
    private readonly Counts onWay = new();
    private int dirtying;

    public bool IsFull => open.Count >= parallel;

    public void Take(Route route) => Count(route, 1);

    public void Release(Route route) => Count(route, -1);

    /// <summary>The first limit that one more move would break.</summary>
    public SlotLimit WhyNot(Route route)
    {
        if (IsFull)
        {
            return SlotLimit.Parallel;
        }

        if (off[route.Source] >= (policy.PerSource ?? int.MaxValue))
        {
            return SlotLimit.Source;
        }

        if (towards[route.Destination] >= policy.PerDestination)
        {
            return SlotLimit.Destination;
        }

        if (route.Link >= 0 && over[route.Link] >= (policy.PerLink ?? int.MaxValue))
        {
            return SlotLimit.Link;
        }

        if (atHost[route.Source] >= network.Hosts[route.Source].AtOnce || atHost[route.Destination] >= network.Hosts[route.Destination].AtOnce)
        {
            return SlotLimit.Host;
        }

        return route.Drivers.Any(driver => ofDriver[driver] >= network.Drivers[driver].AtOnce) ? SlotLimit.Hypervisor
            : Converges(route) ? SlotLimit.None
            : SlotLimit.Convergence;
    }

    /// <summary>
    /// Whether everybody would keep the rate that its dirty rate asks for. Judged by equal parts of each way, which is
    /// never more than the fair share, and which nobody loses when another move ends.
    /// </summary>
    private bool Converges(Route route)
    {
        if (open.Count == 0 || (dirtying == 0 && route.Dirty <= 0))
        {
            return true;
        }

        // Whoever shares nothing with it loses nothing by it.
        bool Keeps(Route one) => one.Ways.All(way =>
            network.Capacities[way] / (onWay[way] + (route.Ways.Contains(way) ? 1 : 0)) >= Convergence.Wanted(one) * (1 - Tolerance));
        return Keeps(route) && open.TrueForAll(one => !one.Ways.Intersect(route.Ways).Any() || Keeps(one));
    }

    private void Count(Route route, int by)
    {
        if (by > 0)
        {
            open.Add(route);
        }
        else
        {
            open.Remove(route);
        }

        dirtying += route.Dirty > 0 ? by : 0;
        off.Add(route.Source, by);
        towards.Add(route.Destination, by);
        atHost.Add(route.Source, by);
        atHost.Add(route.Destination, by);
        if (route.Link >= 0)
        {
            over.Add(route.Link, by);
        }

        foreach (var driver in route.Drivers)
        {
            ofDriver.Add(driver, by);
        }

        foreach (var way in route.Ways)
        {
            onWay.Add(way, by);
        }
    }

    /// <summary>Counts by number; what was never counted is 0.</summary>
    private sealed class Counts
    {
        private int[] counts = new int[16];

        public int this[int number] => number < counts.Length ? counts[number] : 0;

        public void Add(int number, int by)
        {
            if (number >= counts.Length)
            {
                Array.Resize(ref counts, Math.Max(number + 1, counts.Length * 2));
            }

            counts[number] += by;
        }
    }
}
