using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Drivers;
using DrOrchestrator.Engine.Tests.Fakes;
using DrOrchestrator.Testing.Fakes;
using Xunit;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Engine.Tests.Work;

/// <summary>What a worker does with a transfer that it claimed, seen through the order desk.</summary>
public sealed class TransferTests
{
    private static readonly StreamId Vm = StreamId.Vm(Web.Id);

    private static MoveOrder.Transfer Order { get; } = new(A1, B1, MoveStory.Policy, 1)
    {
        Key = MoveStory.TransferKey, From = Vm, Move = MoveStory.Move, Vm = Web, Generation = 2,
    };

    [Fact]
    public void Reports_the_end_that_it_saw()
    {
        var (world, _) = Watching();

        world.Driver.End.SetResult(Arrived);

        world.Until(() => world.Events(Vm).Contains(nameof(MoveEvent.GuestArrived)));
    }

    [Fact]
    public void Looks_at_its_claim_once_more_right_before_the_effect()
    {
        // It stands still between its claim and its effect, and somebody else takes over meanwhile.
        var world = new World();
        world.Given(Vm, MoveStory.Transferring);
        world.Database.Faults = what => what == "heartbeat" ? DatabaseFault.Slow : DatabaseFault.None;
        var server = world.NewServer();
        server.Take(Order);

        TakeOver(world);
        world.Until(() => server.Desk.UnderWay == 0);

        Assert.Empty(world.Driver.Calls);
    }

    [Fact]
    public void Follows_what_may_only_be_watched_and_begins_nothing()
    {
        var world = new World();
        world.Given(Vm, MoveStory.Transferring);
        world.NewServer().Take(Order with { Follow = true });

        world.Driver.End.SetResult(Arrived);
        world.Until(() => world.Events(Vm).Contains(nameof(MoveEvent.GuestArrived)));

        Assert.Contains("watch web", world.Driver.Calls);
        Assert.DoesNotContain("migrate web", world.Driver.Calls);
    }

    [Fact]
    public void Stops_watching_and_says_nothing_more_once_the_claim_is_lost()
    {
        var (world, server) = Watching();

        TakeOver(world);
        world.Pass(server.Options.ClaimLifetime.TotalSeconds);
        Assert.Equal(0, server.Desk.UnderWay);
        var said = world.Database.Log.Count;
        world.Driver.End.SetResult(Arrived);
        world.Pass(60);

        Assert.Equal(said, world.Database.Log.Count);
        Assert.DoesNotContain("abort web", world.Driver.Calls);
    }

    [Fact]
    public void Keeps_its_claim_alive_for_as_long_as_it_watches()
    {
        var (world, server) = Watching();
        var other = world.NewServer("other");

        for (var i = 0; i < 60; i++)
        {
            world.Pass(2);
            other.SweepOnce();
        }

        Assert.Equal(nameof(MoveEvent.OrderClaimed), world.Events(Vm).Last());
        Assert.Equal(1, server.Desk.UnderWay);
    }

    [Fact]
    public void A_database_that_is_away_for_a_while_costs_no_claim()
    {
        var (world, server) = Watching();
        world.Database.IsAway = true;
        world.Pass(120);

        world.Database.IsAway = false;
        world.Pass(30);

        Assert.Equal(1, server.Desk.UnderWay);
    }

    [Fact]
    public void Progress_that_can_not_be_recorded_is_dropped_and_the_watch_goes_on_to_its_end()
    {
        var world = new World();
        world.Given(Vm, MoveStory.Transferring);
        world.Driver.HoldProgress = new TaskCompletionSource();
        world.Driver.Progress.Add(new(MigrationStep.NetworkTransfer, Transferred: Bytes.FromMebibytes(1)));
        var server = world.NewServer();
        server.Take(Order);
        world.Until(() => world.Driver.Calls.Contains("watch web"));
        world.Database.IsAway = true;
        world.Driver.HoldProgress.SetResult();
        world.Pass(60);
        Assert.Equal(1, server.Desk.UnderWay);

        world.Database.IsAway = false;
        world.Driver.End.SetResult(Arrived);

        world.Until(() => world.Events(Vm).Contains(nameof(MoveEvent.GuestArrived)));
        Assert.Single(world.Driver.Calls, call => call == "watch web");
    }

    [Fact]
    public void Its_patience_with_a_database_that_stays_away_is_bounded()
    {
        var (world, server) = Watching();

        world.Database.IsAway = true;

        world.Until(() => server.Desk.UnderWay == 0);
    }

    [Fact]
    public void Keeps_the_report_of_an_effect_until_the_database_takes_it()
    {
        var (world, _) = Watching();
        world.Database.IsAway = true;
        world.Driver.End.SetResult(Arrived);
        world.Pass(120);

        world.Database.IsAway = false;

        world.Until(() => world.Events(Vm).Contains(nameof(MoveEvent.TransferReported)));
    }

    [Fact]
    public void Tells_each_step_and_not_each_reading()
    {
        var world = new World();
        world.Given(Vm, MoveStory.Transferring);
        world.Driver.Progress.AddRange(
        [
            new(MigrationStep.NetworkTransfer, Transferred: Bytes.FromMebibytes(1)),
            new(MigrationStep.NetworkTransfer, Transferred: Bytes.FromMebibytes(2)),
            new(MigrationStep.NetworkTransfer, Transferred: Bytes.FromMebibytes(3)),
            new(MigrationStep.Cutover, Transferred: Bytes.FromMebibytes(4)),
        ]);

        world.NewServer().Take(Order);
        world.Pass(10);

        Assert.Equal(
            [MigrationStep.NetworkTransfer, MigrationStep.Cutover],
            world.Database.EventsOf(Vm).OfType<MoveEvent.TransferProgressed>().Select(told => told.Progress.Step));
    }

    private static MigrationEnd Arrived { get; } =
        new(new Outcome<Nothing>.Done(Nothing.Value), VmCopy.NotThere(Web, A1.Host), Copy(Web, B1));

    private static (World World, Server Server) Watching()
    {
        var world = new World();
        world.Given(Vm, MoveStory.Transferring);
        var server = world.NewServer();
        server.Take(Order);
        world.Until(() => world.Driver.Calls.Contains("watch web"));
        return (world, server);
    }

    /// <summary>Another worker has the claim from now on.</summary>
    private static void TakeOver(World world) => world.Given(
        Vm, new MoveEvent.ClaimLapsed(MoveStory.First) { At = Noon }, new MoveEvent.OrderClaimed(MoveStory.Second, "server-2") { At = Noon });
}
