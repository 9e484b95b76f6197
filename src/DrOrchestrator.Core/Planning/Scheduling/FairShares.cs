namespace DrOrchestrator.Core.Planning.Scheduling;

/// <summary>
/// How transfers under way divide what they share: each way equally among those on it, and what one can not use, because another
/// way of its own is narrower, goes to the others (max-min fairness; Bertsekas and Gallager, Data Networks, 6.5.2). So do
/// long TCP streams of the same round-trip time, roughly.
/// </summary>
internal static class FairShares
{
    /// <summary>Fills <paramref name="rates"/> with each flow's bytes per second. Every flow's route must be known.</summary>
    public static void Divide(IReadOnlyList<Route> flows, Network network, Span<double> rates)
    {
        var left = network.Capacities.ToArray();
        var waiting = new int[left.Length];
        foreach (var flow in flows)
        {
            foreach (var way in flow.Ways)
            {
                waiting[way]++;
            }
        }

        var open = Enumerable.Range(0, flows.Count).ToArray();
        var count = open.Length;
        while (count > 0)
        {
            var level = network.Cap;
            var narrowest = -1;
            for (var way = 0; way < left.Length; way++)
            {
                if (waiting[way] > 0 && left[way] / waiting[way] < level)
                {
                    (level, narrowest) = (left[way] / waiting[way], way);
                }
            }

            // Below the cap, the flows on the narrowest way are settled; at the cap, all that are left.
            var kept = 0;
            for (var index = 0; index < count; index++)
            {
                var flow = open[index];
                if (narrowest >= 0 && !flows[flow].Ways.Contains(narrowest))
                {
                    open[kept++] = flow;
                    continue;
                }

                rates[flow] = level;
                foreach (var way in flows[flow].Ways)
                {
                    left[way] = Math.Max(0, left[way] - level);
                    waiting[way]--;
                }
            }

            count = kept;
        }
    }
}
