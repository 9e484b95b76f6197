using System.Net;
using DrOrchestrator.Engine;
using DrOrchestrator.Server.Concerns;
using DrOrchestrator.Server.Readiness;
using DrOrchestrator.Server.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DrOrchestrator.Server.Tests.Concerns;

public sealed class ConcernWatchTests : IDisposable
{
    private const string One = "http://one.example.org:9093/";
    private const string Two = "http://two.example.org:9093/prefix/";
    private static readonly EngineOptions Engine = new() { Worker = "dr1" };
    private readonly SteppedClock clock = new();
    private readonly FakeAlertmanager alertmanager = new();
    private readonly StandingSource source = new();
    private readonly ScriptedProbe probe = new("database");
    private readonly ConcernOptions options = new() { Alertmanagers = [new Uri(One.Replace("//", "//dr:s3cret@", StringComparison.Ordinal)), new Uri(Two)] };
    private readonly AlertSender sender;

    public ConcernWatchTests() => sender = new AlertSender(options, clock, NullLogger<AlertSender>.Instance, alertmanager);

    public void Dispose()
    {
        sender.Dispose();
        alertmanager.Dispose();
    }

    [Fact]
    public async Task What_stands_is_told_to_every_Alertmanager_with_the_way_out_and_the_command()
    {
        source.Says = [Waiting()];
        await Watch().Once(CancellationToken.None);
        Assert.Equal([One + "api/v2/alerts", Two + "api/v2/alerts"], alertmanager.Rounds.Select(round => round.Address).Order());
        var alert = alertmanager.Rounds[0].Alerts[0];
        Assert.Equal("""{"host":"a1","alertname":"DrDecisionWaiting","severity":"critical","origin":"drorchestrator"}""", alert.GetProperty("labels").ToString());
        Assert.Equal("Do it.", alert.GetProperty("annotations").GetProperty("way_out").GetString());
        Assert.Equal("drctl hosts", alert.GetProperty("annotations").GetProperty("command").GetString());
        Assert.Equal(clock.Now + options.Lasts, alert.GetProperty("endsAt").GetDateTimeOffset());
        Assert.Equal("Basic ZHI6czNjcmV0", alertmanager.Rounds.Single(round => round.Address.StartsWith(One, StringComparison.Ordinal)).Authorization);
        Assert.Null(alertmanager.Rounds.Single(round => round.Address.StartsWith(Two, StringComparison.Ordinal)).Authorization);
    }

    [Fact]
    public async Task It_is_told_again_while_it_stands_and_once_that_it_ended()
    {
        var watch = Watch();
        source.Says = [Waiting()];
        await Round(watch);
        Assert.Equal(["DrDecisionWaiting stands", "DrOrchestratorHeartbeat stands"], await Round(watch));
        source.Says = [];
        Assert.Equal(["DrDecisionWaiting ended", "DrOrchestratorHeartbeat stands"], await Round(watch));
        Assert.Equal(["DrOrchestratorHeartbeat stands"], await Round(watch));
    }

    [Fact]
    public async Task An_end_that_was_not_taken_is_told_until_it_is()
    {
        var watch = Watch();
        source.Says = [Waiting()];
        await Round(watch);
        source.Says = [];
        alertmanager.IsAway = true;
        clock.Now += options.Every;
        await watch.Once(CancellationToken.None);
        alertmanager.IsAway = false;
        Assert.Equal(["DrDecisionWaiting ended", "DrOrchestratorHeartbeat stands"], await Round(watch));
    }

    [Fact]
    public async Task While_the_record_can_not_be_read_what_stood_goes_on_and_the_heartbeat_stops()
    {
        var watch = Watch();
        source.Says = [Waiting()];
        await Round(watch);
        source.IsAway = true;
        Assert.Equal(["DrDecisionWaiting stands"], await Round(watch));
        source.IsAway = false;
        Assert.Equal(["DrDecisionWaiting stands", "DrOrchestratorHeartbeat stands"], await Round(watch));
    }

    [Fact]
    public async Task A_process_that_is_not_ready_has_no_heartbeat()
    {
        probe.Wrong = "Away.";
        source.Says = [Waiting()];
        Assert.Equal(["DrDecisionWaiting stands"], await Round(Watch()));
    }

    [Fact]
    public async Task The_heartbeat_outside_is_sent_at_its_interval_and_only_while_we_can_work()
    {
        using var outside = new FakeSwitch();
        var beating = options with { Alertmanagers = [], Heartbeat = new Uri("http://switch.example.org/ping/secret"), HeartbeatEvery = TimeSpan.FromSeconds(30) };
        using var heartbeat = new HeartbeatSender(beating, Engine, clock, NullLogger<HeartbeatSender>.Instance, outside);
        var watch = new ConcernWatch([source], Readiness(), sender, heartbeat, beating, clock, NullLogger<ConcernWatch>.Instance);
        for (var round = 0; round < 5; round++)
        {
            await watch.Once(CancellationToken.None);
            clock.Now += TimeSpan.FromSeconds(15);
        }

        Assert.Equal(3, outside.Beats);
        probe.Wrong = "Away.";
        clock.Now += TimeSpan.FromMinutes(1);
        await watch.Once(CancellationToken.None);
        Assert.Equal(3, outside.Beats);
    }

    [Fact]
    public async Task What_keeps_a_server_from_its_work_is_told_once_it_has_lasted()
    {
        var concerns = new ReadinessConcerns(Readiness(), Engine, clock);
        probe.Wrong = "Away.";
        Assert.Empty(await concerns.Now(CancellationToken.None));
        clock.Now += TimeSpan.FromSeconds(30);
        Assert.Equal("dr1 is not ready: database. Away.", Assert.Single(await concerns.Now(CancellationToken.None)).Summary);
        probe.Wrong = null;
        clock.Now += TimeSpan.FromSeconds(15);
        Assert.Empty(await concerns.Now(CancellationToken.None));
        probe.Wrong = "Away.";
        clock.Now += TimeSpan.FromSeconds(15);
        Assert.Empty(await concerns.Now(CancellationToken.None));
    }

    private static Concern Waiting() => new(ConcernKind.DrDecisionWaiting, [new("host", "a1")], "It waits.", "Do it.", "drctl hosts", SteppedClock.Start);

    private ServerReadiness Readiness() => new([probe], clock, NullLogger<ServerReadiness>.Instance);

    private ConcernWatch Watch() => new(
        [source], Readiness(), sender, new HeartbeatSender(options, Engine, clock, NullLogger<HeartbeatSender>.Instance), options, clock, NullLogger<ConcernWatch>.Instance);

    private async Task<string[]> Round(ConcernWatch watch)
    {
        clock.Now += options.Every;
        await watch.Once(CancellationToken.None);
        return alertmanager.Told(One, clock.Now);
    }

    private sealed class StandingSource : IConcernSource
    {
        public IReadOnlyList<Concern> Says { get; set; } = [];

        public bool IsAway { get; set; }

        public Task<IReadOnlyList<Concern>> Now(CancellationToken cancellationToken) =>
            IsAway ? Task.FromException<IReadOnlyList<Concern>>(new IOException("The database is away.")) : Task.FromResult(Says);
    }

    private sealed class FakeSwitch : HttpMessageHandler
    {
        public int Beats { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Beats++;
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
        }
    }
}
