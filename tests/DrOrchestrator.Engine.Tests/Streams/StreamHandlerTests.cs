using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Engine.Tests.Fakes;
using DrOrchestrator.Testing.Fakes;
using Xunit;
using static DrOrchestrator.Core.Health.HostEvent;
using static DrOrchestrator.Core.Health.HostMessage;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Engine.Tests.Streams;

public sealed class StreamHandlerTests
{
    private static readonly StreamId Host = StreamId.Host(A1.Host);
    private static readonly StreamId Other = StreamId.Host(A2.Host);

    [Fact]
    public void Decides_a_conflict_again_on_what_the_other_writer_left()
    {
        var world = new World();
        var (one, other) = (world.NewServer("one"), world.NewServer("other"));
        one.Handle(Host, Raise("f1"));
        other.Handle(Host, Raise("f2"));

        var handled = one.Handle(Host, Raise("f2"));

        Assert.Empty(handled.Events);
        Assert.Equal(["f1", "f2"], Fingerprints(world, Host));
    }

    [Fact]
    public void A_conflict_costs_no_message()
    {
        var world = new World();
        var (one, other) = (world.NewServer("one"), world.NewServer("other"));
        one.Handle(Host, Raise("f1"));
        other.Handle(Host, Raise("f2"));

        one.Handle(Host, Raise("f3"));

        Assert.Equal(["f1", "f2", "f3"], Fingerprints(world, Host));
    }

    [Fact]
    public void A_commit_whose_end_is_unknown_is_decided_again_and_yields_no_second_event()
    {
        var world = new World();
        world.Database.Faults = Once("append", DatabaseFault.LostAnswer);

        world.NewServer().Handle(Host, Raise("f1"));

        Assert.Equal(["f1"], Fingerprints(world, Host));
    }

    [Theory]
    [InlineData(DatabaseFault.LostAnswer)]
    [InlineData(DatabaseFault.Repeated)]
    public void What_the_store_took_without_saying_so_is_answered_as_done(DatabaseFault fault)
    {
        var world = new World();
        world.Given(StreamId.Admission, new AdmissionEvent.StopRequested(1, Night, "The link flaps.") { At = Noon });
        world.Database.Faults = Once("append", fault);

        var handled = world.NewServer().Handle(StreamId.Admission, new AdmissionMessage.ResumeAll(Night, "It holds."));

        Assert.Null(handled.Refusal);
        Assert.IsType<AdmissionEvent.AllResumed>(Assert.Single(handled.Events));
        Assert.Equal(AdmissionPhase.Open, ((AdmissionState)handled.After.State).Phase);
        Assert.Equal([nameof(AdmissionEvent.StopRequested), nameof(AdmissionEvent.AllResumed)], world.Events(StreamId.Admission));
    }

    [Fact]
    public void What_the_store_took_without_saying_so_is_not_done_a_second_time()
    {
        var world = new World();
        world.Database.Faults = Once("append", DatabaseFault.LostAnswer);

        var handled = world.NewServer().Handle(StreamId.Brakes, Maintain);

        Assert.Single(handled.Events);
        Assert.Equal([nameof(BrakesEvent.MaintenanceStarted)], world.Events(StreamId.Brakes));
    }

    [Fact]
    public void What_others_have_done_since_does_not_hide_what_the_store_took()
    {
        var world = new World();
        world.Database.Faults = UnreadableUntilTheSecondAppend(DatabaseFault.LostAnswer);
        var handling = world.NewServer().StartHandling(StreamId.Brakes, Maintain);
        world.Pass(0.1);

        world.Given(StreamId.Brakes, new BrakesEvent.MaintenanceEnded(Maintain.Target, Night, "Done early.") { At = Noon });

        Assert.Null(world.Finish(handling).Refusal);
        Assert.Equal([nameof(BrakesEvent.MaintenanceStarted), nameof(BrakesEvent.MaintenanceEnded)], world.Events(StreamId.Brakes));
    }

    [Fact]
    public void What_was_on_its_way_when_its_sender_gave_it_up_is_not_done_twice()
    {
        var world = new World();
        var appends = 0;
        world.Database.Faults = call => call != "append" ? DatabaseFault.None : ++appends == 1 ? DatabaseFault.Overtaken : DatabaseFault.LostRequest;
        var handling = world.NewServer().StartHandling(StreamId.Brakes, Maintain);
        world.Until(() => world.Events(StreamId.Brakes).Any());
        world.Database.Faults = null;

        Assert.Null(world.Finish(handling).Refusal);
        Assert.Equal([nameof(BrakesEvent.MaintenanceStarted)], world.Events(StreamId.Brakes));
        Assert.True(appends > 2);
    }

    [Fact]
    public void What_another_has_done_is_not_taken_for_ones_own()
    {
        var world = new World();
        var (one, other) = (world.NewServer("one"), world.NewServer("other"));
        other.Handle(StreamId.Admission, new AdmissionMessage.StopAll(Night, "The link flaps."));
        one.Handle(StreamId.Admission, new AdmissionMessage.StopAll(Night, "The link flaps."));
        world.Database.Faults = UnreadableUntilTheSecondAppend(DatabaseFault.LostRequest);
        var resume = new AdmissionMessage.ResumeAll(Night, "It holds.");
        var late = one.StartHandling(StreamId.Admission, resume);
        world.Pass(0.1);

        Assert.Null(other.Handle(StreamId.Admission, resume).Refusal);
        Assert.NotNull(world.Finish(late).Refusal);
        Assert.Single(world.Events(StreamId.Admission), nameof(AdmissionEvent.AllResumed));
    }

    [Fact]
    public void A_commit_that_never_reached_the_database_is_made_again()
    {
        var world = new World();
        world.Database.Faults = Once("append", DatabaseFault.LostRequest);

        var handled = world.NewServer().Handle(Host, Raise("f1"));

        Assert.Single(handled.Events);
        Assert.Equal(["f1"], Fingerprints(world, Host));
    }

    [Fact]
    public void Gives_a_message_back_when_the_database_stays_away()
    {
        var world = new World();
        world.Database.IsAway = true;

        Assert.Throws<DatabaseAwayException>(() => world.NewServer().Handle(Host, Raise("f1")));
    }

    [Fact]
    public void A_remembered_state_that_the_store_confirms_is_not_read_again()
    {
        var world = new World();
        var server = world.NewServer();
        server.Handle(Host, Raise("f1"));
        var calls = new List<string>();
        world.Database.Faults = call =>
        {
            calls.Add(call);
            return DatabaseFault.None;
        };

        Assert.Empty(server.Handle(Host, Raise("f1")).Events);
        Assert.Equal(["versions"], calls);
    }

    [Fact]
    public void Concludes_that_nothing_is_to_do_only_from_what_the_store_has_now()
    {
        var world = new World();
        var (one, other) = (world.NewServer("one"), world.NewServer("other"));
        one.Handle(Host, Raise("f1"));
        other.Handle(Host, new ResolveCondition("f1", Night));

        one.Handle(Host, Raise("f1"));

        Assert.Equal([nameof(ConditionRaised), nameof(ConditionResolved), nameof(ConditionRaised)], world.Events(Host));
    }

    [Fact]
    public void Messages_to_one_stream_that_wait_together_are_decided_in_their_order()
    {
        var world = new World();
        var server = world.NewServer();

        // The first keeps the stream busy; the others wait for it and then share a transaction.
        world.Finish(server.StartHandlingAll(Host, Raise("f1"), Raise("f2"), new ResolveCondition("f2", Night), Raise("f3")));

        Assert.Equal([nameof(ConditionRaised), nameof(ConditionRaised), nameof(ConditionResolved), nameof(ConditionRaised)], world.Events(Host));
    }

    [Fact]
    public void A_message_does_not_overtake_one_to_the_same_stream_whose_commit_is_slow()
    {
        var world = new World();
        world.Database.Faults = Once("append", DatabaseFault.Slow);
        var server = world.NewServer();
        var first = server.StartHandling(Host, Raise("f1"));
        world.Pass(0.1);

        var second = server.StartHandling(Host, Raise("f2"));
        world.Until(() => first.IsOver && second.IsOver);

        Assert.Equal(["f1", "f2"], Fingerprints(world, Host));
    }

    [Fact]
    public void A_slow_commit_holds_up_no_other_stream()
    {
        var world = new World();
        world.Database.Faults = Once("append", DatabaseFault.Slow);
        var server = world.NewServer();
        var slow = server.StartHandling(Host, Raise("f1"));
        world.Pass(0.1);

        server.Handle(Other, Raise("f2"));

        Assert.False(slow.IsOver);
        Assert.Equal(["f2"], Fingerprints(world, Other));
    }

    [Fact]
    public void A_bug_in_a_decider_is_given_back_to_its_sender_at_once()
    {
        var world = new World();
        world.Given(Other, Outstanding.Nothing, new HostRecovered { At = Noon });

        Assert.Throws<InvalidOperationException>(() => world.NewServer().Handle(Other, Raise("f1")));
        Assert.True(world.Scheduler.Elapsed < TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_bug_in_a_decider_keeps_no_event_out_of_the_transaction_that_it_shares()
    {
        var world = new World();
        world.Given(Other, Outstanding.Nothing, new HostRecovered { At = Noon });
        var server = world.NewServer(with: options => options with { ParallelCommits = 1 });
        server.StartHandling(StreamId.Host(B1.Host), Raise("f0"));
        world.Pass(0);

        var (broken, sound) = (server.StartHandling(Other, Raise("f1")), server.StartHandling(Host, Raise("f2")));
        world.Until(() => broken.IsOver && sound.IsOver);

        Assert.True(broken.Task!.IsFaulted);
        Assert.Equal(["f2"], Fingerprints(world, Host));
        Assert.Equal([nameof(HostRecovered)], world.Events(Other));
    }

    [Fact]
    public void A_sender_that_gives_up_takes_no_other_sender_with_it()
    {
        var world = new World();
        world.Database.IsAway = true;
        var server = world.NewServer();
        using var impatience = new CancellationTokenSource();
        var first = server.StartHandling(Host, Raise("f0"));
        world.Pass(0.1);
        var impatient = server.StartHandling(Host, Raise("f1"), impatience.Token);
        world.Pass(0.1);
        var patient = server.StartHandling(Host, Raise("f2"));
        world.Until(() => first.IsOver);
        world.Pass(0.5);

        impatience.Cancel();
        world.Until(() => impatient.IsOver);
        world.Database.IsAway = false;
        world.Finish(patient);

        Assert.True(impatient.Task!.IsCanceled);
        Assert.Equal(["f2"], Fingerprints(world, Host));
    }

    private static readonly BrakesMessage.StartMaintenance Maintain = new(new MaintenanceTarget(MaintenanceKind.Host, A1.Host.Value), After(3600), Night, "New memory.");

    private static RaiseCondition Raise(string fingerprint) => new(A1.Host, Condition(fingerprint), null, Night);

    private static string[] Fingerprints(World world, StreamId stream) =>
        [.. world.Database.EventsOf(stream).OfType<ConditionRaised>().Select(raised => raised.Condition.Fingerprint)];

    /// <summary>The first append fails in this way, and who made it sees nothing of the store until somebody else has appended.</summary>
    private static Func<string, DatabaseFault> UnreadableUntilTheSecondAppend(DatabaseFault first)
    {
        var appends = 0;
        return call => call == "append"
            ? ++appends == 1 ? first : DatabaseFault.None
            : appends == 1 ? DatabaseFault.LostRequest : DatabaseFault.None;
    }

    /// <summary>One fault at the first such call, and none after it.</summary>
    private static Func<string, DatabaseFault> Once(string call, DatabaseFault fault)
    {
        var happened = false;
        return what => !happened && what == call && (happened = true) ? fault : DatabaseFault.None;
    }
}
