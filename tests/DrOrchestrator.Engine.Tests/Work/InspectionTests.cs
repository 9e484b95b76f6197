using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Drivers;
using DrOrchestrator.Engine.Tests.Fakes;
using Xunit;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Engine.Tests.Work;

/// <summary>How the places of a VM are asked after its worker vanished.</summary>
public sealed class InspectionTests
{
    private static readonly StreamId Vm = StreamId.Vm(Web.Id);

    [Fact]
    public void Raises_the_generation_first_then_completes_a_handover_that_waits_and_asks_the_source_before_the_destination()
    {
        var world = Inspected(new Outcome<Nothing>.Done(Nothing.Value));

        Assert.Equal(["raise a1 3", "hand over web 3", "inspect a1", "inspect b1"], world.Driver.Calls);
    }

    [Fact]
    public void Stops_the_transfer_before_it_asks_where_a_stop_was_asked_for()
    {
        var world = Inspected(new Outcome<Nothing>.Done(Nothing.Value), stop: true);

        Assert.Equal(["raise a1 3", "abort web", "hand over web 3", "inspect a1", "inspect b1"], world.Driver.Calls);
    }

    [Fact]
    public void Passes_on_what_the_places_said()
    {
        var world = Inspected(new Outcome<Nothing>.Done(Nothing.Value));

        Assert.Equal([MoveStory.At(A1, VmState.Running), MoveStory.At(B1, VmState.Absent)], Answers(world));
    }

    [Fact]
    public void A_source_that_may_not_have_heard_of_the_generation_counts_as_silent()
    {
        var world = Inspected(new Outcome<Nothing>.Unknown("It timed out."));

        Assert.Equal([MoveStory.At(A1, null), MoveStory.At(B1, VmState.Absent)], Answers(world));
    }

    [Fact]
    public void A_hypervisor_that_holds_no_generation_is_believed_all_the_same()
    {
        var world = Inspected(new Outcome<Nothing>.Refused("It has no such thing.", "None."), holdsGeneration: false);

        Assert.Equal([MoveStory.At(A1, VmState.Running), MoveStory.At(B1, VmState.Absent)], Answers(world));
    }

    [Fact]
    public void An_order_that_comes_late_to_look_into_a_move_does_nothing()
    {
        var world = new World();
        world.Given(Vm, MoveStory.Transferring);
        world.NewServer().Take(Order(MoveStory.InspectKey, stop: true));
        world.Pass(10);

        Assert.Empty(world.Driver.Calls);
    }

    [Fact]
    public void Says_which_copy_that_waits_is_a_leftover_also_where_that_was_learned_after_the_order_was_sent()
    {
        var world = new World();
        world.Given(Vm, [.. MoveStory.Investigating, new MoveEvent.PlacesInspected([MoveStory.At(A1, VmState.Running), MoveStory.At(B1, null)]) { At = Noon }]);
        world.NewServer().Take(Order(MoveStory.InspectKey, stop: false));
        world.Until(() => world.Driver.Calls.Contains("inspect b1"));

        Assert.Contains("hand over web 3, stale below 3", world.Driver.Calls);
    }

    [Fact]
    public void Settles_no_copy_that_waits_while_the_source_may_not_have_heard_of_the_generation()
    {
        var world = Inspected(new Outcome<Nothing>.Unknown("It timed out."));

        Assert.DoesNotContain(world.Driver.Calls, call => call.StartsWith("hand over", StringComparison.Ordinal));
    }

    [Fact]
    public void An_order_to_stop_that_is_delivered_when_only_others_can_be_migrating_looks_and_stops_nothing()
    {
        var world = new World();
        world.Given(Vm, [.. MoveStory.Clearing, new MoveEvent.PlacesInspected([MoveStory.At(A1, VmState.Running), MoveStory.At(B1, null)], SourceSettled: true) { At = Noon }]);
        foreach (var stop in new[] { true, false })
        {
            world.Driver.Calls.Clear();
            world.NewServer().Take(Order(MoveStory.ClearKey, stop));
            world.Pass(10);
            Assert.DoesNotContain("abort web", world.Driver.Calls);
            Assert.Contains("inspect a1", world.Driver.Calls);
        }
    }

    private static World Inspected(Outcome<Nothing> raised, bool holdsGeneration = true, bool stop = false)
    {
        var world = new World();
        world.Driver.Raised = raised;
        world.Driver.Capabilities = world.Driver.Capabilities with { HoldsGeneration = holdsGeneration };
        world.Given(Vm, stop ? [.. MoveStory.Aborting, new MoveEvent.InvestigationStarted("Its worker vanished.") { At = Noon }] : MoveStory.Investigating);
        world.NewServer().Take(Order(MoveStory.InspectKey, stop));
        world.Until(() => world.Events(Vm).Contains(nameof(MoveEvent.PlacesInspected)));
        return world;
    }

    private static MoveOrder.InspectPlaces Order(string key, bool stop) => new([B1, A1], A1, B1, MoveStory.Policy, stop)
    {
        Key = key, From = Vm, Move = MoveStory.Move, Vm = Web, Generation = 3,
    };

    private static IReadOnlyList<PlaceReport> Answers(World world) => world.Database.EventsOf(Vm).OfType<MoveEvent.PlacesInspected>().First().Places;
}
