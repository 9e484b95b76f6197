using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Engine.Messaging;
using DrOrchestrator.Engine.Tests.Fakes;
using Xunit;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Engine.Tests.Messaging;

public sealed class RelayTests
{
    private static readonly StreamId Vm = StreamId.Vm(Web.Id);

    [Fact]
    public void What_an_event_makes_outstanding_is_sent()
    {
        var world = Told(MoveStory.Transferring);

        world.NewServer().Process(world.Database.Log);

        Assert.Collection(world.Bodies, body => Assert.IsType<MoveOrder.PrepareSource>(body), body => Assert.IsType<MoveOrder.Transfer>(body));
    }

    [Fact]
    public void What_was_outstanding_before_an_event_is_not_sent_again()
    {
        var world = Told(MoveStory.Aborting);
        world.Given(Vm, new MoveEvent.TransferProgressed(new MigrationProgress(MigrationStep.NetworkTransfer)) { At = Noon });

        world.NewServer().Process(Page(world, from: MoveStory.Aborting.Length + 1));

        Assert.Empty(world.Sent);
    }

    [Fact]
    public void A_page_sent_twice_by_one_relay_carries_the_same_ids()
    {
        var world = Told(MoveStory.Transferring);
        var server = world.NewServer();

        server.Process(world.Database.Log);
        server.Process(world.Database.Log);

        TwiceTheSame(world);
    }

    [Fact]
    public void A_page_sent_again_by_the_next_leader_carries_the_same_ids()
    {
        var world = Told(MoveStory.Transferring);

        world.NewServer("one").Process(world.Database.Log);
        world.NewServer("other").Process(world.Database.Log);

        TwiceTheSame(world);
    }

    [Fact]
    public void A_page_cut_elsewhere_carries_the_same_ids()
    {
        var world = Told(MoveStory.Transferring);
        var one = world.NewServer("one");
        one.Process(world.Database.Log);

        var other = world.NewServer("other");
        foreach (var committed in world.Database.Log)
        {
            other.Process([committed]);
        }

        TwiceTheSame(world);
    }

    [Fact]
    public void Two_asks_carry_different_ids()
    {
        var world = Told(MoveStory.Lapsed);

        world.NewServer().Process(world.Database.Log);

        Assert.Equal(3, world.Sent.Select(envelope => envelope.MessageId).Distinct().Count());
    }

    [Fact]
    public void A_page_that_begins_in_the_middle_of_a_stream_takes_the_state_before_it_from_the_store()
    {
        var world = Told(MoveStory.Transferring);

        // The store has more than the page by now: what came later must not count as known.
        world.Given(Vm, new MoveEvent.AbortRequested(Night, "Wrong host.") { At = Noon });
        world.NewServer().Process(Page(world, from: 2, to: MoveStory.Transferring.Length));

        Assert.Collection(world.Bodies, body => Assert.IsType<MoveOrder.PrepareSource>(body), body => Assert.IsType<MoveOrder.Transfer>(body));
    }

    [Fact]
    public void A_leader_that_led_before_takes_what_it_missed_from_the_store()
    {
        var world = Told(MoveStory.Lapsed);
        var server = world.NewServer();
        server.Process(Page(world, from: 1, to: 2));

        server.Process(Page(world, from: MoveStory.Lapsed.Length));

        Assert.Equal(2, Assert.IsType<MoveOrder.Transfer>(world.Bodies.Last()).Attempt);
    }

    [Fact]
    public void A_page_with_several_streams_sends_what_each_of_them_asks()
    {
        var world = Told(MoveStory.Started);
        var host = StreamId.Host(A1.Host);
        world.Given(host, new Core.Health.HostEvent.ConditionRaised(A1.Host, Condition(), Night, true) { At = Noon });
        world.Given(host, new Core.Health.HostEvent.HoldDownStarted("f1", Noon, Plan) { At = Noon }, new Core.Health.HostEvent.HoldDownElapsed { At = Noon });

        world.NewServer().Process(world.Database.Log);

        Assert.Equal(["ReportSickness", "PrepareSource", "ObserveHost"], world.Bodies.Select(body => body.GetType().Name).OrderDescending());
    }

    [Fact]
    public void A_page_is_not_done_while_the_broker_is_away_and_loses_nothing_by_it()
    {
        var world = Told(MoveStory.Transferring);
        world.Broker.IsAway = true;
        var page = world.NewServer().StartProcessing(world.Database.Log);
        world.Pass(60);
        Assert.False(page.IsOver);

        world.Broker.IsAway = false;
        world.Finish(page);

        Assert.Equal(2, world.Sent.Count);
    }

    [Fact]
    public void A_broker_that_fails_while_the_relay_is_told_to_stop_is_no_failure_of_the_page()
    {
        var world = Told(MoveStory.Transferring);
        using var stop = new CancellationTokenSource();
        world.Broker.Passes = _ =>
        {
            stop.Cancel();
            throw new IOException("The connection is gone.");
        };

        var page = world.NewServer().StartProcessing(world.Database.Log, stop.Token);

        Assert.ThrowsAny<OperationCanceledException>(() => world.Finish(page));
    }

    private static World Told(object[] story)
    {
        var world = new World();
        world.Given(Vm, story);
        return world;
    }

    private static CommittedEvent[] Page(World world, int from, int to = int.MaxValue) =>
        [.. world.Database.Log.Where(committed => committed.Version >= from && committed.Version <= to)];

    private static void TwiceTheSame(World world)
    {
        Assert.Equal(4, world.Sent.Count);
        Assert.Equal(world.Sent.Take(2).Select(envelope => envelope.MessageId).Order(), world.Sent.Skip(2).Select(envelope => envelope.MessageId).Order());
        Assert.Equal(2, world.Sent.Select(envelope => envelope.MessageId).Distinct().Count());
    }
}
