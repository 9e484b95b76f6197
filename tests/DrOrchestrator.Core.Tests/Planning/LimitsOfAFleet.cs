using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Plans;

namespace DrOrchestrator.Core.Tests.Planning;

/// <summary>
/// Every limit judged anew from the inventory and the policy, by plain counting: what the planner counts with is what is being judged.
/// </summary>
internal sealed class LimitsOfAFleet(PlanPolicy policy, ScopeObservation scope)
{
    private const double Margin = 1.25;

    private readonly FleetRules rules = scope.Rules ?? FleetRules.None;

    /// <summary>The limits that this set of moves, all under way at once, exceeds.</summary>
    public IEnumerable<string> Exceeded(IReadOnlyCollection<PlannedMove> open)
    {
        IEnumerable<string> Over<T>(string what, IEnumerable<T> of, Func<T, int?> limit) where T : notnull =>
            of.GroupBy(one => one).Where(group => group.Count() > (limit(group.Key) ?? int.MaxValue)).Select(group => $"{what} {group.Key}: {group.Count()}");
        return
        [
            .. open.Count > policy.Parallel ? [$"{open.Count} at once"] : Array.Empty<string>(),
            .. Over("source", open.Select(move => move.Source.Host), _ => policy.PerSource),
            .. Over("destination", open.Select(move => move.Destination.Host), _ => policy.PerDestination),
            .. Over("link", open.Select(LinkOf).OfType<SiteLink>(), _ => policy.PerLink),
            .. Over("host", open.SelectMany(move => new[] { move.Source.Host, move.Destination.Host }), host => LimitOf(host)?.MigrationsAtOnce),
            .. Over("hypervisor", open.SelectMany(move => new[] { move.Source.Driver, move.Destination.Driver }.Distinct()), driver => rules.Hypervisors.FirstOrDefault(limit => limit.Driver == driver)?.MigrationsAtOnce),
            .. Starving(open),
        ];
    }

    public bool Fits(IReadOnlyCollection<PlannedMove> open, PlannedMove move) => !Exceeded([.. open, move]).Any();

    public double Alone(PlannedMove move) =>
        WaysOf(move).Select(way => way.Width).Append(policy.Move.Migration.BandwidthCap?.BytesPerSecond ?? double.PositiveInfinity).Min();

    public double Dirty(PlannedMove move) =>
        (rules.Vms.FirstOrDefault(rule => rule.Vm == move.Vm.Id)?.DirtyRate ?? policy.AssumedDirtyRate)?.BytesPerSecond ?? 0;

    /// <summary>What one move takes by itself, its guest slowed down where it dirties more than its way carries.</summary>
    public TimeSpan AloneTakes(PlannedMove move) =>
        Timetable.PerMove + TimeSpan.FromSeconds(move.Memory.Value / Math.Max(Alone(move) - Dirty(move), Alone(move) * (1 - (1 / Margin))));

    public IEnumerable<(string Name, double Width)> WaysOf(PlannedMove move)
    {
        if (LinkOf(move) is { } link)
        {
            yield return ($"{link.From}-{link.To} from {move.Source.Site}", link.Bandwidth.BytesPerSecond);
        }

        if (LimitOf(move.Source.Host)?.Interface is { } outgoing)
        {
            yield return ($"out of {move.Source.Host}", outgoing.BytesPerSecond);
        }

        if (LimitOf(move.Destination.Host)?.Interface is { } incoming)
        {
            yield return ($"into {move.Destination.Host}", incoming.BytesPerSecond);
        }
    }

    private IEnumerable<string> Starving(IReadOnlyCollection<PlannedMove> open)
    {
        var on = open.SelectMany(WaysOf).GroupBy(way => way.Name).ToDictionary(way => way.Key, way => way.Count());
        return open.Where(move => WaysOf(move).Any(way => way.Width / on[way.Name] < Math.Min(Margin * Dirty(move), Alone(move)) * 0.999999))
            .Select(move => $"{move.Vm} has less than it dirties");
    }

    private SiteLink? LinkOf(PlannedMove move) => scope.Links.FirstOrDefault(link => link.Joins(move.Source.Site, move.Destination.Site));

    private HostLimit? LimitOf(HostId host) => rules.Hosts.FirstOrDefault(limit => limit.Host == host);
}
