using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Tests.Fakes;
using Xunit;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Engine.Tests.Work;

/// <summary>What a worker gathers of a host, as it arrives in the host's stream.</summary>
public sealed class HostSurveyTests
{
    private const string Key = "a1/observe/1";
    private static readonly StreamId Stream = StreamId.Host(A1.Host);
    private readonly World world = new() { Inventory = new FakeInventory { Hosts = [A1, A2, B1, B2], Check = Check } };

    private static object[] Diagnosing { get; } =
    [
        new HostEvent.ConditionRaised(A1.Host, Condition(), Night, true) { At = Noon },
        new HostEvent.HoldDownStarted("f1", Noon, Plan) { At = Noon },
        new HostEvent.HoldDownElapsed { At = Noon },
    ];

    [Fact]
    public void A_host_that_answered_lately_and_answers_now_is_known_to_be_steady_at_once()
    {
        var server = Ready();
        Look(server, A1);
        var before = world.Scheduler.Now;

        var observed = Survey(server);

        Assert.Equal((2, 2), (observed.Looks.Answered, observed.Looks.Asked));
        Assert.True(world.Scheduler.Now - before < TimeSpan.FromSeconds(0.5), "It waited.");
    }

    [Fact]
    public void A_host_of_which_nothing_is_remembered_is_looked_at_three_times_over_seconds()
    {
        var before = world.Scheduler.Now;

        var observed = Survey(Ready());

        Assert.Equal((3, 3), (observed.Looks.Answered, observed.Looks.Asked));
        Assert.True(world.Scheduler.Now - before >= TimeSpan.FromSeconds(2), "The looks were no further apart.");
        Assert.Equal(Diagnosis.HostSickButAnswering, Diagnosed().Diagnosis);
    }

    [Fact]
    public void A_look_of_more_than_a_minute_ago_says_nothing()
    {
        var server = Ready();
        Look(server, A1);
        world.Pass(61);

        Assert.Equal(3, Survey(server).Looks.Asked);
    }

    [Fact]
    public void A_host_that_answers_now_and_did_not_a_moment_ago_is_unsteady()
    {
        var server = Ready();
        world.Driver.IsSilent = host => host == A1.Host;
        Look(server, A1);
        world.Driver.IsSilent = _ => false;

        var observed = Survey(server);

        Assert.Equal((3, 4), (observed.Looks.Answered, observed.Looks.Asked));
        Assert.Equal(Diagnosis.HostAnswersUnsteadily, Diagnosed().Diagnosis);
    }

    [Fact]
    public void Of_a_silent_host_the_guests_that_ran_there_and_the_other_hosts_are_asked()
    {
        var server = Ready();
        Look(server, A1);
        world.Driver.IsSilent = host => host == A1.Host || host == B2.Host;

        var observed = Survey(server);

        Assert.Equal(
            (new AnswerCount(0, 3), new AnswerCount(1, 1), new AnswerCount(1, 1), new AnswerCount(1, 2)),
            (observed.Looks, observed.Guests, observed.SiteHosts, observed.HostsElsewhere));
        Assert.Equal(Diagnosis.HostManagementLost, Diagnosed().Diagnosis);
    }

    [Fact]
    public void Where_nothing_answers_the_orchestrator_doubts_itself()
    {
        world.Driver.IsSilent = _ => true;

        Survey(Ready());

        Assert.Equal(Diagnosis.OrchestratorBlind, Diagnosed().Diagnosis);
    }

    [Fact]
    public void No_more_than_eight_hosts_of_a_site_are_asked_from_all_over_it()
    {
        world.Inventory = new FakeInventory { Hosts = [A1, .. Enumerable.Range(2, 40).Select(number => Host($"a{number}", "A"))] };
        world.Driver.IsSilent = host => host == A1.Host;

        var observed = Survey(Ready());

        Assert.Equal(8, observed.SiteHosts.Asked);
        Assert.Contains("look a37", world.Driver.Calls);
    }

    [Fact]
    public void A_survey_asks_and_changes_nothing()
    {
        world.Driver.IsSilent = _ => true;
        Survey(Ready());

        Assert.All(world.Driver.Calls, call => Assert.Contains(call.Split(' ')[0], (string[])["look", "list", "ask"]));
    }

    private Server Ready()
    {
        world.Given(Stream, Diagnosing);
        return world.NewServer();
    }

    private void Look(Server server, HostEndpoint host) => world.Finish(world.Start(server.Lane, () => server.Observer.Observe(host, CancellationToken.None)));

    private HostObservations Survey(Server server)
    {
        server.Take(new HostOrder.ObserveHost(A1.Host) { Key = Key, From = Stream });
        world.Until(() => server.Desk.UnderWay == 0);
        return Diagnosed().Observed!;
    }

    private HostEvent.HostDiagnosed Diagnosed() => world.Database.EventsOf(Stream).OfType<HostEvent.HostDiagnosed>().Last();
}
