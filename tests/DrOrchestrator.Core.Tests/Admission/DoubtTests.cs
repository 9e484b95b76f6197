using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using Xunit;
using static DrOrchestrator.Core.Admission.AdmissionEvent;
using static DrOrchestrator.Core.Admission.AdmissionMessage;
using static DrOrchestrator.Core.Tests.Admission.AdmissionStory;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Admission;

/// <summary>The slot of a move that ended unknown is kept, for its transfer may still be sending.</summary>
public sealed class DoubtTests
{
    private static readonly MoveId First = Want(One, 1).Move;
    private static readonly ReleasedSlot Unknown = Ended(One, 1, landed: true) with { Doubt = new SlotDoubt(new VmId("vm-1"), "Nobody knows.") };

    [Fact]
    public void Keeps_the_slot_and_asks_the_VM_until_it_is_cleared()
    {
        var doubtful = Doubtful();

        Assert.Contains(First.Value, doubtful.Held());
        doubtful.When(States(Two, 2)).ThenEvents(typeof(SlotsStated));
        Assert.Contains(doubtful.Outstanding.Asks, ask => ask.To == StreamId.Vm(new VmId("vm-1")) && ask is { Awaited: true, Message: MoveMessage.AskSettled });

        var settled = doubtful.When(new SettleSlot(First, new HostId("a1"))).ThenEvents(typeof(DoubtSettled), typeof(SlotsDecided));

        Assert.Equal([Want(Two, 2).Move.Value], settled.Held());
        Assert.DoesNotContain(settled.Outstanding.Asks, ask => ask.Message is MoveMessage.AskSettled);
    }

    [Fact]
    public void Keeps_the_room_at_the_destination_and_counts_it_as_taken_when_the_VM_is_there()
    {
        var doubtful = With(Wide).When(States(One, 1, [Want(One, 1, room: 1536)])).ThenGoOn().When(States(One, 2, released: [Unknown], heard: 1)).ThenGoOn();

        var waits = doubtful.When(States(Two, 1, [Want(Two, 2, room: 1536)])).ThenEvents(typeof(SlotsStated));
        var crowded = waits.When(new SettleSlot(First, new HostId("b1"))).ThenEvents(typeof(DoubtSettled), typeof(SlotsDecided));

        Assert.Equal([Want(Two, 2).Move], crowded.StateOf<AdmissionState>().Runs[Two.Value].Crowded);
    }

    [Fact]
    public void A_person_gives_it_back_with_a_reason() =>
        Assert.Equal(
            [Want(Two, 2).Move.Value],
            Doubtful().When(new ReleaseSlot(First, Night, "Both hosts were looked at.")).ThenEvents(typeof(SlotReleased), typeof(SlotsDecided)).Held());

    [Fact]
    public void Says_why_a_move_has_no_slot_that_a_person_could_give_back()
    {
        Doubtful().When(new ReleaseSlot(new MoveId("run-9/vm-9/1"), Night, "x")).ThenRefused("No slot is kept for a move run-9/vm-9/1.");
        Fresh.When(States(One, 1, [Want(One, 1)])).ThenGoOn().When(new ReleaseSlot(First, Night, "x")).ThenRefused("has not ended");
    }

    [Fact]
    public void A_word_of_a_slot_that_is_free_says_nothing() => Fresh.When(new SettleSlot(First, null)).ThenNothing();

    [Fact]
    public void Does_not_keep_a_stop_from_coming_into_force() =>
        Doubtful().When(new StopAll(Night, "Wait.")).ThenEvents(typeof(StopRequested), typeof(StopInForce));

    /// <summary>One slot in all: the first move ended unknown, and the second waits.</summary>
    private static Spec Doubtful() => With(Wide with { Total = 1 }).When(States(One, 1, [Want(One, 1)])).ThenGoOn().When(States(Two, 1, [Want(Two, 2)])).ThenGoOn()
        .When(States(One, 2, released: [Unknown], heard: 1)).ThenEvents(typeof(SlotsStated));
}
