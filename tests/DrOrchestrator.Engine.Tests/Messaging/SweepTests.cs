using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Engine.Messaging;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Engine.Tests.Messaging;

public sealed class SweepTests
{
    private static readonly StreamId Vm = StreamId.Vm(Web.Id);

    [Fact]
    public void An_ask_that_stays_unanswered_is_repeated()
    {
        var world = Told(MoveStory.Started);
        var server = world.NewServer();

        for (var i = 0; i < 2; i++)
        {
            world.Pass(6);
            server.SweepOnce();
        }

        Assert.Equal(["PrepareSource", "PrepareSource"], world.Bodies.Select(body => body.GetType().Name));
    }

    [Fact]
    public void An_ask_is_not_repeated_before_its_time()
    {
        var world = Told(MoveStory.Started);
        world.Pass(3);

        world.NewServer().SweepOnce();

        Assert.Empty(world.Sent);
    }

    [Fact]
    public void A_stream_that_goes_on_does_not_put_off_what_it_waits_for()
    {
        var world = new World();
        var host = StreamId.Host(A1.Host);
        var server = world.NewServer();
        server.Handle(host, new HostMessage.RaiseCondition(A1.Host, Condition(), OnAlert with { HoldDown = TimeSpan.Zero }, Night));
        for (var i = 0; i < 6; i++)
        {
            world.Pass(1);
            server.Handle(host, new HostMessage.RaiseCondition(A1.Host, Condition($"later-{i}"), OnAlert, Night));
        }

        server.SweepOnce();

        Assert.Contains(world.Bodies, body => body is HostOrder.ObserveHost);
    }

    [Fact]
    public void What_has_been_asked_for_long_is_repeated_seldom()
    {
        var world = new World();
        var server = world.NewServer();
        server.Handle(StreamId.Run(Run), new RunMessage.StartRun(Run, Plan, A1.Host, new RunTrigger(RunTriggerKind.Operator, Night, "It smells of smoke.")));
        server.Handle(StreamId.Run(Run), new RunMessage.ReportScope(
            $"{Run}/observe", Scope(Seen(A1, 1024, Copy(Web, A1)), Seen(A2, 65536), Seen(B1, 32768), Seen(B2, 32768))));
        server.Handle(StreamId.Run(Run), new RunMessage.AnswerSlots(1, 1, [MoveId.Of(Run, Web.Id, 1)], [], null));
        int Repeated(int looks)
        {
            var before = world.Sent.Count;
            for (var i = 0; i < looks; i++)
            {
                world.Pass(5.5);
                server.SweepOnce();
            }

            return world.Sent.Count - before;
        }

        Assert.Equal(3, Repeated(3));
        Repeated(1);
        Assert.InRange(Repeated(60), 4, 20);
        Assert.All(world.Bodies, body => Assert.IsType<MoveMessage.StartMove>(body));
    }

    [Fact]
    public void What_no_one_waits_for_is_not_repeated()
    {
        // The run is told that the move ended, once; the places are asked until they answer.
        var world = Told(MoveStory.Clearing);
        world.Pass(6);

        world.NewServer().SweepOnce();

        Assert.IsType<MoveOrder.InspectPlaces>(Assert.Single(world.Bodies));
    }

    [Fact]
    public void Two_servers_do_not_repeat_the_same_ask_at_once()
    {
        var world = Told(MoveStory.Started);
        world.Pass(6);

        world.NewServer("one").SweepOnce();
        world.NewServer("other").SweepOnce();

        Assert.Single(world.Sent);
    }

    [Fact]
    public void A_claim_whose_heartbeat_stopped_reaches_its_stream()
    {
        var world = Told(MoveStory.Claimed);
        world.Pass(16);

        world.NewServer().SweepOnce();

        Assert.Equal(MoveStory.First, world.Database.EventsOf(Vm).OfType<MoveEvent.ClaimLapsed>().Single().Claim);
    }

    [Fact]
    public void A_claim_that_lives_is_left_alone()
    {
        var world = Told(MoveStory.Claimed);
        world.Pass(10);

        world.NewServer().SweepOnce();

        Assert.DoesNotContain(nameof(MoveEvent.ClaimLapsed), world.Events(Vm));
    }

    [Fact]
    public void What_only_time_changes_gets_its_moment()
    {
        var world = new World();
        var host = StreamId.Host(A1.Host);
        var server = world.NewServer();
        server.Handle(host, new HostMessage.RaiseCondition(A1.Host, Condition(), OnAlert, Night));
        world.Pass(31);

        server.SweepOnce();

        Assert.Equal(nameof(HostEvent.HoldDownElapsed), world.Events(host).Last());
    }

    [Fact]
    public void A_stream_that_fails_does_not_keep_the_others_asleep()
    {
        var world = Told(MoveStory.Started);
        world.Given(
            StreamId.Host(A2.Host), new Outstanding([], Noon), new HostEvent.HostRecovered { At = Noon });
        world.Pass(6);

        var due = world.NewServer().SweepOnce();

        Assert.Equal(2, due);
        Assert.IsType<MoveOrder.PrepareSource>(Assert.Single(world.Bodies));
    }

    [Fact]
    public void A_database_that_was_away_is_looked_at_again()
    {
        var world = Told(MoveStory.Started);
        var server = world.NewServer();
        world.Database.IsAway = true;
        server.Lane.Post(() => _ = server.Sweep.Run(CancellationToken.None));
        world.Pass(30);
        Assert.Empty(world.Sent);

        world.Database.IsAway = false;

        world.Until(() => world.Sent.Count > 0);
    }

    [Fact]
    public async Task A_look_that_fails_while_the_sweep_is_told_to_stop_is_the_stop()
    {
        using var stop = new CancellationTokenSource();
        var world = new World();
        var server = world.NewServer();
        var sweep = new Sweep(new Gone(stop), server.Streams, world.Broker.Connect(), server.Options, TimeProvider.System, NullLogger<Sweep>.Instance);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sweep.Run(stop.Token));
    }

    [Fact]
    public void A_broker_that_fails_while_the_sweep_is_told_to_stop_is_the_stop()
    {
        var world = Told(MoveStory.Started);
        world.Pass(6);
        using var stop = new CancellationTokenSource();
        world.Broker.Passes = _ =>
        {
            stop.Cancel();
            throw new IOException("The connection is gone.");
        };
        var server = world.NewServer();

        var look = world.Start(server.Lane, () => server.Sweep.Once(stop.Token));

        Assert.ThrowsAny<OperationCanceledException>(() => world.Finish(look));
    }

    private static World Told(object[] story)
    {
        var world = new World();
        world.Given(Vm, story);
        return world;
    }

    /// <summary>A database that is gone in the moment of the stop.</summary>
    private sealed class Gone(CancellationTokenSource stop) : IDeadlines
    {
        public Task<IReadOnlyList<DueStream>> TakeDue(int limit, TimeSpan hold, CancellationToken cancellationToken)
        {
            stop.Cancel();
            throw new IOException("The connection is gone.");
        }

        public Task<bool> Heartbeat(StreamId stream, Claim claim, TimeSpan lifetime, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
