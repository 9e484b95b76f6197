using System.Collections.Immutable;
using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Server.Api;
using DrOrchestrator.Server.Concerns;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;

namespace DrOrchestrator.Server.Tests.Concerns;

public sealed class FleetConcernsTests
{
    private static readonly DateTimeOffset Now = SteppedClock.Start;
    private static readonly AdmissionEvent.StopRequested Stop = new(1, new Actor("night-shift"), "The link flaps.") { At = Now };

    [Fact]
    public void Nothing_stands_where_nothing_is_held() => Assert.Empty(FleetConcerns.Of(AdmissionState.Initial, BrakesState.Initial, Now));

    [Fact]
    public async Task A_stop_of_everything_is_told_from_its_request_until_it_is_let_go_on()
    {
        await using var server = await TestServerHost.Start();
        var watch = new RecordWatch(server.Get<StateReader>(), server.Clock);
        server.Store.Given(StreamId.Admission, Stop);
        var told = Assert.Single(await watch.Now(CancellationToken.None));
        Assert.Equal((ConcernKind.DrEverythingStopped, "drctl resume-all --reason \"…\""), (told.Kind, told.Command));
        Assert.Equal(
            "Everything is stopped by night-shift since 2026-03-01 02:15:00 UTC: The link flaps. Not every run has been heard yet. Let it go on with drctl resume-all --reason WHY.", told.Summary);

        server.Store.Given(StreamId.Admission, new AdmissionEvent.StopInForce(1, []) { At = Now });
        Assert.Contains("No transfer begins.", Assert.Single(await watch.Now(CancellationToken.None)).Summary, StringComparison.Ordinal);

        server.Store.Given(StreamId.Admission, new AdmissionEvent.AllResumed(new Actor("night-shift"), "It is mended.") { At = Now });
        Assert.Empty(await watch.Now(CancellationToken.None));
    }

    [Fact]
    public async Task Too_many_sick_hosts_are_one_concern_until_the_held_back_ones_are_well()
    {
        await using var server = await TestServerHost.Start();
        var watch = new RecordWatch(server.Get<StateReader>(), server.Clock);
        server.Store.Given(StreamId.Brakes, Sick("a1"), Sick("a2"), Held("a1", Brake.TooManySickHosts), Held("a2", Brake.TooManySickHosts));
        var told = Assert.Single(await watch.Now(CancellationToken.None));
        Assert.Equal(ConcernKind.DrTooManySickHosts, told.Kind);
        Assert.Equal("2 hosts are sick at once; nothing begins by itself for a1, a2. 4 hosts are sick at once.", told.Summary);
        Assert.Equal("Find out why.", told.WayOut);

        server.Store.Given(StreamId.Brakes, new BrakesEvent.HostMended(new HostId("a1"), 1) { At = Now });
        Assert.Single(await watch.Now(CancellationToken.None));
        server.Store.Given(StreamId.Brakes, new BrakesEvent.HostMended(new HostId("a2"), 1) { At = Now });
        Assert.Empty(await watch.Now(CancellationToken.None));
    }

    [Fact]
    public void Each_site_with_too_many_sick_hosts_is_a_concern_of_its_own_that_names_it()
    {
        BrakesEvent.SitesSet sites = new([new HostSite(new HostId("a1"), new SiteId("A")), new HostSite(new HostId("b1"), new SiteId("B"))], new Actor("server")) { At = Now };

        var told = FleetConcerns.Of(AdmissionState.Initial, BrakesDecider.Instance.Fold(
            [sites, Sick("a1"), Sick("b1"), Held("a1", Brake.TooManySickHostsAtSite), Held("b1", Brake.TooManySickHostsAtSite)]), Now).ToArray();

        Assert.Equal(["A", "B"], told.Select(concern => Assert.Single(concern.About).Value));
        Assert.All(told, concern => Assert.Equal(ConcernKind.DrTooManySickHosts, concern.Kind));
        Assert.StartsWith("Site A: nothing begins by itself for a1.", told[0].Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void A_decision_that_comes_after_the_host_was_well_again_is_no_concern() => Assert.Empty(FleetConcerns.Of(
        AdmissionState.Initial,
        BrakesDecider.Instance.Fold([Sick("a1"), new BrakesEvent.HostMended(new HostId("a1"), 1) { At = Now }, Held("a1", Brake.TooManySickHosts)]), Now));

    [Fact]
    public async Task Moves_that_wait_for_a_slot_are_counted_over_all_runs()
    {
        await using var server = await TestServerHost.Start();
        var watch = new RecordWatch(server.Get<StateReader>(), server.Clock);
        server.Store.Given(StreamId.Admission, Wants("one", 2), Wants("two", 1));
        await watch.Now(CancellationToken.None);
        Assert.Equal(3, watch.MovesWaiting);
    }

    [Theory]
    [InlineData(Brake.Maintenance)]
    [InlineData(Brake.RecoveredLately)]
    [InlineData(Brake.TooManyRecoveries)]
    public void The_brakes_that_end_by_themselves_are_told_by_the_host_alone(Brake brake) => Assert.Empty(FleetConcerns.Of(
        AdmissionState.Initial,
        BrakesState.Initial with { Sick = BrakesState.Initial.Sick.Add("a1", 1), Decided = BrakesState.Initial.Decided.Add("a1", Held("a1", brake)) }, Now));

    [Theory]
    [InlineData(ConcernKind.DrEverythingStopped, "critical")]
    [InlineData(ConcernKind.DrTooManySickHosts, "critical")]
    [InlineData(ConcernKind.DrDecisionWaiting, "critical")]
    [InlineData(ConcernKind.DrOutcomeUnknown, "warning")]
    [InlineData(ConcernKind.DrRecoveryPostponed, "info")]
    public void Critical_is_what_waits_for_a_person(ConcernKind kind, string severity) =>
        Assert.Equal(severity, OutgoingAlert.Of(new Concern(kind, [], "It is.", "Do it.", "drctl status", null), Now).Labels["severity"]);

    private static AdmissionEvent.SlotsStated Wants(string run, int moves)
    {
        WantedSlot[] wants =
        [
            .. Enumerable.Range(1, moves).Select(number => new WantedSlot(
                new MoveId($"{run}/vm-{number}/1"), $"vm-{number}", new HostId("a1"), new HostId("b1"), new SiteId("A"), new SiteId("B"), Bytes.FromMebibytes(1024), null, Now)),
        ];
        return new(new SlotStatement(new RunId(run), 1, wants, [], 0, null, [], 0)) { At = Now };
    }

    private static BrakesEvent.HostSickened Sick(string host) => new(new HostId(host), 1) { At = Now };

    private static BrakesEvent.RecoveryHeldBack Held(string host, Brake brake) =>
        new(new HostId(host), 1, 0, brake, new Refusal("4 hosts are sick at once.", "Find out why."), brake is Brake.TooManySickHosts or Brake.TooManySickHostsAtSite ? null : Now.AddMinutes(5)) { At = Now };
}
