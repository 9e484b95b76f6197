using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Engine.Tests.Fakes;
using Xunit;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Engine.Tests.Work;

/// <summary>A person began a run with post-copy off a host of which nothing was reported. What is reported later counts for every move that has not begun.</summary>
public sealed class PostCopyTests
{
    private static readonly StreamId Vm = StreamId.Vm(Web.Id);

    [Fact]
    public void Is_used_off_a_host_of_which_nothing_is_reported()
    {
        var world = Told(3);

        world.NewServer().Take(Order(world));
        world.Until(() => world.Driver.Calls.Contains("watch web"));

        Assert.All(world.Driver.Requests, request => Assert.True(request.Options.PostCopy));
        Assert.Null(world.Database.EventsOf(Vm).OfType<MoveEvent.OrderClaimed>().Single().Doubt);
    }

    [Fact]
    public void Is_dropped_at_preflight_when_an_alert_came_after_the_run_was_asked_for()
    {
        var world = Told(1);
        Alert(world);
        var server = world.NewServer();

        server.Take(Order(world));
        world.Until(() => world.Events(Vm).Contains(nameof(MoveEvent.PlaceAdded)));
        server.Take(Order(world));
        world.Until(() => world.Driver.Calls.Contains("watch web"));

        Assert.Equal(["preflight web", "migrate web", "watch web"], world.Driver.Calls.Where(call => !call.StartsWith("ask", StringComparison.Ordinal)));
        Assert.All(world.Driver.Requests, request => Assert.False(request.Options.PostCopy));
        Assert.Contains(
            world.Database.EventsOf(Vm).OfType<MoveEvent.SourcePrepared>().Single().Findings,
            finding => finding.Fact == "The plan allows post-copy, and it is not used: the source is suspect (HostOverheating) and could take the guest with it.");
    }

    [Fact]
    public void Is_dropped_right_before_the_transfer_when_an_alert_came_after_preflight_and_the_cause_is_on_record_first()
    {
        var world = Told(3);
        var order = Order(world);
        Alert(world);

        world.NewServer().Take(order);
        Assert.Equal("HostOverheating", world.Database.EventsOf(Vm).OfType<MoveEvent.OrderClaimed>().Single().Doubt);
        world.Until(() => world.Driver.Calls.Contains("watch web"));

        Assert.Equal(["migrate web", "watch web"], world.Driver.Calls);
        Assert.All(world.Driver.Requests, request => Assert.False(request.Options.PostCopy));
    }

    private static void Alert(World world) =>
        world.Given(StreamId.Host(A1.Host), new HostEvent.ConditionRaised(A1.Host, Condition(), Night, Acts: false) { At = Noon });

    /// <summary>The first events of the story, with a policy that allows post-copy. 1: started; 3: prepared, and the destination is a place.</summary>
    private static World Told(int afterEnrolment)
    {
        var world = new World();
        var policy = MoveStory.Policy with { Migration = MoveStory.Policy.Migration with { PostCopy = true } };
        world.Given(Vm, [.. MoveStory.Transferring.Take(1 + afterEnrolment).Select(e => e is MoveEvent.MoveStarted started ? started with { Policy = policy } : e)]);
        return world;
    }

    private static Order Order(World world) =>
        (Order)MoveDecider.Instance.React((MoveState)Folding.Fold(new Ports.StreamHistory(Vm, world.Database.EventsOf(Vm))).State).Asks.Single().Message;
}
