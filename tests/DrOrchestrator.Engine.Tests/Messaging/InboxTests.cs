using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Tests.Fakes;
using Xunit;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Engine.Tests.Messaging;

public sealed class InboxTests
{
    private static readonly StreamId Vm = StreamId.Vm(Web.Id);

    [Fact]
    public void A_message_is_delivered_once_its_events_are_durable()
    {
        var world = new World();

        world.NewServer().Deliver(new Envelope(Guid.Empty, Vm, MoveStory.Start(MoveStory.At(A1, Core.Inventory.VmState.Running))));

        Assert.Equal([nameof(MoveEvent.VmEnrolled), nameof(MoveEvent.MoveStarted)], world.Events(Vm));
    }

    [Fact]
    public void Whoever_asks_again_for_what_is_over_is_answered_again()
    {
        var world = new World();
        world.Given(Vm, MoveStory.Clearing);

        world.NewServer().Deliver(new Envelope(Guid.Empty, Vm, MoveStory.Start()));

        var answer = Assert.Single(world.Sent);
        Assert.Equal(StreamId.Run(Run), answer.To);
        Assert.Equal(MoveOutcome.Unknown, Assert.IsType<RunMessage.MoveAnswered>(answer.Body).Outcome);
    }

    [Fact]
    public void The_first_answer_is_left_to_the_relay()
    {
        var world = new World();
        world.Given(Vm, MoveStory.Started);

        world.NewServer().Deliver(new Envelope(Guid.Empty, Vm, MoveStory.Abort));

        Assert.Contains(nameof(MoveEvent.MoveEnded), world.Events(Vm));
        Assert.Empty(world.Sent);
    }
}
