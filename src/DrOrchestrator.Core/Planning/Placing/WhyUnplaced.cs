using System.Globalization;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Planning.Placing;

/// <summary>Says why a unit has no place: what binds at which host, and what an operator can do about it.</summary>
internal static class WhyUnplaced
{
    private const int Shown = 5;

    public static string Of(PlacementUnit unit, Block block, Destinations destinations)
    {
        if (unit.Contradiction is { } contradiction)
        {
            return contradiction;
        }

        var sites = string.Join(", ", destinations.Plan.DestinationSites);
        if (destinations.Hosts.Length == 0 && destinations.LeftOut.Length > 0)
        {
            var silent = destinations.Silent.Length > 0 ? $" {List([.. destinations.Silent.Select(host => host.Value)])} do not answer." : "";
            var all = destinations.LeftOut.Length > 1 ? $" Left out in all: {LeftOut(destinations)}." : "";
            return $"No host at site {sites} may take it: {destinations.LeftOut[0].Why}{all}{silent} {Sentence([.. WaysIn(destinations), "name another site under destination.sites"])}";
        }

        if (destinations.Hosts.Length == 0)
        {
            return destinations.Silent.Length == 0
                ? $"The inventory has no host at site {sites} that may take it. Add one, or name another site under destination.sites."
                : $"No host at site {sites} answers ({string.Join(", ", destinations.Silent)}). Restore their management connection, or name another site under destination.sites.";
        }

        // In a unit of several, those that fit would have had their place: one of the others is what binds.
        var binding = Array.Find(unit.Blocks, one => !destinations.Hosts.Any(host => MayTake(unit, one, host) && host.Takes(one))) ?? block;
        var needs = binding == block
            ? Need(unit, block)
            : $"{Named(unit)} is placed as a whole, and {binding.Movers[0].Vm} has no place. {Need(unit, binding)}";
        return $"{needs}{Left(unit, binding, destinations)}";
    }

    private static bool MayTake(PlacementUnit unit, Block block, Candidate host) =>
        (block.Only is null || block.Only == host.Host) && (unit.Only is null || unit.Only == host.Endpoint.Site);

    private static string Named(PlacementUnit unit) => $"Its group {PlacementUnits.Names(unit.Together)}";

    private static string Need(PlacementUnit unit, Block block)
    {
        var memory = new Bytes(block.Memory);
        var held = block.Together.Length > 0 && (block.Movers.Length > 1 || block.Only is not null)
            ? $"Its group {PlacementUnits.Names(block.Together)} stays on one host{(block.Only is { } only ? $", {only}" : "")}; that " : "It ";
        var site = unit.Only is { } at && unit.Together.Length > 0 ? $", at site {at} with its group {PlacementUnits.Names(unit.Together)}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{held}needs {memory} and {block.Vcpus} vCPU{(block.Vcpus == 1 ? "" : "s")}{site}; ");
    }

    private static string Left(PlacementUnit unit, Block block, Destinations destinations)
    {
        var policy = destinations.Plan.Policy;
        var hosts = destinations.Hosts.Where(host => MayTake(unit, block, host)).Select(host => (Host: host, Lacks: host.Lacks(block))).ToArray();
        var parts = new List<string>();
        var ways = new List<string>();
        var memory = hosts.Where(entry => entry.Lacks.HasFlag(Lack.Memory)).OrderByDescending(entry => entry.Host.Memory).Select(entry => $"{entry.Host.Host} {new Bytes(Math.Max(0, entry.Host.Memory))}").ToArray();
        if (memory.Length > 0)
        {
            parts.Add($"left above the headroom of {policy.MemoryHeadroom}: {List(memory)}");
            ways.Add("free memory there");
        }

        var cpus = hosts.Where(entry => entry.Lacks.HasFlag(Lack.Vcpus)).OrderByDescending(entry => entry.Host.Vcpus)
            .Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Host.Host} {Math.Max(0, Math.Floor(entry.Host.Vcpus))}")).ToArray();
        if (cpus.Length > 0)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"vCPUs left at {policy.CpuOvercommit} for each CPU: {List(cpus)}"));
            ways.Add("raise limits.cpuOvercommit");
        }

        var apart = hosts.Where(entry => entry.Lacks.HasFlag(Lack.Apart)).Select(entry => $"{entry.Host.Host} has one of {string.Join(", ", block.Apart.Where(entry.Host.HasOf).Select(group => destinations.Apart[group].Name))}").ToArray();
        if (apart.Length > 0)
        {
            parts.Add($"its group stays apart: {List(apart)}");
            ways.Add("take it out of the group");
        }

        if (hosts.Length == 0)
        {
            parts.Add("no host that answers may take it");
        }

        // Each host by itself would do: what is missing is room for all of the group at one site.
        var fits = hosts.Where(entry => entry.Lacks is Lack.None).Select(entry => entry.Host.Host.Value).ToArray();
        if (fits.Length > 0)
        {
            parts.Add($"{List(fits)} could take it, but no site has room for all of its group {PlacementUnits.Names(unit.Together)}");
            ways.Add("take it out of the group");
        }

        if (destinations.Silent.Length > 0)
        {
            parts.Add($"no answer from {List([.. destinations.Silent.Select(host => host.Value)])}");
            ways.Add("bring back those that do not answer");
        }

        if (destinations.LeftOut.Length > 0)
        {
            parts.Add(LeftOut(destinations));
            ways.AddRange(WaysIn(destinations));
        }

        return $"{string.Join("; ", parts)}. {Sentence([.. ways, "name another site under destination.sites"])}";
    }

    private static string LeftOut(Destinations destinations) => string.Join(
        "; ", destinations.LeftOut.GroupBy(left => left.Cause).OrderBy(group => group.Key).Select(group => $"{Word(group.Key)}: {List([.. group.Select(left => left.Host.Value)])}"));

    private static IEnumerable<string> WaysIn(Destinations destinations) =>
        destinations.LeftOut.Select(left => left.Cause).Distinct().Order().Select(cause => cause switch
        {
            LeftOutCause.Maintenance => "end a maintenance",
            LeftOutCause.Sickness => "mend a sick host (drctl alerts)",
            LeftOutCause.Emptying => "wait for the run that empties one",
            _ => throw new InvalidOperationException($"{cause} is no cause."),
        });

    private static string Word(LeftOutCause cause) => cause switch
    {
        LeftOutCause.Maintenance => "in maintenance",
        LeftOutCause.Sickness => "sick",
        LeftOutCause.Emptying => "being emptied",
        _ => throw new InvalidOperationException($"{cause} is no cause."),
    };

    private static string Sentence(IReadOnlyList<string> ways)
    {
        var way = string.Join(", or ", ways);
        return $"{char.ToUpperInvariant(way[0])}{way[1..]}.";
    }

    private static string List(string[] all) =>
        all.Length <= Shown ? string.Join(", ", all) : string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", all.Take(Shown))} and {all.Length - Shown} more");
}
