using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Plans;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Planning;

/// <summary>A fleet of three sites as a seed makes it: roomy or full, with and without limits, groups, priorities and dirty rates.</summary>
internal sealed record GeneratedFleet(RecoveryPlan Recovery, ScopeObservation Scope, HostId[] Sources)
{
    private static readonly VmState[] OtherStates = [VmState.Paused, VmState.Crashed, VmState.Shutoff, VmState.Other];

    public EvacuationPlan Plan() => EvacuationPlanner.Plan(Sources, Recovery, Scope);

    public PlanPolicy Policy => Recovery.Policy;

    public FleetRules Rules => Scope.Rules!;

    public IEnumerable<VmCopy> ToMove =>
        Scope.Hosts.Where(host => Sources.Contains(host.Host)).SelectMany(host => host.Copies).Where(copy => copy.State is not VmState.Shutoff);

    public VmCopy CopyOf(VmId vm) => Scope.Hosts.SelectMany(host => host.Copies).First(copy => copy.Vm.Id == vm);

    public int PriorityOf(VmRef vm) => Rules.Vms.FirstOrDefault(rule => rule.Vm == vm.Id)?.Priority ?? VmRule.UsualPriority;

    public static GeneratedFleet Of(int seed, int sourceHosts = 3)
    {
        var random = new Random(seed);
        bool Chance(double of) => random.NextDouble() < of;
        Bandwidth Rate(int most) => Bandwidth.FromMegabitsPerSecond(random.Next(50, most));
        var hosts = new List<HostObservation>();
        var drivers = Chance(0.5) ? new[] { "one" } : ["one", "two"];
        var count = 0;
        void Add(string site, int number, bool mayBeSilent, int mostVms)
        {
            var endpoint = Host($"{site.ToLowerInvariant()}{number}", site) with { Driver = drivers[random.Next(drivers.Length)] };
            if (mayBeSilent && Chance(0.1))
            {
                hosts.Add(Silent(endpoint));
                return;
            }

            VmCopy[] copies =
            [
                .. Enumerable.Range(0, random.Next(mostVms + 1)).Select(_ => new VmCopy(
                    new VmRef(new VmId($"id-{++count}"), $"vm-{count}"),
                    endpoint.Host,
                    Chance(0.08) ? OtherStates[random.Next(OtherStates.Length)] : VmState.Running,
                    true,
                    Bytes.FromMebibytes(random.Next(1, 64) * 256),
                    random.Next(1, 9))),
            ];
            var facts = new HostFacts(
                endpoint.Host, "Sample 1", Chance(0.1) ? "unknown" : $"model-{random.Next(2)}", random.Next(4, 40), Bytes.FromMebibytes(262_144), Bytes.FromMebibytes(random.Next(0, 65_536)));
            hosts.Add(new HostObservation(endpoint, facts, copies, null));
        }

        var sources = random.Next(1, sourceHosts + 1);
        // How many there are is drawn before each loop: drawn in its condition, it would be another number at each turn.
        var (atA, atB, atC) = (sources + random.Next(2), random.Next(0, 6), random.Next(0, 3));
        for (var number = 1; number <= atA; number++)
        {
            Add("A", number, mayBeSilent: number > sources, mostVms: 12);
        }

        for (var number = 1; number <= atB; number++)
        {
            Add("B", number, mayBeSilent: true, mostVms: 3);
        }

        for (var number = 1; number <= atC; number++)
        {
            Add("C", number, mayBeSilent: true, mostVms: 2);
        }

        var vms = hosts.SelectMany(host => host.Copies).Select(copy => copy.Vm).ToArray();
        VmId Any() => vms[random.Next(vms.Length)].Id;
        var rules = new FleetRules(
            [.. hosts.Where(_ => Chance(0.6)).Select(host => new HostLimit(host.Host, Chance(0.7) ? Rate(10_000) : null, Chance(0.4) ? random.Next(1, 4) : null))],
            Chance(0.3) ? [new HypervisorLimit("one", random.Next(1, 5))] : [],
            vms.Length == 0 ? [] : [.. Enumerable.Range(1, random.Next(5)).Select(number => new VmGroup($"group-{number}", (GroupRule)random.Next(3), [.. Enumerable.Range(0, random.Next(2, 5)).Select(_ => Any()).Distinct()]))],
            [.. vms.Where(_ => Chance(0.3)).Select(vm => new VmRule(vm.Id, Chance(0.5) ? random.Next(101) : null, Chance(0.5) ? Rate(3_000) : null))]);
        SiteLink[] links =
        [
            .. new[] { ("A", "B"), ("A", "C"), ("A", "A") }.Where(_ => Chance(0.93)).Select(ends => new SiteLink(new SiteId(ends.Item1), new SiteId(ends.Item2), Rate(40_000))),
        ];
        string[][] wanted = [["B"], ["B", "C"], ["C", "B"], ["B", "A"]];
        var policy = new PlanPolicy(
            random.Next(1, 9),
            random.Next(1, 5),
            Bytes.FromMebibytes(random.Next(0, 2048)),
            random.Next(1, 4),
            TimeSpan.FromSeconds(random.Next(1, 20)),
            MovePolicy.Default with { Migration = MigrationOptions.Default with { BandwidthCap = Chance(0.2) ? Rate(2_000) : null } },
            Chance(0.5) ? random.Next(1, 5) : null,
            Chance(0.5) ? random.Next(1, 6) : null,
            (PlacementPreference)random.Next(2),
            random.Next(1, 9),
            Chance(0.2) ? Rate(500) : null);
        return new GeneratedFleet(
            Sample.Plan with { DestinationSites = [.. wanted[random.Next(wanted.Length)].Select(site => new SiteId(site))], Policy = policy },
            new ScopeObservation("generated", hosts, [], links, rules),
            [.. hosts.Take(sources).Select(host => host.Host)]);
    }
}
