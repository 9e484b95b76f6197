using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Engine.Tests.Fakes;
using DrOrchestrator.Engine.Work;
using Xunit;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Engine.Tests.Work;

/// <summary>What the record adds to a look at the hosts.</summary>
public sealed class ScopeReaderTests
{
    private readonly World world = new() { Inventory = new FakeInventory { Hosts = [A1, A2, B1, B2] } };

    [Fact]
    public void Hosts_that_are_sick_or_being_emptied_are_named_with_their_reason_but_for_the_one_looked_at_for_its_own_sake()
    {
        foreach (var host in new[] { A1, A2 })
        {
            world.Given(StreamId.Host(host.Host), new HostEvent.ConditionRaised(host.Host, Condition(), Night, true) { At = Noon });
        }

        world.Given(StreamId.Host(B1.Host), new HostEvent.ConditionRaised(B1.Host, Condition(), Night, Acts: false) { At = Noon });
        world.Given(StreamId.Admission, new AdmissionEvent.SlotsStated(new SlotStatement(Run, 1, [], [], 0, null, [], 0, B2.Host)) { At = Noon });

        Assert.Equal(
            [
                new HostLeftOut(A2.Host, "a2 is sick: HostOverheating.", LeftOutCause.Sickness),
                new HostLeftOut(B2.Host, "b2 is being emptied by run evacuate-host-a1-1.", LeftOutCause.Emptying),
            ],
            Look().Unfit);
    }

    [Fact]
    public void What_is_worked_on_is_named_and_a_fleet_of_which_nothing_is_said_has_nothing_left_out()
    {
        Assert.Equal((null, null), (Look().Maintenance, Look().Unfit));

        world.Given(
            StreamId.Brakes, new BrakesEvent.MaintenanceStarted(new MaintenanceTarget(MaintenanceKind.Site, "B"), After(3600), Night, "New switches.") { At = Noon });

        Assert.Equal(["b1", "b2"], Look().Maintenance!.Select(work => work.Host.Value));
    }

    [Fact]
    public void A_move_whose_VM_runs_at_its_destination_has_arrived_and_the_room_was_read_after_that_was_seen()
    {
        var (arrived, under) = (Slot(1, B1, A1), Slot(2, A1, B1));
        world.Given(
            StreamId.Admission,
            new AdmissionEvent.SlotsStated(new SlotStatement(Run, 1, [arrived, under], [], 0, null, [], 0)) { At = Noon },
            new AdmissionEvent.SlotsDecided([arrived.Move, under.Move], []) { At = Noon });

        Assert.Equal([arrived.Move], Look().Arrived);
        Assert.True(world.Driver.Calls.IndexOf("list a1") < world.Driver.Calls.IndexOf("look a1"));

        WantedSlot Slot(int attempt, HostEndpoint from, HostEndpoint to) => new(
            MoveId.Of(Run, Web.Id, attempt), Web.Name, from.Host, to.Host, from.Site, to.Site, Bytes.FromMebibytes(1024), null, Noon, Web.Id);
    }

    private ScopeObservation Look()
    {
        var server = world.NewServer();
        return world.Finish(world.Start(server.Lane, () => new ScopeReader(server.Observer, server.Streams, server.Lane.Clock).Look(A1.Host, CancellationToken.None)));
    }
}
