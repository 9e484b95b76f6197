using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Plans;

namespace DrOrchestrator.Core.Planning.Placing;

/// <summary>
/// Finds a host for every unit: the important first and the large before the small (best or worst fit decreasing, as the policy
/// prefers), site by site in the plan's order. Within a site a host of the same CPU model goes before one of another: preflight may
/// find that guests can go there all the same, so that it is a reason to prefer, and none to refuse. What finds no room is tried again by
/// moving one block, placed before, to another host. Nothing that was placed is given up for what comes later.
/// </summary>
internal sealed class Placement(Destinations destinations, PlacementPreference preference, IReadOnlyCollection<HostId> avoid)
{
    /// <summary>How many hosts are asked for the sake of repair before what is left counts as without room.</summary>
    private const int RepairBudget = 200_000;

    private readonly Stack<(Block Block, Candidate? From)> journal = new();
    private int repairs;

    /// <summary>Places what can be placed; a unit is placed as a whole or not at all.</summary>
    public void Place(IReadOnlyList<PlacementUnit> units)
    {
        foreach (var unit in units.Where(unit => unit.Contradiction is null))
        {
            // Hosts to be avoided come after every other, at any site; repair before that would move others for a preference.
            _ = Attempt(unit, avoiding: true, repair: false) || (avoid.Count > 0 && Attempt(unit, avoiding: false, repair: false)) || Attempt(unit, avoiding: false, repair: true);
        }

        // A repair may have left room where there was none. Each round places one at least.
        var placed = true;
        while (placed)
        {
            placed = false;
            foreach (var unit in units.Where(unit => unit.Contradiction is null && !unit.IsPlaced))
            {
                placed |= Attempt(unit, avoiding: false, repair: false);
            }
        }
    }

    private bool Attempt(PlacementUnit unit, bool avoiding, bool repair)
    {
        foreach (var site in destinations.Plan.DestinationSites.Where(site => unit.Only is null || site == unit.Only))
        {
            journal.Clear();
            if (Array.TrueForAll(unit.Blocks, block => PlaceAt(unit, block, site, avoiding) || (repair && MakeRoom(unit, block, site))))
            {
                return true;
            }

            while (journal.TryPop(out var step))
            {
                step.Block.At?.Remove(step.Block);
                step.From?.Put(step.Block);
            }
        }

        return false;
    }

    private bool PlaceAt(PlacementUnit unit, Block block, SiteId site, bool avoiding)
    {
        var best = At(site).Where(host => MayTake(block, host) && host.Takes(block) && !(avoiding && avoid.Contains(host.Host)))
            .MinBy(host => (block.ForeignAt(host), preference is PlacementPreference.Spread ? -host.Memory : host.Memory));
        Bring(block, best);
        return best is not null;
    }

    /// <summary>Moves one block of another unit to where it fits as well, so that this one fits in its place.</summary>
    private bool MakeRoom(PlacementUnit unit, Block block, SiteId site)
    {
        foreach (var host in At(site).Where(host => MayTake(block, host)).OrderByDescending(host => host.Memory))
        {
            foreach (var other in host.Blocks.Where(other => !unit.Blocks.Contains(other) && host.Memory + other.Memory >= block.Memory).OrderBy(other => other.Memory).ToArray())
            {
                if (repairs >= RepairBudget)
                {
                    return false;
                }

                host.Remove(other);
                var elsewhere = host.Takes(block) ? Elsewhere(other, host, site) : null;
                host.Put(other);
                if (elsewhere is not null)
                {
                    Bring(other, elsewhere);
                    Bring(block, host);
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The tightest host at the same site that takes a block which leaves its own: it may be held to the site by others.</summary>
    private Candidate? Elsewhere(Block block, Candidate own, SiteId site)
    {
        repairs += destinations.Hosts.Length;
        return At(site).Where(host => host != own && MayTake(block, host) && host.Takes(block))
            .MinBy(host => (block.ForeignAt(host), host.Memory));
    }

    private void Bring(Block block, Candidate? host)
    {
        if (host is not null)
        {
            journal.Push((block, block.At));
            block.At?.Remove(block);
            host.Put(block);
        }
    }

    private static bool MayTake(Block block, Candidate host) => block.Only is null || block.Only == host.Host;

    private IEnumerable<Candidate> At(SiteId site) => destinations.Hosts.Where(host => host.Endpoint.Site == site);
}
