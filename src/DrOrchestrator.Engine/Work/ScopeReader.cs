using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Engine.Streams;

namespace DrOrchestrator.Engine.Work;

/// <summary>What a plan is made from: a look at the hosts, and what the record says of them.</summary>
public sealed class ScopeReader(Observer observer, StreamHandler streams, TimeProvider clock)
{
    /// <summary>VMs or hosts of which the record is read in one question.</summary>
    private const int Page = 100;

    /// <summary>Fails where the record can not be read: a plan that does not know what is worked on, sick or being emptied is none.</summary>
    /// <param name="source">The host whose VMs are to move: what their migrations saw of them is added. Null: of none.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    public async Task<ScopeObservation> Look(HostId? source, CancellationToken cancellationToken)
    {
        // Before the look: a move that was let through after it was seen by nobody at its destination.
        var before = (AdmissionState)(await streams.Read(StreamId.Admission, cancellationToken)).State;
        var scope = await observer.Look(cancellationToken);
        MoveId[] arrived = Arrived(before, scope);
        var fleet = await streams.Read([StreamId.Brakes, StreamId.Admission], cancellationToken);
        var (brakes, admission) = ((BrakesState)fleet[0].State, (AdmissionState)fleet[1].State);
        var now = clock.GetUtcNow();
        HostLeftOut[] maintenance =
        [
            .. scope.Hosts.Select(host => Worked(host.Endpoint, brakes, now)).OfType<HostLeftOut>(),
        ];
        HostLeftOut[] unfit = [.. await Unfit([.. scope.Hosts.Select(host => host.Host).Where(host => host != source)], admission, cancellationToken)];
        return scope with
        {
            Maintenance = maintenance.Length == 0 ? null : maintenance,
            Unfit = unfit.Length == 0 ? null : unfit,
            Arrived = arrived.Length == 0 ? null : arrived,
            Rules = await Observed(scope.Rules ?? FleetRules.None, [.. scope.Hosts.Where(host => host.Host == source).SelectMany(host => host.Copies).Select(copy => copy.Vm.Id).Distinct()], cancellationToken),
        };
    }

    /// <summary>
    /// Why a host takes no VM now; null: it takes some. Which host another run empties admission knows, and lets nothing through towards it.
    /// Fails where the record can not be read.
    /// </summary>
    public async Task<HostLeftOut?> WhyLeftOut(HostEndpoint host, CancellationToken cancellationToken)
    {
        var record = await streams.Read([StreamId.Brakes, StreamId.Host(host.Host)], cancellationToken);
        return Worked(host, (BrakesState)record[0].State, clock.GetUtcNow()) ?? Unfit(host.Host, (HostState)record[1].State);
    }

    private static HostLeftOut? Worked(HostEndpoint host, BrakesState brakes, DateTimeOffset now) =>
        brakes.MaintenanceOf(host.Host, host.Site, now) is { } work ? new HostLeftOut(host.Host, Sentence(host.Host, work)) : null;

    private static MoveId[] Arrived(AdmissionState before, ScopeObservation scope)
    {
        var running = scope.Hosts.SelectMany(host => host.Copies.Where(copy => copy is { State: VmState.Running, MigratingOut: false }).Select(copy => (host.Host, copy.Vm.Id))).ToHashSet();
        return
        [
            .. before.Held.Concat(before.Landings.Select(landing => landing.Slot))
                .Where(slot => slot.Id is { } vm && running.Contains((slot.Destination, vm))).Select(slot => slot.Move).Distinct(),
        ];
    }

    private async Task<List<HostLeftOut>> Unfit(HostId[] hosts, AdmissionState admission, CancellationToken cancellationToken)
    {
        var unfit = new List<HostLeftOut>();
        foreach (var page in hosts.Chunk(Page))
        {
            var health = await streams.Read([.. page.Select(StreamId.Host)], cancellationToken);
            unfit.AddRange(page.Zip(health, (host, stream) => Unfit(host, (HostState)stream.State)
                ?? (admission.WhoEmpties(host) is { } run ? Emptied(host, run) : null)).OfType<HostLeftOut>());
        }

        return unfit;
    }

    private static HostLeftOut? Unfit(HostId host, HostState health) => health switch
    {
        { Suffers: { } sickness } => new HostLeftOut(host, $"{host} is sick: {sickness}.", LeftOutCause.Sickness),
        { Phase: HostPhase.Recovering } => Emptied(host, health.Recovery!.Run),
        _ => null,
    };

    private static HostLeftOut Emptied(HostId host, RunId run) => new(host, $"{host} is being emptied by run {run}.", LeftOutCause.Emptying);

    private async Task<FleetRules> Observed(FleetRules rules, VmId[] vms, CancellationToken cancellationToken)
    {
        var seen = new Dictionary<VmId, ObservedDirtyRate>();
        foreach (var page in vms.Chunk(Page))
        {
            foreach (var state in (await streams.Read([.. page.Select(StreamId.Vm)], cancellationToken)).Select(stream => (MoveState)stream.State))
            {
                if (state is { Vm: { } vm, DirtyRate: { } rate })
                {
                    seen[vm.Id] = rate;
                }
            }
        }

        return seen.Count == 0 ? rules : rules with
        {
            Vms =
            [
                .. rules.Vms.Select(rule => rule with { Observed = seen.GetValueOrDefault(rule.Vm) }),
                .. seen.Where(entry => rules.Vms.All(rule => rule.Vm != entry.Key)).Select(entry => new VmRule(entry.Key, null, null, entry.Value)),
            ],
        };
    }

    private static string Sentence(HostId host, BrakesEvent.MaintenanceStarted work)
    {
        var what = work.Target.Kind is MaintenanceKind.Site ? $"{host} is at {work.Target}, which is" : $"{host} is";
        return $"{what} in maintenance until {work.Until:u} by {work.By}: {work.Reason.TrimEnd('.')}.";
    }
}
