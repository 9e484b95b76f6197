using DrOrchestrator.Core.Health;
using DrOrchestrator.Server.Api;
using DrOrchestrator.Server.Concerns;
using DrOrchestrator.Server.Probes;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;

namespace DrOrchestrator.Server.Tests.Probes;

/// <summary>From an unanswered probe to what a person is told, with the runbook as it is shipped: no plan acts on it.</summary>
public sealed class ProbeTellingTests : ProbeScene
{
    [Fact]
    public async Task A_silent_host_is_told_of_since_when_what_was_seen_and_what_to_do_until_it_answers()
    {
        await using var server = await TestServerHost.Start();
        var probes = Probes(server);
        Silent.Add("a1");
        await Rounds(server, probes, 2);
        Assert.Empty(await Told(server));
        await Rounds(server, probes, 1);

        var concern = Assert.Single(await Told(server));

        Assert.Equal((ConcernKind.DrHostNotAnswering, SteppedClock.Start, "drctl hosts a1"), (concern.Kind, concern.Since, concern.Command));
        Assert.Equal(["host=a1", "site=A"], concern.About.Select(label => $"{label.Key}={label.Value}"));
        Assert.Equal(
            "a1 has not answered since 2026-03-01 02:15:00Z, 3 probes in a row at least: a1 did not answer within 5 s. Whether its VMs run is not known; nothing is done to them.", concern.Summary);
        Assert.Contains("start no copy of its VMs before", concern.WayOut, StringComparison.Ordinal);
        Assert.Equal("critical", OutgoingAlert.Of(concern, server.Clock.Now).Labels["severity"]);

        Silent.Clear();
        await Rounds(server, probes, 3);
        Assert.Empty(await Told(server));
    }

    [Fact]
    public async Task The_next_leader_changes_nothing_of_since_when()
    {
        await using var server = await TestServerHost.Start();
        Silent.Add("a1");
        await Rounds(server, Probes(server), 3);
        Seat.Holder = null;

        await Rounds(server, Probes(server, "two"), 4);

        Assert.Equal(SteppedClock.Start, Assert.Single(await Told(server)).Since);
    }

    [Fact]
    public async Task One_that_comes_and_goes_is_told_of_as_that()
    {
        await using var server = await TestServerHost.Start();
        var probes = Probes(server);
        for (var round = 0; round < 10; round++)
        {
            Silent.Clear();
            Silent.UnionWith(round % 3 == 2 ? ["a1"] : []);
            await Rounds(server, probes, 1);
        }

        var concern = Assert.Single(await Told(server));

        Assert.Equal(ConcernKind.DrHostAnsweringUnsteadily, concern.Kind);
        Assert.StartsWith("a1 changed 4 times between answer and silence within its last 10 probes.", concern.Summary, StringComparison.Ordinal);
        Assert.Equal("warning", OutgoingAlert.Of(concern, server.Clock.Now).Labels["severity"]);
        Silent.Clear();
        await Rounds(server, probes, 10);
        Assert.Empty(await Told(server));
    }

    [Fact]
    public async Task What_a_plan_acts_on_is_told_by_what_becomes_of_it_and_again_when_its_run_is_over()
    {
        await using var server = await TestServerHost.Start(draft => draft.Plan = Samples.Plan.Replace("HostHardwareFailing", ProbeReports.NotAnswering, StringComparison.Ordinal));
        Silent.Add("a1");

        await Rounds(server, Probes(server), 3);

        Assert.Equal(2, server.Store.EventsOf(A1).Count);
        Assert.Empty(await Told(server));
        var over = HostDecider.Instance.Fold([.. server.Store.EventsOf(A1).Cast<HostEvent>()]) with { Phase = HostPhase.Handled };
        Assert.Equal(ConcernKind.DrHostNotAnswering, Assert.Single(RecordConcerns.Of([over], [], [], server.Clock.Now)).Kind);
    }

    private static Task<IReadOnlyList<Concern>> Told(TestServerHost server) => new RecordWatch(server.Get<StateReader>(), server.Clock).Now(CancellationToken.None);
}
