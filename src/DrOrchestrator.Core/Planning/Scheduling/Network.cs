using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Plans;

namespace DrOrchestrator.Core.Planning.Scheduling;

/// <summary>Where a move's data goes, in the numbers of one <see cref="Network"/>.</summary>
/// <param name="Source">The host it leaves.</param>
/// <param name="Destination">The host it goes to.</param>
/// <param name="Link">The link of the inventory that joins their sites; -1: there is none.</param>
/// <param name="Drivers">The drivers of both ends, once each.</param>
/// <param name="Ways">Everything of a known width on its way, each direction for itself.</param>
/// <param name="Alone">Bytes per second that it has when it shares nothing; infinite: nothing on its way is known.</param>
/// <param name="Dirty">Bytes per second that its guest dirties; 0: none, or neither known nor assumed.</param>
internal sealed record Route(int Source, int Destination, int Link, int[] Ways, int[] Drivers, double Alone, double Dirty)
{
    public bool IsKnown => Ways.Length > 0;
}

/// <summary>
/// What moves share: the links between sites and the hosts' interfaces, each direction for itself, as far as the
/// inventory says what they carry. Hosts, drivers and ways get numbers as moves name them.
/// </summary>
internal sealed class Network
{
    private readonly ScopeObservation scope;
    private readonly Dictionary<HostId, HostLimit> limits;
    private readonly Dictionary<VmId, double> dirty;
    private readonly double assumedDirty;
    private readonly Dictionary<HostId, int> hosts = [];
    private readonly Dictionary<string, int> drivers = new(StringComparer.Ordinal);
    private readonly Dictionary<(char Kind, int Number), int> ways = [];

    public Network(PlanPolicy policy, ScopeObservation scope)
    {
        this.scope = scope;
        var rules = scope.Rules ?? FleetRules.None;
        limits = rules.Hosts.ToDictionary(limit => limit.Host);
        dirty = rules.Vms.Where(rule => rule.DirtyRate is not null).ToDictionary(rule => rule.Vm, rule => rule.DirtyRate!.Value.BytesPerSecond);
        assumedDirty = policy.AssumedDirtyRate?.BytesPerSecond ?? 0;
        var share = policy.Move.Migration.BandwidthShare is { } part && scope.Links.Count > 0
            ? scope.Links.Max(link => link.Bandwidth.BytesPerSecond) * part
            : double.PositiveInfinity;
        Cap = Math.Min(policy.Move.Migration.BandwidthCap?.BytesPerSecond ?? double.PositiveInfinity, share);
    }

    /// <summary>The most that one migration may take, by the plan; of a share, that of the widest link, so that no bound is too high.</summary>
    public double Cap { get; }

    /// <summary>What each way carries, in bytes per second.</summary>
    public List<double> Capacities { get; } = [];

    /// <summary>How each way is called in a sentence.</summary>
    public List<string> Names { get; } = [];

    /// <summary>The hosts that moves named, by number, each with the most migrations it takes part in at once.</summary>
    public List<(HostId Host, int AtOnce)> Hosts { get; } = [];

    /// <summary>The drivers that moves named, by number, each with the most migrations at once over all its hosts.</summary>
    public List<(string Driver, int AtOnce)> Drivers { get; } = [];

    public Route RouteOf(PlannedMove move)
    {
        var (source, destination) = (NumberOf(move.Source.Host), NumberOf(move.Destination.Host));
        var link = LinkOf(move);
        var own = new List<int>(3);
        if (link >= 0)
        {
            var there = scope.Links[link].From == move.Source.Site;
            own.Add(WayOf(there ? '>' : '<', link, scope.Links[link].Bandwidth, WayPart.OfLink(move.Source.Site, move.Destination.Site)));
        }

        AddInterface(own, 'o', source, move.Source.Host, WayPart.OutOf);
        AddInterface(own, 'i', destination, move.Destination.Host, WayPart.Into);
        var alone = own.Count == 0 ? double.PositiveInfinity : Math.Min(Cap, own.Min(way => Capacities[way]));
        int[] ends = move.Source.Driver == move.Destination.Driver
            ? [DriverOf(move.Source.Driver)]
            : [DriverOf(move.Source.Driver), DriverOf(move.Destination.Driver)];
        return new Route(source, destination, link, [.. own], ends, alone, dirty.GetValueOrDefault(move.Vm.Id, assumedDirty));
    }

    private int LinkOf(PlannedMove move)
    {
        for (var link = 0; link < scope.Links.Count; link++)
        {
            if (scope.Links[link].Joins(move.Source.Site, move.Destination.Site))
            {
                return link;
            }
        }

        return -1;
    }

    private void AddInterface(List<int> own, char kind, int number, HostId host, Func<HostId, string> name)
    {
        if (limits.GetValueOrDefault(host)?.Interface is { } width)
        {
            own.Add(WayOf(kind, number, width, name(host)));
        }
    }

    private int WayOf(char kind, int number, Bandwidth width, string name)
    {
        if (!ways.TryGetValue((kind, number), out var way))
        {
            ways.Add((kind, number), way = Capacities.Count);
            Capacities.Add(width.BytesPerSecond);
            Names.Add(name);
        }

        return way;
    }

    private int NumberOf(HostId host)
    {
        if (!hosts.TryGetValue(host, out var number))
        {
            hosts.Add(host, number = Hosts.Count);
            Hosts.Add((host, limits.GetValueOrDefault(host)?.MigrationsAtOnce ?? int.MaxValue));
        }

        return number;
    }

    private int DriverOf(string driver)
    {
        if (!drivers.TryGetValue(driver, out var number))
        {
            drivers.Add(driver, number = Drivers.Count);
            var limit = scope.Rules?.Hypervisors.FirstOrDefault(hypervisor => hypervisor.Driver == driver);
            Drivers.Add((driver, limit?.MigrationsAtOnce ?? int.MaxValue));
        }

        return number;
    }
}
