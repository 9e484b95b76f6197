using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Planning.Placing;

/// <summary>Sorts VMs into units: what must share a host is one block, what must share a site is one unit.</summary>
internal static class PlacementUnits
{
    /// <summary>In the order in which they choose: important ones first, then large ones.</summary>
    public static PlacementUnit[] Of(IReadOnlyList<Mover> movers, Destinations destinations)
    {
        var number = movers.Index().ToDictionary(entry => entry.Item.Vm.Id, entry => entry.Index);
        var hosts = new Sets(movers.Count);
        var sites = new Sets(movers.Count);
        foreach (var group in destinations.Together)
        {
            int[] members = [.. group.Vms.Where(number.ContainsKey).Select(vm => number[vm])];
            foreach (var member in members.Skip(1))
            {
                sites.Join(members[0], member);
                if (group.Rule is GroupRule.TogetherOnHost)
                {
                    hosts.Join(members[0], member);
                }
            }
        }

        // Whoever shares a host shares a site: no unit cuts a block.
        var blocks = Enumerable.Range(0, movers.Count).GroupBy(hosts.Find)
            .Select(members => (Root: sites.Find(members.Key), Block: BlockOf([.. members.Select(member => movers[member])], destinations)));
        return
        [
            .. blocks.GroupBy(entry => entry.Root, entry => entry.Block).Select(unit => UnitOf([.. unit], destinations))
                .OrderByDescending(unit => unit.Priority).ThenByDescending(unit => unit.Memory)
                .ThenBy(unit => unit.Blocks[0].Movers[0].Vm.Name, StringComparer.Ordinal).ThenBy(unit => unit.Blocks[0].Movers[0].Vm.Id.Value, StringComparer.Ordinal),
        ];
    }

    private static Block BlockOf(Mover[] movers, Destinations destinations)
    {
        bool Has(VmGroup group) => Array.Exists(movers, mover => group.Vms.Contains(mover.Vm.Id));
        VmGroup[] together = [.. destinations.Together.Where(group => group.Rule is GroupRule.TogetherOnHost && Has(group))];
        (int Number, VmGroup Group)[] apart = [.. destinations.Apart.Index().Where(entry => Has(entry.Item))];
        var staying = Staying(together, movers, destinations);
        HostId[] at = [.. staying.Select(entry => entry.At.Host).Distinct()];
        var torn = apart.FirstOrDefault(entry => movers.Count(mover => entry.Group.Vms.Contains(mover.Vm.Id)) > 1).Group;
        var contradiction = torn is not null
            ? $"The group {torn.Name} keeps apart what {Names(together)} keeps on one host. Change one of them in the inventory."
            : at.Length > 1 ? $"Others of its group {Names(together)} run on different hosts already ({Who(staying)}). Bring them together first, or take it out of the group."
            : at.Length == 1 && destinations.Find(at[0]) is null
                ? $"Its group {Names(together)} stays on one host, and {Who(staying)} is where no VM of this plan may go. Move that one too, or take it out of the group."
            : null;
        return new Block(movers, together, [.. apart.Select(entry => entry.Number)], contradiction) { Only = at.Length == 1 ? at[0] : null };
    }

    private static PlacementUnit UnitOf(Block[] blocks, Destinations destinations)
    {
        Mover[] movers = [.. blocks.SelectMany(block => block.Movers)];
        VmGroup[] together = [.. destinations.Together.Where(group => group.Rule is GroupRule.TogetherAtSite && Array.Exists(movers, mover => group.Vms.Contains(mover.Vm.Id)))];
        var staying = Staying(together, movers, destinations);
        SiteId[] at = [.. staying.Select(entry => entry.At.Site).Distinct()];
        return new PlacementUnit(blocks, together)
        {
            Only = at.Length == 1 ? at[0] : null,
            Contradiction = Array.Find(blocks, block => block.Contradiction is not null)?.Contradiction
                ?? (at.Length > 1 ? $"Others of its group {Names(together)} run at different sites already ({Who(staying)}). Bring them to one site first, or take it out of the group."
                : at.Length == 1 && !destinations.Plan.DestinationSites.Contains(at[0])
                    ? $"Its group {Names(together)} stays at one site, and {Who(staying)} is at site {at[0]}, where no VM of this plan may go. Move that one too, or take it out of the group."
                : null),
        };
    }

    /// <summary>The other members of the groups that are not placed now and stay where they are.</summary>
    private static (string Name, HostEndpoint At)[] Staying(VmGroup[] groups, Mover[] movers, Destinations destinations)
    {
        var own = movers.Select(mover => mover.Vm.Id).ToHashSet();
        return
        [
            .. groups.SelectMany(group => group.Vms).Distinct().Where(vm => !own.Contains(vm))
                .Select(destinations.WhereStays).OfType<(VmRef Vm, HostEndpoint At)>().Select(entry => (entry.Vm.Name, entry.At)),
        ];
    }

    private static string Who((string Name, HostEndpoint At)[] staying) => string.Join(", ", staying.Take(3).Select(entry => $"{entry.Name} at {entry.At.Host}"));

    public static string Names(VmGroup[] groups) => string.Join(", ", groups.Select(group => group.Name));

    /// <summary>Disjoint sets of numbers.</summary>
    private sealed class Sets(int count)
    {
        private readonly int[] parents = [.. Enumerable.Range(0, count)];

        public int Find(int member)
        {
            while (parents[member] != member)
            {
                member = parents[member] = parents[parents[member]];
            }

            return member;
        }

        public void Join(int one, int other) => parents[Find(other)] = Find(one);
    }
}
