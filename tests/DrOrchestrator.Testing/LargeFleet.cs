using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Plans;

namespace DrOrchestrator.Testing;

/// <summary>
/// 1,000 VMs of 4 to 32 GiB on 25 hosts of one site, and 25 hosts at the other to take them: the same each time, in three shapes
/// that differ in what binds. Beside the product's planner it has two ways of planning that need no thought.
/// </summary>
public sealed record LargeFleet(string Binds, RecoveryPlan Plan, ScopeObservation Scope, IReadOnlyList<HostId> Sources)
{
    private const int HostsPerSite = 25;
    private const int Vms = 1000;

    private static readonly SiteId A = new("A");
    private static readonly SiteId B = new("B");

    /// <summary>The link between the sites is narrower than the hosts' interfaces together.</summary>
    public static LargeFleet LinkBinds() => Of("link", linkMegabits: 40_000, _ => 10_000, host => 1);

    /// <summary>The link is wide, and some hosts have three times as many VMs as others.</summary>
    public static LargeFleet SourcesBind() => Of("sources", linkMegabits: 400_000, _ => 10_000, host => host % 5 == 0 ? 3 : 1);

    /// <summary>The link is wide, and the hosts that take the VMs have narrow interfaces.</summary>
    public static LargeFleet DestinationsBind() => Of("destinations", linkMegabits: 400_000, site => site == A ? 25_000 : 5_000, host => 1);

    public static IReadOnlyList<LargeFleet> All => [LinkBinds(), SourcesBind(), DestinationsBind()];

    public EvacuationPlan ByPlanner() => EvacuationPlanner.Plan(Sources, Plan, Scope);

    /// <summary>Each VM as the hosts list them to the first host with room, in that order, as many at once as the limits allow.</summary>
    public TimeSpan ByFirstFit()
    {
        var left = Scope.Hosts.Where(host => host.Endpoint.Site == B).ToDictionary(host => host.Host, host => host.Facts!.MemoryFree - Plan.Policy.MemoryHeadroom);
        var moves = new List<PlannedMove>();
        foreach (var (from, vm) in Scope.Hosts.Where(host => Sources.Contains(host.Host)).SelectMany(host => host.Copies, (host, vm) => (host.Endpoint, vm)))
        {
            var to = Scope.Hosts.First(host => left.TryGetValue(host.Host, out var free) && free >= vm.Memory);
            left[to.Host] -= vm.Memory;
            moves.Add(new PlannedMove(vm.Vm, from, to.Endpoint, vm.Memory, null));
        }

        return Timetable.Of(moves, Plan.Policy, Scope)!.Makespan;
    }

    /// <summary>The planner's moves, one after the other.</summary>
    public TimeSpan OneAtATime(EvacuationPlan plan) => Timetable.Of(plan.Moves, Plan.Policy, Scope, atOnce: 1)!.Makespan;

    /// <summary>What no placement and no order can beat: every byte once, over the link, out of its host, and into all destinations together.</summary>
    public TimeSpan LowerBound()
    {
        double WidthOf(HostId host) => Scope.Rules!.Hosts.First(limit => limit.Host == host).Interface!.Value.BytesPerSecond;
        var sources = Scope.Hosts.Where(host => Sources.Contains(host.Host)).Select(host => (host.Host, Bytes: (double)host.Copies.Sum(copy => copy.Memory.Value))).ToArray();
        var all = sources.Sum(source => source.Bytes);
        return TimeSpan.FromSeconds(new[]
        {
            all / Scope.Links[0].Bandwidth.BytesPerSecond,
            sources.Max(source => source.Bytes / WidthOf(source.Host)),
            all / Scope.Hosts.Where(host => host.Endpoint.Site == B).Sum(host => WidthOf(host.Host)),
        }.Max());
    }

    private static LargeFleet Of(string binds, double linkMegabits, Func<SiteId, double> interfaceMegabits, Func<int, int> weight)
    {
        var random = new Random(1);
        int[] sizes = [4, 4, 8, 8, 8, 16, 16, 32];
        int[] owners = [.. Enumerable.Range(0, HostsPerSite).SelectMany(host => Enumerable.Repeat(host, weight(host)))];
        var vms = Enumerable.Range(1, Vms).Select(number => (Host: owners[number % owners.Length], Ref: new VmRef(new VmId($"vm-{number:d4}"), $"vm-{number:d4}"), Size: sizes[random.Next(sizes.Length)])).ToLookup(vm => vm.Host);
        HostObservation Host(SiteId site, int number)
        {
            var id = new HostId($"{(site == A ? "a" : "b")}{number + 1:d2}");
            var free = site == A ? 64 : random.Next(600, 900);
            return new HostObservation(
                new HostEndpoint(id, site, "simulated", $"simulated://{id}", $"{id}.migration"),
                new HostFacts(id, "Sample 1", "x", 64, new Bytes(1024L << 30), new Bytes((long)free << 30)),
                site == A ? [.. vms[number].Select(vm => new VmCopy(vm.Ref, id, VmState.Running, true, new Bytes((long)vm.Size << 30), 4))] : [],
                null);
        }

        HostObservation[] hosts = [.. new[] { A, B }.SelectMany(site => Enumerable.Range(0, HostsPerSite).Select(number => Host(site, number)))];
        var rules = FleetRules.None with
        {
            Hosts = [.. hosts.Select(host => new HostLimit(host.Host, Bandwidth.FromMegabitsPerSecond(interfaceMegabits(host.Endpoint.Site)), null))],
        };
        var policy = PlanPolicy.Default with { Parallel = 64, PerDestination = 4, PerSource = 4, Move = MovePolicy.Default };
        return new LargeFleet(
            binds,
            new RecoveryPlan("evacuate-site", "0", "Moves every VM off a site.", PlanScope.Host, [B], policy, []),
            new ScopeObservation("large", hosts, [], [new SiteLink(A, B, Bandwidth.FromMegabitsPerSecond(linkMegabits))], rules),
            [.. hosts.Where(host => host.Endpoint.Site == A).Select(host => host.Host)]);
    }
}
