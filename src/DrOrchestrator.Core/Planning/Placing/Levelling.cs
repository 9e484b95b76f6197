using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Planning.Placing;

/// <summary>
/// Where the interface of one destination would take longer than everything else that the moves share, some of what it was
/// given goes to other hosts of the same site with room: the most free memory does not make the widest door.
/// </summary>
internal static class Levelling
{
    /// <summary>Each step moves one block to where it ends earlier; more steps than this are not worth their time.</summary>
    private const int MostSteps = 2000;

    /// <param name="units">Placed, or left without a place.</param>
    /// <param name="destinations">The hosts.</param>
    /// <param name="enough">Seconds that the moves take by something else: no interface needs to be faster.</param>
    public static void Level(IReadOnlyList<PlacementUnit> units, Destinations destinations, double enough)
    {
        var busy = destinations.Hosts.ToDictionary(host => host.Host, _ => 0d);
        foreach (var block in units.SelectMany(unit => unit.Blocks).Where(block => block.At is not null))
        {
            busy[block.At!.Host] += SecondsAt(block.At, block);
        }

        for (var step = 0; step < MostSteps; step++)
        {
            var from = destinations.Hosts.MaxBy(host => busy[host.Host]);
            if (from is null || busy[from.Host] <= enough || Best(from, destinations, busy) is not { } best || best.After >= busy[from.Host])
            {
                return;
            }

            busy[from.Host] -= SecondsAt(from, best.Block);
            from.Remove(best.Block);
            best.To.Put(best.Block);
            busy[best.To.Host] += SecondsAt(best.To, best.Block);
        }
    }

    /// <summary>The block and the host that leave the later of both ends earliest.</summary>
    private static (Block Block, Candidate To, double After)? Best(Candidate from, Destinations destinations, Dictionary<HostId, double> busy)
    {
        (Block, Candidate, double)? best = null;
        foreach (var block in from.Blocks.Where(block => block.Only is null))
        {
            foreach (var to in destinations.Hosts.Where(to => to != from && to.Endpoint.Site == from.Endpoint.Site))
            {
                var after = Math.Max(busy[from.Host] - SecondsAt(from, block), busy[to.Host] + SecondsAt(to, block));
                if ((best is null || after < best.Value.Item3) && block.ForeignAt(to) <= block.ForeignAt(from) && to.Takes(block))
                {
                    best = (block, to, after);
                }
            }
        }

        return best;
    }

    private static double SecondsAt(Candidate host, Block block) => host.Interface is { } width ? block.Memory / width : 0;
}
