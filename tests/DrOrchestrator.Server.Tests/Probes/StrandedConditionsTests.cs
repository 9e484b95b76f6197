using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Server.Api;
using DrOrchestrator.Server.Concerns;
using DrOrchestrator.Server.Probes;
using DrOrchestrator.Server.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static DrOrchestrator.Core.Health.HostEvent;

namespace DrOrchestrator.Server.Tests.Probes;

/// <summary>What probes came to of hosts that nobody probes any more.</summary>
public sealed class StrandedConditionsTests : ProbeScene
{
    private static readonly HostId Host = new("a1");

    [Fact]
    public async Task A_host_that_left_the_inventory_is_no_longer_said_to_be_silent_and_the_record_says_why()
    {
        await using var server = await TestServerHost.Start();
        Silent.Add("a1");
        await Rounds(server, Probes(server), 3);
        Alert(server, "f1");
        Seat.Holder = null;

        await Rounds(server, Probes(server, "two", of: WithoutA1), 3);

        var last = await Last(server);
        Assert.Equal(new ConditionResolved($"{ProbeReports.Source}/{ProbeReports.NotAnswering}/a1", new Actor("two"), EndsAt: null) { At = last.At }, last.Event);
        Assert.Equal(("no-longer-probed", "two"), (last.Cause.Message, last.Cause.Actor));
        Assert.Equal(["f1"], State(server).Conditions.Keys);
        Assert.Equal([typeof(ConditionRaised), typeof(ConditionRaised), typeof(ConditionResolved)], server.Store.EventsOf(A1).Select(e => e.GetType()));
        Assert.Empty(RecordConcerns.Of([State(server)], [], [], server.Clock.Now));
    }

    [Fact]
    public async Task One_that_is_probed_keeps_what_stands_and_one_that_comes_back_can_be_found_silent_again()
    {
        await using var server = await TestServerHost.Start();
        Silent.Add("a1");
        var all = Probes(server);
        await Rounds(server, all, 5);
        Assert.Single(server.Store.EventsOf(A1));
        Seat.Holder = "two";
        await Rounds(server, Probes(server, "two", of: WithoutA1), 1);
        Seat.Holder = "one";

        await Rounds(server, all, 1);

        Assert.Equal([typeof(ConditionRaised), typeof(ConditionResolved), typeof(ConditionRaised)], server.Store.EventsOf(A1).Select(e => e.GetType()));
        Assert.Empty(server.Unmatched.All);
    }

    [Fact]
    public async Task A_server_that_does_not_lead_takes_nothing_back()
    {
        await using var server = await TestServerHost.Start();
        Silent.Add("a1");

        await Rounds(server, Probes(server), 5, Probes(server, "two", of: WithoutA1));

        Assert.IsType<ConditionRaised>(Assert.Single(server.Store.EventsOf(A1)));
    }

    [Fact]
    public async Task Where_probing_is_switched_off_it_is_taken_back_as_soon_as_nobody_probes_any_more()
    {
        await using var server = await TestServerHost.Start();
        Silent.Add("a1");
        await Rounds(server, Probes(server), 3);
        var off = Off(server);

        await off.Once(CancellationToken.None);
        Assert.Single(server.Store.EventsOf(A1));
        Assert.Equal("one", Seat.Holder);

        Seat.Holder = null;
        await off.Once(CancellationToken.None);

        Assert.IsType<ConditionResolved>((await Last(server)).Event);
        Assert.Equal(StrandedConditions.Why, (await Last(server)).Cause.Message);
        Assert.Null(Seat.Holder);
        await off.Once(CancellationToken.None);
        Assert.Equal(2, server.Store.EventsOf(A1).Count);
    }

    [Fact]
    public async Task It_looks_by_itself()
    {
        await using var server = await TestServerHost.Start();
        Silent.Add("a1");
        await Rounds(server, Probes(server), 3);
        Seat.Holder = null;
        var off = Off(server);

        await off.StartAsync(CancellationToken.None);
        await Wait.Until(() => server.Store.EventsOf(A1).Count == 2);
        await off.StopAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData(true, typeof(HostProbes))]
    [InlineData(false, typeof(ProbesOff))]
    public async Task A_server_either_probes_or_takes_back(bool enabled, Type runs)
    {
        await using var server = await TestServerHost.Start();
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton<TimeProvider>(server.Clock).AddSingleton(server.Get<StateReader>()).AddSingleton(server.Streams).AddSingleton(new Engine.EngineOptions { Worker = "one" })
            .AddSingleton(server.Get<Engine.Work.Observer>()).AddSingleton(server.Get<IInventory>()).AddSingleton(server.Get<Server.Ingest.HostMatching>())
            .AddSingleton(server.Get<Server.Ingest.ReportIntake>()).AddSingleton(new DrOrchestrator.Store.StoreOptions { ConnectionString = "Host=nowhere" })
            .AddDrOrchestratorProbes(new ProbeOptions { Enabled = enabled });
        await using var provider = services.BuildServiceProvider();

        Assert.IsType(runs, Assert.Single(provider.GetServices<IHostedService>()));
    }

    private ProbesOff Off(TestServerHost server) => new(
        Stranded(server, "off"), new FakeLead(Seat, "off"), new ProbeOptions { Enabled = false, Every = TimeSpan.FromMilliseconds(20) }, server.Clock, NullLogger<ProbesOff>.Instance);

    /// <summary>Somebody else's, which is none of ours to take back.</summary>
    private static void Alert(TestServerHost server, string fingerprint) => server.Store.Given(
        A1, new ConditionRaised(Host, new HostCondition(fingerprint, ProbeReports.NotAnswering, "Blackbox.", new Dictionary<string, string>(), default), new Actor("alertmanager"), false) { At = server.Clock.Now });

    private static HostState State(TestServerHost server) => HostDecider.Instance.Fold([.. server.Store.EventsOf(A1).Cast<HostEvent>()]);

    private static async Task<Server.Api.Streams.RecordedEvent> Last(TestServerHost server) => (await server.Store.Read(A1, 0, 100, CancellationToken.None))[^1];
}
