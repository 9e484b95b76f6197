using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Drivers;
using DrOrchestrator.Drivers.Simulated;
using DrOrchestrator.Engine;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Work;
using DrOrchestrator.Server.Api;
using DrOrchestrator.Server.Concerns;
using DrOrchestrator.Server.Configuration;
using DrOrchestrator.Server.Hosting;
using DrOrchestrator.Server.Ingest;
using DrOrchestrator.Server.Probes;
using DrOrchestrator.Server.Tests.Fakes;
using DrOrchestrator.Server.Tests.Guards;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static DrOrchestrator.Core.Health.HostEvent;

namespace DrOrchestrator.Server.Tests.Probes;

/// <summary>Hosts a1 and b1, probed by as many servers as a test asks for, over one record.</summary>
public sealed class HostProbesTests : ProbeScene
{
    [Fact]
    public async Task After_three_unanswered_probes_the_condition_is_raised_by_the_way_that_alerts_take_and_once()
    {
        await using var server = await TestServerHost.Start();
        var probes = Probes(server);
        Silent.Add("a1");

        await Rounds(server, probes, 2);
        Assert.Empty(server.Store.EventsOf(A1));
        await Rounds(server, probes, 5);

        var raised = Assert.IsType<ConditionRaised>(Assert.Single(server.Store.EventsOf(A1)));
        Assert.Equal((ProbeReports.NotAnswering, false, "one"), (raised.Condition.Name, raised.Acts, raised.By.Subject));
        Assert.Equal(("a1", "A", ProbeReports.Source), (raised.Condition.Labels["host"], raised.Condition.Labels["site"], raised.Condition.Labels["source"]));
        Assert.Equal(SteppedClock.Start, raised.Condition.StartsAt);
        Assert.Contains("since 2026-03-01 02:15:00Z, 3 probes in a row at least: a1 did not answer", raised.Condition.Summary, StringComparison.Ordinal);
        Assert.Empty(server.Store.EventsOf(new StreamId("host", "b1")));
        Assert.Empty(server.Unmatched.All);
    }

    [Fact]
    public async Task After_three_answered_ones_it_is_resolved_and_can_be_raised_again()
    {
        await using var server = await TestServerHost.Start();
        var probes = Probes(server);
        Silent.Add("a1");
        await Rounds(server, probes, 3);
        Silent.Clear();

        await Rounds(server, probes, 2);
        Assert.Single(server.Store.EventsOf(A1));
        await Rounds(server, probes, 3);

        var resolved = Assert.IsType<ConditionResolved>(server.Store.EventsOf(A1)[^1]);
        Assert.Equal(SteppedClock.Start.AddSeconds(150), resolved.EndsAt);
        Silent.Add("a1");
        await Rounds(server, probes, 3);
        Assert.Equal([typeof(ConditionRaised), typeof(ConditionResolved), typeof(ConditionRaised)], server.Store.EventsOf(A1).Select(e => e.GetType()));
    }

    [Fact]
    public async Task A_plans_trigger_acts_on_it_as_on_any_alert()
    {
        await using var server = await TestServerHost.Start(draft => draft.Plan = Samples.Plan.Replace("HostHardwareFailing", ProbeReports.NotAnswering, StringComparison.Ordinal));
        Silent.Add("a1");

        await Rounds(server, Probes(server), 3);

        Assert.Equal("evacuate-host", Assert.IsType<HoldDownStarted>(server.Store.EventsOf(A1)[1]).Plan.Name);
    }

    [Fact]
    public async Task A_host_that_comes_and_goes_is_said_to_and_never_to_be_silent()
    {
        await using var server = await TestServerHost.Start();
        var probes = Probes(server);
        for (var round = 0; round < 10; round++)
        {
            Silent.Clear();
            Silent.UnionWith(round % 3 == 2 ? ["a1"] : []);
            await Rounds(server, probes, 1);
        }

        Assert.Equal(ProbeReports.Unsteady, Assert.IsType<ConditionRaised>(Assert.Single(server.Store.EventsOf(A1))).Condition.Name);
        Silent.Clear();
        await Rounds(server, probes, 10);
        Assert.Equal([typeof(ConditionRaised), typeof(ConditionResolved)], server.Store.EventsOf(A1).Select(e => e.GetType()));
    }

    [Fact]
    public async Task A_server_that_sees_no_host_says_nothing_of_hosts_and_one_thing_of_itself()
    {
        await using var server = await TestServerHost.Start();
        var probes = Probes(server);
        await Rounds(server, probes, 1);
        Assert.Empty(await probes.Now(CancellationToken.None));
        Silent.UnionWith(["a1", "b1"]);

        await Rounds(server, probes, 10);

        Assert.Empty(server.Store.Streams);
        var concern = Assert.Single(await probes.Now(CancellationToken.None));
        Assert.Equal((ConcernKind.DrOrchestratorBlind, SteppedClock.Start.AddSeconds(30)), (concern.Kind, concern.Since));
        Assert.Null(Seat.Holder);

        Silent.Remove("b1");
        await Rounds(server, probes, 2);
        Assert.Empty(server.Store.EventsOf(A1));
        Assert.Empty(await probes.Now(CancellationToken.None));
        await Rounds(server, probes, 1);
        Assert.Single(server.Store.EventsOf(A1));
    }

    [Fact]
    public async Task The_silence_of_the_only_host_is_called_unknown_and_not_blindness()
    {
        await using var server = await TestServerHost.Start();
        var only = YamlInventory.Parse("inventory.yaml", "version: 1\nsites: [{name: A}]\nhosts: [{name: a1, site: A, driver: simulated, address: \"sim://a1\"}]\n");
        var probes = Probes(server, of: only);
        Silent.Add("a1");

        await Rounds(server, probes, 4);

        Assert.Empty(server.Store.Streams);
        var concern = Assert.Single(await probes.Now(CancellationToken.None));
        Assert.Equal(ConcernKind.DrOnlyHostSilent, concern.Kind);
        Assert.Equal(["server=one", "host=a1"], concern.About.Select(label => $"{label.Key}={label.Value}"));
        Assert.Contains("whether the host or the way to it is lost is not known", concern.Summary, StringComparison.Ordinal);
        Assert.Equal("critical", OutgoingAlert.Of(concern, server.Clock.Now).Labels["severity"]);
        Silent.Clear();
        await Rounds(server, probes, 1);
        Assert.Empty(await probes.Now(CancellationToken.None));
    }

    [Fact]
    public async Task Of_two_servers_one_tells_and_the_other_goes_on_with_its_condition_when_it_is_gone()
    {
        await using var server = await TestServerHost.Start();
        var (one, two) = (Probes(server), Probes(server, "two"));
        Silent.Add("a1");
        await Rounds(server, one, 3, two);
        Assert.Single(server.Store.EventsOf(A1));
        Assert.Equal("one", Seat.Holder);

        // Gone: what it knew is gone with it, what it said stands.
        Seat.Holder = null;
        await Rounds(server, two, 3);
        Assert.Equal([typeof(ConditionRaised), typeof(ConditionRenewed)], server.Store.EventsOf(A1).Select(e => e.GetType()));
        Silent.Clear();
        await Rounds(server, two, 2);
        Assert.IsNotType<ConditionResolved>(server.Store.EventsOf(A1)[^1]);
        await Rounds(server, two, 1);

        Assert.IsType<ConditionResolved>(server.Store.EventsOf(A1)[^1]);
        Assert.Equal("two", ((ConditionResolved)server.Store.EventsOf(A1)[^1]).By.Subject);
    }

    [Fact]
    public async Task A_leader_that_sees_otherwise_than_the_one_before_is_believed_in_both_directions()
    {
        await using var server = await TestServerHost.Start();
        var (one, two) = (Probes(server), Probes(server, "two", _ => false));
        Silent.Add("a1");
        await Rounds(server, one, 10, two);
        Seat.Holder = "two";

        await Rounds(server, two, 1, one);
        Assert.IsType<ConditionResolved>(server.Store.EventsOf(A1)[^1]);
        Seat.Holder = "one";
        await Rounds(server, one, 1, two);

        Assert.IsType<ConditionRaised>(server.Store.EventsOf(A1)[^1]);
        Assert.Empty(server.Unmatched.All);
    }

    [Fact]
    public async Task A_server_that_does_not_lead_resolves_nothing_however_well_it_sees_the_host()
    {
        await using var server = await TestServerHost.Start();
        var (one, two) = (Probes(server), Probes(server, "two", _ => false));
        Silent.Add("a1");

        await Rounds(server, one, 10, two);

        Assert.Equal([typeof(ConditionRaised)], server.Store.EventsOf(A1).Select(e => e.GetType()));
    }

    [Fact]
    public async Task A_blind_leader_leaves_the_lead_to_one_that_sees()
    {
        await using var server = await TestServerHost.Start();
        var blind = false;
        var (one, two) = (Probes(server, isSilent: host => blind || Silent.Contains(host)), Probes(server, "two"));
        await Rounds(server, one, 1, two);
        Assert.Equal("one", Seat.Holder);
        blind = true;
        Silent.Add("a1");

        await Rounds(server, one, 3, two);

        Assert.Equal("two", Seat.Holder);
        Assert.Equal("two", Assert.IsType<ConditionRaised>(Assert.Single(server.Store.EventsOf(A1))).By.Subject);
    }

    [Fact]
    public async Task What_could_not_be_recorded_is_told_again_with_the_next_round()
    {
        await using var server = await TestServerHost.Start();
        var probes = Probes(server);
        Silent.Add("a1");
        await Rounds(server, probes, 2);
        server.Store.IsAway = true;
        await Assert.ThrowsAnyAsync<Exception>(() => probes.Once(CancellationToken.None));
        server.Store.IsAway = false;

        await Rounds(server, probes, 1);

        Assert.Single(server.Store.EventsOf(A1));
    }

    [Fact]
    public async Task A_probe_is_the_least_of_questions_and_never_an_order()
    {
        await using var server = await TestServerHost.Start();
        var driver = new ScriptedDriver { AnswerOf = host => Answer(host, Silent.Contains) };
        Silent.Add("a1");

        await Rounds(server, Probes(server, driver: driver), 5);

        // Any other member of this driver throws, and a round that throws breaks off.
        Assert.Equal(10, driver.Calls);
    }

    [Fact]
    public async Task Rounds_go_on_by_themselves()
    {
        await using var server = await TestServerHost.Start();
        var driver = new ScriptedDriver { AnswerOf = host => Answer(host, Silent.Contains) };
        var probes = Probes(server, driver: driver, options: new ProbeOptions { Every = TimeSpan.FromMilliseconds(20) });

        await probes.StartAsync(CancellationToken.None);
        await Wait.Until(() => driver.Calls >= 6);
        await probes.StopAsync(CancellationToken.None);
    }
}
