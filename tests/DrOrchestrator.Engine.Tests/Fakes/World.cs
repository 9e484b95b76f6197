using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Messaging;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Engine.Work;
using DrOrchestrator.Testing.Fakes;
using DrOrchestrator.Testing.Virtual;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DrOrchestrator.Engine.Tests.Fakes;

/// <summary>One database, one broker, a fleet, and the servers that a test asks for, in virtual time on the test's own thread.</summary>
internal sealed class World
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private readonly FakeDatabaseClient outside;
    private readonly Lane hand;

    public World()
    {
        Scheduler = new Scheduler(seed: 1, Sample.Noon);
        Database = new FakeDatabase(Scheduler, seed: 1);
        Broker = new FakeBroker(Scheduler, seed: 1)
        {
            Passes = envelope =>
            {
                Sent.Add(envelope);
                return new Passage([]);
            },
        };
        hand = Scheduler.NewLane("test");
        outside = Database.Connect(new EngineOptions { Worker = "test" }, hand.Clock);
    }

    public Scheduler Scheduler { get; }

    public FakeDatabase Database { get; }

    public FakeBroker Broker { get; }

    public FakeDriver Driver { get; } = new();

    /// <summary>Nothing is configured until a test says so.</summary>
    public IInventory Inventory { get; set; } = new FakeInventory();

    /// <summary>What the broker took, in order. It goes nowhere.</summary>
    public List<Envelope> Sent { get; } = [];

    public IEnumerable<object> Bodies => Sent.Select(envelope => envelope.Body);

    public Server NewServer(string name = "server-1", Func<EngineOptions, EngineOptions>? with = null) => new(this, name, with ?? (options => options));

    /// <summary>What stands in a stream before the test begins.</summary>
    public void Given(StreamId stream, params object[] events)
    {
        var decider = DeciderCatalog.For(stream);
        Given(stream, decider.React(Database.EventsOf(stream).Concat(events).Aggregate(decider.Initial, decider.Evolve)), events);
    }

    /// <summary>As above, for a stream that no decider can fold.</summary>
    public void Given(StreamId stream, Outstanding outstanding, params object[] events)
    {
        var append = new StreamAppend(stream, Database.EventsOf(stream).Count, events, outstanding, [.. events.Select(_ => new Cause("test", null, "test"))]);
        Finish(Start(hand, async () =>
        {
            await outside.Append([append], CancellationToken.None);
            return true;
        }));
    }

    public IEnumerable<string> Events(StreamId stream) => Database.EventsOf(stream).Select(e => e.GetType().Name);

    /// <summary>Starts something in a process and goes on without waiting for it.</summary>
    public Started<T> Start<T>(Lane lane, Func<Task<T>> what)
    {
        var started = new Started<T>();
        lane.Post(() => started.Task = what());
        return started;
    }

    public T Finish<T>(Started<T> started)
    {
        Until(() => started.IsOver);
        return started.Task!.GetAwaiter().GetResult();
    }

    /// <summary>Lets time pass until something holds; it must within ten virtual minutes.</summary>
    public void Until(Func<bool> holds)
    {
        Scheduler.RunUntil(Scheduler.Now + Patience, holds);
        Assert.True(holds(), "It did not come about within ten virtual minutes.");
    }

    public void Pass(double seconds) => Scheduler.RunUntil(Scheduler.Now + TimeSpan.FromSeconds(seconds));
}

/// <summary>Something under way in a process of the world.</summary>
internal sealed class Started<T>
{
    public Task<T>? Task { get; set; }

    public bool IsOver => Task?.IsCompleted is true;
}

/// <summary>The engine's parts as one server process has them.</summary>
internal sealed class Server
{
    private readonly World world;

    public Server(World world, string name, Func<EngineOptions, EngineOptions> with)
    {
        this.world = world;
        Lane = world.Scheduler.NewLane(name);
        Options = with(new EngineOptions { Worker = name });
        var store = world.Database.Connect(Options, Lane.Clock);
        var bus = world.Broker.Connect();
        Streams = new StreamHandler(store, Options, Lane.Clock, NullLogger<StreamHandler>.Instance);
        Observer = new Observer(world.Driver, world.Inventory, Lane.Clock);
        Desk = new OrderDesk(Streams, store, world.Driver, world.Inventory, Observer, Options, Lane.Clock, NullLogger<OrderDesk>.Instance);
        Inbox = new Inbox(Streams, Desk, bus);
        Relay = new Relay(store, bus, Lane.Clock, NullLogger<Relay>.Instance);
        Sweep = new Sweep(store, Streams, bus, Options, Lane.Clock, NullLogger<Sweep>.Instance);
    }

    public Lane Lane { get; }

    public EngineOptions Options { get; }

    public StreamHandler Streams { get; }

    public Observer Observer { get; }

    public OrderDesk Desk { get; }

    public Inbox Inbox { get; }

    public Relay Relay { get; }

    public Sweep Sweep { get; }

    public Handled Handle(StreamId stream, object message) => world.Finish(StartHandling(stream, message));

    public Started<Handled> StartHandling(StreamId stream, object message, CancellationToken cancellationToken = default) =>
        world.Start(Lane, () => Streams.Handle(stream, message, new Cause("test", null, "test"), cancellationToken));

    /// <summary>Hands all of them over in one go, in this order.</summary>
    public Started<Handled[]> StartHandlingAll(StreamId stream, params object[] messages) => world.Start(Lane, async () =>
    {
        Task<Handled>[] tasks = [.. messages.Select(message => Streams.Handle(stream, message, new Cause("test", null, "test"), CancellationToken.None))];
        var handled = new List<Handled>();
        foreach (var task in tasks)
        {
            handled.Add(await task);
        }

        return handled.ToArray();
    });

    public void Process(IReadOnlyList<CommittedEvent> page) => world.Finish(StartProcessing(page));

    public Started<int> StartProcessing(IReadOnlyList<CommittedEvent> page, CancellationToken cancellationToken = default) =>
        world.Start(Lane, () => Relay.Process(page, cancellationToken));

    public int SweepOnce() => world.Finish(world.Start(Lane, () => Sweep.Once(CancellationToken.None)));

    public void Take(Order order) => world.Finish(StartTaking(order));

    public Started<bool> StartTaking(Order order) => Doing(() => Desk.Take(order, trace: null, CancellationToken.None));

    public void Deliver(Envelope envelope) => world.Finish(Doing(() => Inbox.Deliver(envelope, CancellationToken.None)));

    public void Dispose() => world.Finish(Doing(() => Desk.DisposeAsync().AsTask()));

    private Started<bool> Doing(Func<Task> what) => world.Start(Lane, async () =>
    {
        await what();
        return true;
    });
}
