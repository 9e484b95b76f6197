using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Engine.Work;
using DrOrchestrator.Server.Api.Fleet;

namespace DrOrchestrator.Server.Hosting;

/// <summary>
/// Looks at every host again and again: for the views, and so that a VM seen for the first time is
/// enrolled and one that somebody else moved changes its custody. Only what is new is brought to a
/// stream; every process looks, and what two of them see decides to nothing the second time.
/// </summary>
public sealed class Discovery(
    Observer observer, StreamHandler streams, DiscoveryOptions options, TimeProvider clock, ILogger<Discovery> log) : BackgroundService, IFleetView
{
    private readonly Dictionary<VmId, string> told = [];

    public FleetLook? Last { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var look = new FleetLook(await observer.Look(stoppingToken), clock.GetUtcNow());
                Last = look;
                await Tell(look, stoppingToken);
            }
            catch (Exception exception)
            {
                // What fails while this is told to stop is the stop, whatever broke first.
                stoppingToken.ThrowIfCancellationRequested();
                log.LogWarning("The look at the hosts was not finished ({Error}); the next is in {Every}", exception.Message, options.Every);
            }

            await Task.Delay(options.Every, clock, stoppingToken);
        }
    }

    /// <summary>
    /// What looks new is looked at once more: the stream's generation is read before the look that it is
    /// told of, so that a move that came in between makes the look worth nothing instead of wrong.
    /// </summary>
    private async Task Tell(FleetLook first, CancellationToken cancellationToken)
    {
        var changed = VmsOf(first).Where(vm => !told.TryGetValue(vm.Id, out var known) || known != Picture(vm.Id, first)).ToArray();
        if (changed.Length == 0)
        {
            return;
        }

        var generations = new Dictionary<VmId, long>();
        foreach (var vm in changed)
        {
            generations[vm.Id] = ((MoveState)(await streams.Read(StreamId.Vm(vm.Id), cancellationToken)).State).Custody.Generation;
        }

        var look = new FleetLook(await observer.Look(cancellationToken), clock.GetUtcNow());
        Last = look;
        var heard = new System.Collections.Concurrent.ConcurrentBag<VmId>();
        await Task.WhenAll(VmsOf(look).Where(vm => generations.ContainsKey(vm.Id)).Select(async vm =>
        {
            var message = new MoveMessage.ObserveVm(vm, PlacesOf(vm.Id, look.Observation), generations[vm.Id]);
            var handled = await streams.Handle(StreamId.Vm(vm.Id), message, new Cause("observe-vm", null, "discovery"), cancellationToken);

            // A VM in a move, or since a move, does not listen; what it was told then is told again.
            var after = (MoveState)handled.After.State;
            if (handled.Events.Count > 0 || (after.Phase is MovePhase.Idle or MovePhase.NotEnrolled && after.Custody.Generation == generations[vm.Id]))
            {
                heard.Add(vm.Id);
            }
        }));
        foreach (var vm in heard)
        {
            told[vm] = Picture(vm, look);
        }
    }

    private static IEnumerable<VmRef> VmsOf(FleetLook look) =>
        look.Observation.Hosts.SelectMany(host => host.Copies).Select(copy => copy.Vm).DistinctBy(vm => vm.Id);

    private static string Picture(VmId vm, FleetLook look) => string.Join<PlaceReport>(' ', PlacesOf(vm, look.Observation));

    private static PlaceReport[] PlacesOf(VmId vm, ScopeObservation observation) =>
    [
        .. observation.Hosts.Select(host => host.Copies.FirstOrDefault(copy => copy.Vm.Id == vm) is { } copy
            ? new PlaceReport(host.Host, copy.State, copy.MigratingOut)
            : new PlaceReport(host.Host, host.Answered ? VmState.Absent : null)),
    ];
}

/// <summary>How often the hosts are looked at.</summary>
public sealed record DiscoveryOptions(TimeSpan Every);
