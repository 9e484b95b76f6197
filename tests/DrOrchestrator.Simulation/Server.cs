using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Drivers;
using DrOrchestrator.Drivers.Simulated;
using DrOrchestrator.Engine;
using DrOrchestrator.Engine.Messaging;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Engine.Work;
using DrOrchestrator.Testing.Fakes;
using DrOrchestrator.Testing.Virtual;
using Microsoft.Extensions.Logging.Abstractions;

namespace DrOrchestrator.Simulation;

/// <summary>One server process: the engine itself, on simulated ports.</summary>
public sealed class Server
{
    private const int RelayPage = 200;
    private static readonly TimeSpan DiscoverEvery = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan RelayEvery = TimeSpan.FromSeconds(1);
    private readonly FakeDatabase database;
    private readonly RelayLock relayLock;
    private readonly Relay relay;
    private readonly Sweep sweep;
    private TaskCompletionSource committed = new();

    public Server(string name, SiteId place, Ports ports, Settings settings, TimeSpan skew)
    {
        Lane = ports.Scheduler.NewLane(name);
        Lane.Clock.Skew = skew;
        database = ports.Database;
        relayLock = ports.RelayLock;

        // No more than the clocks here can differ: a larger one would hide what a driver's bound is for.
        var options = new EngineOptions { Worker = name, SweepEvery = TimeSpan.FromSeconds(1), ClockAllowance = 2 * settings.ClockSkew };
        var store = database.Connect(options, Lane.Clock);
        var bus = ports.Broker.Connect();
        var driver = new SimulatedDriver(ports.Fleet, new SimulatedDriverOptions { Place = place, PendingRequestBound = Settings.PendingRequestBound });
        Driver = new SimulationDriver(driver, settings.Mutant, ports.Inventory.Hosts, Lane.Clock);
        var drivers = new Drivers(Driver, new SimulatedGuests(ports.Fleet, new SimulatedDriverOptions { Place = place }));
        Streams = new StreamHandler(store, options, Lane.Clock, NullLogger<StreamHandler>.Instance);
        var observer = new Observer(drivers, ports.Inventory, Lane.Clock);
        var desk = new OrderDesk(Streams, store, drivers, ports.Inventory, observer, options, Lane.Clock, NullLogger<OrderDesk>.Instance);
        var inbox = new Inbox(Streams, desk, bus);
        relay = new Relay(store, bus, Lane.Clock, NullLogger<Relay>.Instance);
        sweep = new Sweep(
            store, Streams, settings.Mutant is Mutant.SweepAsleep ? new DeafBus() : bus, options, Lane.Clock, NullLogger<Sweep>.Instance);
        ports.Broker.Subscribe(Lane, (envelope, stopping) =>
        {
            if (settings.Mutant is Mutant.ClaimSkipped && envelope.Body is MoveOrder.Transfer order)
            {
                _ = Driver.EnsureMigration(
                    new MigrationRequest(order.Move, order.Vm, order.Source, order.Destination, order.Generation, order.Policy.Migration), stopping);
            }

            return inbox.Deliver(Mutated(envelope, settings.Mutant, ports), stopping);
        });
        Lane.Post(() => _ = sweep.Run(CancellationToken.None));
        Lane.Post(() => _ = RunRelay());
        Lane.Post(() => _ = Discover(observer));
        database.OnCommit += _ => Lane.Post(() => committed.TrySetResult());
    }

    public Lane Lane { get; }

    public StreamHandler Streams { get; }

    public SimulationDriver Driver { get; }

    private static Envelope Mutated(Envelope envelope, Mutant mutant, Ports ports)
    {
        switch (mutant, envelope.Body)
        {
            case (Mutant.LimitsIgnored, AdmissionMessage.StateSlots stated):
                var wants = stated.Statement.Wants.Select(want => want with { Source = new HostId($"{want.Move}-from"), Destination = new HostId($"{want.Move}-to"), FromDriver = null, ToDriver = null });
                return envelope with { Body = stated with { Statement = stated.Statement with { Wants = [.. wants] } } };
            case (Mutant.StopIgnored, RunMessage.AnswerSlots answer):
                ports.StopHeard = answer.Stop?.Stop;
                return envelope with { Body = answer with { Stop = null } };
            case (Mutant.StopIgnored, AdmissionMessage.StateSlots stated):
                return envelope with { Body = stated with { Statement = stated.Statement with { Stop = ports.StopHeard, Unresolved = 0 } } };
            case (Mutant.EndMisheard, HostMessage.RunAnswered { Episode: not null } answer):
                return envelope with { Body = answer with { Outcome = RunOutcome.CompletedWithFailures } };
            default:
                return envelope;
        }
    }

    /// <summary>Sends what was committed, page by page, while it leads; the checkpoint moves after the page was sent.</summary>
    private async Task RunRelay()
    {
        while (true)
        {
            if (relayLock.Take(Lane) && database.Checkpoint < database.Log.Count)
            {
                var from = database.Checkpoint;
                CommittedEvent[] page = [.. database.Log.Skip(from).Take(RelayPage)];
                try
                {
                    await relay.Process(page, CancellationToken.None);
                    database.Checkpoint = Math.Max(database.Checkpoint, from + page.Length);
                    continue;
                }
                catch (DatabaseAwayException)
                {
                    // The page stays unsent and is taken again.
                }
            }

            // Woken by a commit, as by NOTIFY; the poll is for the leader's death.
            await Task.WhenAny(committed.Task, Task.Delay(RelayEvery, Lane.Clock));
            committed = new TaskCompletionSource();
        }
    }

    /// <summary>As the server's discovery does: generations first, then a look, then each VM's stream is told.</summary>
    private async Task Discover(Observer observer)
    {
        while (true)
        {
            await Task.Delay(DiscoverEvery, Lane.Clock);
            try
            {
                var generations = new Dictionary<VmRef, long>();
                foreach (var vm in VmsOf(await observer.Look(CancellationToken.None)))
                {
                    generations[vm] = ((MoveState)(await Streams.Read(StreamId.Vm(vm.Id), CancellationToken.None)).State).Custody.Generation;
                }

                var look = await observer.Look(CancellationToken.None);
                foreach (var vm in VmsOf(look).Where(generations.ContainsKey))
                {
                    PlaceReport[] places =
                    [
                        .. look.Hosts.Select(host => host.Copies.FirstOrDefault(copy => copy.Vm.Id == vm.Id) is { } copy
                            ? new PlaceReport(host.Host, copy.State, copy.MigratingOut)
                            : new PlaceReport(host.Host, host.Answered ? VmState.Absent : null)),
                    ];
                    await Streams.Handle(
                        StreamId.Vm(vm.Id), new MoveMessage.ObserveVm(vm, places, generations[vm]), new Cause("observe-vm", null, "discovery"), CancellationToken.None);
                }
            }
            catch (DatabaseAwayException)
            {
                // The next look is soon.
            }
        }
    }

    private static IEnumerable<VmRef> VmsOf(ScopeObservation look) =>
        look.Hosts.SelectMany(host => host.Copies).Select(copy => copy.Vm).DistinctBy(vm => vm.Id);

    private sealed class Drivers(IHypervisorDriver driver, IGuestProbe guests) : IDrivers
    {
        public IGuestProbe Guests => guests;

        public IHypervisorDriver For(HostEndpoint host) => driver;
    }

    private sealed class DeafBus : IBus
    {
        public Task Send(Envelope envelope, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>What all processes of a simulation share.</summary>
public sealed record Ports(
    Scheduler Scheduler, FakeDatabase Database, FakeBroker Broker, SimulatedFleet Fleet, IInventory Inventory, RelayLock RelayLock)
{
    /// <summary>For the mutant that keeps stops from the runs: the last one that admission told of.</summary>
    public long? StopHeard { get; set; }
}

/// <summary>
/// Who leads the relay. A leader that died or stands still is replaced after a second; one that wakes up
/// again may still be sending its page while the next one sends it too.
/// </summary>
public sealed class RelayLock(Scheduler scheduler)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);
    private Lane? holder;
    private DateTimeOffset until;

    public bool Take(Lane lane)
    {
        if (holder != lane && holder is not null && scheduler.Now < until)
        {
            return false;
        }

        holder = lane;
        until = scheduler.Now + Lifetime;
        return true;
    }
}

/// <summary>The inventory of the simulated world.</summary>
public sealed record SimulatedInventory(IReadOnlyList<HostEndpoint> Hosts, IReadOnlyList<SiteLink> Links, FleetRules Rules) : IInventory
{
    public string ContentHash => "simulated";

    public FleetLimits Limits => FleetLimits.Default;

    public BrakeRules Brakes => BrakeRules.Default;

    public GuestCheck? CheckOf(VmRef vm) => new($"http://{vm.Name}/status");

    public FleetRules RulesFor(IReadOnlyCollection<VmRef> vms) => Rules;
}
