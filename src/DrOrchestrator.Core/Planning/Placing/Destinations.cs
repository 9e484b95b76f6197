using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Plans;

namespace DrOrchestrator.Core.Planning.Placing;

/// <summary>The hosts that may take the VMs of one plan, and the groups that a placement has to keep.</summary>
internal sealed class Destinations
{
    private readonly Dictionary<VmId, (VmRef Vm, HostEndpoint At)> staying = [];
    private readonly Dictionary<(HostId Host, VmId Vm), VmState> seen = [];
    private readonly Dictionary<VmId, int> vcpus = [];
    private readonly Dictionary<HostId, Candidate> byHost;
    private readonly ILookup<VmId, int> apartOf;

    /// <param name="plan">Sites, headroom and overcommit.</param>
    /// <param name="scope">The look.</param>
    /// <param name="sources">Hosts that are being emptied: they take nothing, and what is on them holds nobody.</param>
    /// <param name="decided">Moves that were decided on before: they hold their room and their group.</param>
    public Destinations(RecoveryPlan plan, ScopeObservation scope, IReadOnlySet<HostId> sources, IEnumerable<PlannedMove> decided)
    {
        Plan = plan;
        var groups = (scope.Rules ?? FleetRules.None).Groups;
        Together = [.. groups.Where(group => group.Rule is not GroupRule.ApartByHost)];
        Apart = [.. groups.Where(group => group.Rule is GroupRule.ApartByHost)];
        apartOf = Apart.Index().SelectMany(entry => entry.Item.Vms.Distinct(), (entry, vm) => (vm, entry.Index)).ToLookup(entry => entry.vm, entry => entry.Index);
        var allowed = scope.Hosts.Where(host => !sources.Contains(host.Host) && plan.DestinationSites.Contains(host.Endpoint.Site)).ToArray();
        LeftOut =
        [
            .. (scope.Maintenance ?? []).Concat(scope.Unfit ?? []).Where(left => Array.Exists(allowed, host => host.Host == left.Host))
                .DistinctBy(left => left.Host).OrderBy(left => left.Host),
        ];
        allowed = [.. allowed.Where(host => !Array.Exists(LeftOut, left => left.Host == host.Host))];
        Silent = [.. allowed.Where(host => host.Facts is null).Select(host => host.Host)];
        Hosts = [.. allowed.Where(host => host.Facts is not null).OrderBy(host => host.Host).Select(host => CandidateOf(host, plan.Policy, scope.Rules))];
        byHost = Hosts.ToDictionary(host => host.Host);
        foreach (var (host, copy) in scope.Hosts.SelectMany(host => host.Copies.Where(IsInMemory), (host, copy) => (host, copy)))
        {
            seen[(host.Host, copy.Vm.Id)] = copy.State;
            vcpus[copy.Vm.Id] = Math.Max(copy.Vcpus, vcpus.GetValueOrDefault(copy.Vm.Id));
            Hold(host.Host, copy.Vm.Id);
            if (!sources.Contains(host.Host) && copy.State is not VmState.Incoming)
            {
                staying[copy.Vm.Id] = (copy.Vm, host.Endpoint);
            }
        }

        foreach (var move in decided)
        {
            Decide(move);
        }
    }

    public RecoveryPlan Plan { get; }

    public VmGroup[] Together { get; }

    public VmGroup[] Apart { get; }

    /// <summary>Those that answered, by name.</summary>
    public Candidate[] Hosts { get; }

    /// <summary>Those that would be allowed and are worked on, sick or being emptied, each for the first of these.</summary>
    public HostLeftOut[] LeftOut { get; }

    /// <summary>Those that would be allowed and did not answer.</summary>
    public HostId[] Silent { get; }

    public Candidate? Find(HostId host) => byHost.GetValueOrDefault(host);

    /// <summary>Where a VM that is not placed now runs and stays, or is on its way to; null: nowhere that counts.</summary>
    public (VmRef Vm, HostEndpoint At)? WhereStays(VmId vm) => staying.TryGetValue(vm, out var found) ? found : null;

    /// <summary>
    /// A move holds its room and its group. What has arrived is in the host's own figures already; a copy that is still coming has
    /// its CPUs there, but not all its memory.
    /// </summary>
    public void Decide(PlannedMove move)
    {
        var at = move.Destination.Host;
        staying[move.Vm.Id] = (move.Vm, move.Destination);
        var there = seen.TryGetValue((at, move.Vm.Id), out var state);
        if (Find(at) is { } host)
        {
            host.Reserve(there && state is not VmState.Incoming ? 0 : move.Memory.Value, there ? 0 : vcpus.GetValueOrDefault(move.Vm.Id));
        }

        if (!there)
        {
            Hold(at, move.Vm.Id);
        }
    }

    private void Hold(HostId at, VmId vm)
    {
        foreach (var group in byHost.ContainsKey(at) ? apartOf[vm] : [])
        {
            byHost[at].Holds(group);
        }
    }

    private static bool IsInMemory(VmCopy copy) => copy.State is not (VmState.Absent or VmState.Shutoff);

    private static string? ModelOf(string? model) => string.IsNullOrWhiteSpace(model) || model == "unknown" ? null : model;

    public static string? CpuModelOf(HostObservation? host) => ModelOf(host?.Facts?.CpuModel);

    private Candidate CandidateOf(HostObservation host, PlanPolicy policy, FleetRules? rules)
    {
        var facts = host.Facts!;
        var running = host.Copies.Where(IsInMemory).Sum(copy => copy.Vcpus);
        return new Candidate(
            host.Endpoint,
            CpuModelOf(host),
            (facts.MemoryFree - policy.MemoryHeadroom).Value,
            facts.Cpus > 0 ? (facts.Cpus * policy.CpuOvercommit) - running : double.PositiveInfinity,
            rules?.Hosts.FirstOrDefault(limit => limit.Host == host.Host)?.Interface?.BytesPerSecond,
            Apart.Length);
    }
}
