using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Engine.Tests.Fakes;
using Xunit;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Engine.Tests.Work;

public sealed class OrderDeskTests
{
    private static readonly StreamId Vm = StreamId.Vm(Web.Id);

    [Fact]
    public void An_order_is_claimed_before_it_is_acknowledged()
    {
        var world = Told(MoveStory.Transferring);

        world.NewServer().Take(Transfer(world));

        Assert.Equal("server-1", world.Database.EventsOf(Vm).OfType<MoveEvent.OrderClaimed>().Single().Worker);
    }

    [Fact]
    public void An_order_whose_claim_is_not_granted_has_no_effect_and_keeps_no_slot()
    {
        var world = Told(MoveStory.Transferring);
        var order = Transfer(world);
        world.Given(Vm, new MoveEvent.OrderClaimed(MoveStory.First, "server-2") { At = Noon });
        var server = world.NewServer(with: options => options with { ParallelOrders = 1 });

        server.Take(order);
        world.Pass(1);
        Assert.Empty(world.Driver.Calls);
        Assert.Equal(0, server.Desk.UnderWay);

        world.Given(Vm, new MoveEvent.ClaimLapsed(MoveStory.First) { At = Noon });
        server.Take(Transfer(world));
        world.Until(() => world.Driver.Calls.Contains("watch web"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_destination_that_fell_sick_or_is_worked_on_since_it_was_planned_is_sent_nothing_and_is_not_asked(bool sick)
    {
        var world = Told(MoveStory.Started);
        if (sick)
        {
            world.Given(StreamId.Host(B1.Host), new HostEvent.ConditionRaised(B1.Host, Condition(), Night, true) { At = Noon });
        }
        else
        {
            world.Given(StreamId.Brakes, new BrakesEvent.MaintenanceStarted(new MaintenanceTarget(MaintenanceKind.Site, "B"), After(3600), Night, "New switches.") { At = Noon });
        }

        world.NewServer().Take(Transfer(world));
        world.Until(() => world.Events(Vm).Contains(nameof(MoveEvent.MoveEnded)));

        var ended = world.Database.EventsOf(Vm).OfType<MoveEvent.MoveEnded>().Single();
        Assert.Equal((MoveOutcome.Refused, sick ? LeftOutCause.Sickness : LeftOutCause.Maintenance), (ended.Outcome, ended.LeftOut!.Cause));
        Assert.Empty(world.Driver.Calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_destination_that_is_well_again_or_back_from_maintenance_is_prepared(bool sick)
    {
        var world = Told(MoveStory.Started);
        if (sick)
        {
            world.Given(
                StreamId.Host(B1.Host),
                new HostEvent.ConditionRaised(B1.Host, Condition(), Night, true) { At = Noon },
                new HostEvent.ConditionResolved(Condition().Fingerprint, Night) { At = Noon });
        }
        else
        {
            var target = new MaintenanceTarget(MaintenanceKind.Host, "b1");
            world.Given(
                StreamId.Brakes,
                new BrakesEvent.MaintenanceStarted(target, After(3600), Night, "New fans.") { At = Noon },
                new BrakesEvent.MaintenanceEnded(target, Night, "Done.") { At = Noon });
        }

        world.NewServer().Take(Transfer(world));

        world.Until(() => world.Events(Vm).Contains(nameof(MoveEvent.PlaceAdded)));
    }

    [Fact]
    public void An_outdated_order_has_no_effect()
    {
        var world = Told(MoveStory.Transferring);
        var order = Transfer(world);
        world.Given(Vm, new MoveEvent.AbortRequested(Night, "Wrong host.") { At = Noon });

        world.NewServer().Take(order);
        world.Pass(1);

        Assert.Empty(world.Driver.Calls);
    }

    [Fact]
    public void The_same_order_twice_at_once_is_carried_out_once()
    {
        var world = new World { Driver = { Hold = new TaskCompletionSource() } };
        var server = world.NewServer(with: options => options with { ParallelOrders = 2 });
        server.Take(Prepare("x"));
        world.Until(() => world.Driver.Calls.Contains("preflight x"));
        server.Take(Prepare("y"));
        world.Until(() => world.Driver.Calls.Contains("preflight y"));

        // Both wait for a slot, so that neither finds the other under way when it arrives.
        var (one, other) = (server.StartTaking(Prepare("web")), server.StartTaking(Prepare("web")));
        world.Pass(1);
        Release(world, hold: true);
        world.Until(() => one.IsOver && other.IsOver);
        world.Pass(1);

        Assert.Equal(["preflight x", "preflight y", "preflight web"], world.Driver.Calls);
        Assert.Equal(1, server.Desk.UnderWay);
    }

    [Fact]
    public void A_transfer_that_two_servers_take_at_once_is_started_once()
    {
        var world = Told(MoveStory.Transferring);
        var order = Transfer(world);

        var (one, other) = (world.NewServer("one").StartTaking(order), world.NewServer("other").StartTaking(order));
        world.Until(() => one.IsOver && other.IsOver);
        world.Pass(1);

        Assert.Single(world.Driver.Calls, call => call == "migrate web");
    }

    [Fact]
    public void Slots_bound_the_work_and_the_rest_waits_its_turn()
    {
        var world = new World { Driver = { Hold = new TaskCompletionSource() } };
        var server = world.NewServer(with: options => options with { ParallelOrders = 2 });
        server.Take(Prepare("x"));
        server.Take(Prepare("y"));
        var third = server.StartTaking(Prepare("z"));
        world.Pass(60);
        Assert.False(third.IsOver);
        Assert.DoesNotContain("preflight z", world.Driver.Calls);

        Release(world);
        world.Finish(third);
        world.Until(() => world.Driver.Calls.Contains("preflight z"));

        Assert.Equal(3, world.Driver.Calls.Count);
    }

    [Fact]
    public void An_order_that_ran_into_a_bug_gives_its_slot_back()
    {
        var world = new World { Driver = { Bug = new InvalidOperationException("A bug.") } };
        var server = world.NewServer(with: options => options with { ParallelOrders = 1 });
        server.Take(Prepare("x"));

        server.Take(Prepare("y"));
        world.Pass(1);

        Assert.Equal(["preflight x", "preflight y"], world.Driver.Calls);
        Assert.Equal(0, server.Desk.UnderWay);
    }

    [Fact]
    public void Stopping_leaves_a_transfer_to_the_hypervisor_and_its_order_outstanding()
    {
        var world = Told(MoveStory.Transferring);
        var server = world.NewServer();
        server.Take(Transfer(world));
        world.Until(() => world.Driver.Calls.Contains("watch web"));

        server.Dispose();

        Assert.Equal(["migrate web", "watch web"], world.Driver.Calls);
        Assert.Equal(nameof(MoveEvent.OrderClaimed), world.Events(Vm).Last());
        Assert.Equal(MoveStory.First, Outstanding(world).Claim);
    }

    [Fact]
    public void Stopping_leaves_a_question_to_the_next_server()
    {
        var world = Told(MoveStory.Started);
        var order = (Order)Outstanding(world).Asks.Single().Message;
        world.Driver.Hold = new TaskCompletionSource();
        var server = world.NewServer("one");
        server.Take(order);

        server.Dispose();
        Assert.Equal(nameof(MoveEvent.MoveStarted), world.Events(Vm).Last());
        world.Driver.Hold = null;
        world.NewServer("other").Take(order);

        world.Until(() => world.Events(Vm).Contains(nameof(MoveEvent.SourcePrepared)));
    }

    [Fact]
    public void A_guest_that_does_not_answer_before_its_move_is_a_finding_beside_the_drivers_own_and_no_bar()
    {
        var world = Told(MoveStory.Started);
        var found = new Finding(FindingArea.Storage, FindingSeverity.Warning, "An older file lies there.");
        world.Driver.Found = new Outcome<IReadOnlyList<Finding>>.Done([found]);
        world.Driver.Guest = new Outcome<GuestObservation>.Unknown("No route to it.");

        world.NewServer().Take(Transfer(world));
        world.Until(() => world.Events(Vm).Contains(nameof(MoveEvent.PlaceAdded)));

        var prepared = world.Database.EventsOf(Vm).OfType<MoveEvent.SourcePrepared>().Single();
        Assert.Null(prepared.Baseline);
        Assert.Equal(found, prepared.Findings[0]);
        Assert.Equal(
            (FindingArea.VmConfiguration, FindingSeverity.Warning, "The guest did not answer its check before the move, so a restart in the move could not be told: No route to it."),
            (prepared.Findings[1].Area, prepared.Findings[1].Severity, prepared.Findings[1].Fact));
    }

    [Fact]
    public void What_its_driver_can_not_do_stops_a_move_that_asks_for_it()
    {
        var world = Told(MoveStory.Started);
        world.Driver.Capabilities = world.Driver.Capabilities with { EncryptsTransfer = false };

        world.NewServer().Take(Transfer(world));
        world.Until(() => world.Events(Vm).Contains(nameof(MoveEvent.MoveEnded)));

        Assert.Contains(
            "The transfer must be encrypted, which the fake driver can't do.",
            world.Database.EventsOf(Vm).OfType<MoveEvent.MoveEnded>().Single().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_preflight_that_could_not_be_done_ends_the_move_with_its_reason()
    {
        var world = Told(MoveStory.Started);
        world.Driver.Found = new Outcome<IReadOnlyList<Finding>>.Unknown("a1 did not answer within 10 s.");

        world.NewServer().Take(Transfer(world));
        world.Until(() => world.Events(Vm).Contains(nameof(MoveEvent.MoveEnded)));

        Assert.Equal(
            "a1 did not answer within 10 s. Check that both hosts answer, then run the plan again.",
            world.Database.EventsOf(Vm).OfType<MoveEvent.MoveEnded>().Single().Reason);
    }

    private static World Told(object[] story)
    {
        var world = new World();
        world.Given(Vm, story);
        return world;
    }

    private static Outstanding Outstanding(World world) =>
        MoveDecider.Instance.React((MoveState)Folding.Fold(new Ports.StreamHistory(Vm, world.Database.EventsOf(Vm))).State);

    private static Order Transfer(World world) => (Order)Outstanding(world).Asks.Single().Message;

    /// <summary>A preflight of some VM.</summary>
    private static MoveOrder.PrepareSource Prepare(string vm) => new(A1, B1, null, MoveStory.Policy)
    {
        Key = $"{vm}/prepare", From = StreamId.Vm(new(vm)), Move = MoveId.Of(Run, new(vm), 1), Vm = new(new(vm), vm), Generation = 1,
    };

    /// <summary>Lets the preflights go that wait; with <paramref name="hold"/> those that come after wait again.</summary>
    private static void Release(World world, bool hold = false)
    {
        var held = world.Driver.Hold!;
        world.Driver.Hold = hold ? new TaskCompletionSource() : null;
        held.SetResult();
    }
}
