using System.Diagnostics.Metrics;
using System.Net;
using DrOrchestrator.Engine;
using DrOrchestrator.Server.Api;
using DrOrchestrator.Server.Api.Fleet;
using DrOrchestrator.Server.Concerns;
using DrOrchestrator.Server.Ingest.Unmatched;
using DrOrchestrator.Server.Readiness;
using DrOrchestrator.Server.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DrOrchestrator.Server.Tests.Concerns;

public sealed class HeartbeatTests : IDisposable
{
    private static readonly EngineOptions Engine = new() { Worker = "dr1" };
    private static readonly ConcernOptions Options = new() { Heartbeat = new Uri("http://switch.example.org/ping/s3cret"), HeartbeatEvery = TimeSpan.FromSeconds(30) };
    private readonly SteppedClock clock = new();
    private readonly FakeSwitch outside = new();

    public void Dispose() => outside.Dispose();

    [Fact]
    public async Task Three_intervals_without_a_beat_that_was_taken_are_told_until_one_is()
    {
        using var heartbeat = Sender();
        await heartbeat.Beat(CancellationToken.None);
        outside.IsAway = true;

        Assert.Empty(await After(heartbeat, seconds: 89));
        var concern = Assert.Single(await After(heartbeat, seconds: 1));

        Assert.Equal((ConcernKind.DrHeartbeatMissed, SteppedClock.Start), (concern.Kind, concern.Since));
        Assert.Equal(["server=dr1"], concern.About.Select(label => $"{label.Key}={label.Value}"));
        Assert.Equal("The dead-man's switch at switch.example.org has taken no beat of dr1 since 2026-03-01 02:15:00 UTC: Connection refused", concern.Summary);
        Assert.Contains("DR_HEARTBEATURL", concern.WayOut, StringComparison.Ordinal);
        Assert.Equal("warning", OutgoingAlert.Of(concern, clock.Now).Labels["severity"]);
        outside.IsAway = false;
        Assert.Empty(await After(heartbeat, seconds: 15));
    }

    [Fact]
    public async Task That_none_may_be_sent_is_told_as_that()
    {
        using var heartbeat = Sender();
        await heartbeat.Beat(CancellationToken.None);
        clock.Now += TimeSpan.FromSeconds(90);

        var concern = Assert.Single(await heartbeat.Now(CancellationToken.None));

        Assert.Contains("none was sent, for this server is not ready", concern.Summary, StringComparison.Ordinal);
        Assert.Equal("curl …/health/ready", concern.Command);
    }

    [Fact]
    public async Task From_its_start_on_a_process_has_as_long_to_send_the_first()
    {
        using var heartbeat = Sender();
        outside.IsAway = true;
        Assert.Empty(await After(heartbeat, seconds: 89));
        Assert.Single(await After(heartbeat, seconds: 1));
    }

    [Fact]
    public async Task Beats_wanted_more_often_than_there_are_rounds_are_not_missed_between_them()
    {
        using var heartbeat = Sender(Options with { HeartbeatEvery = TimeSpan.FromSeconds(1) });
        await heartbeat.Beat(CancellationToken.None);
        clock.Now += TimeSpan.FromSeconds(44);
        Assert.Empty(await heartbeat.Now(CancellationToken.None));
        clock.Now += TimeSpan.FromSeconds(1);
        Assert.Single(await heartbeat.Now(CancellationToken.None));
    }

    [Fact]
    public async Task Without_a_switch_nothing_is_missed()
    {
        using var heartbeat = Sender(Options with { Heartbeat = null });
        Assert.Empty(await After(heartbeat, seconds: 3600));
    }

    [Fact]
    public void The_missed_ones_are_a_gauge()
    {
        using var heartbeat = Sender();
        clock.Now += TimeSpan.FromSeconds((4711 * 30) + 29);
        var seen = new List<long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, each) =>
            {
                if (instrument.Name == "dr.heartbeat.missed")
                {
                    each.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, missed, _, _) => seen.Add(missed));
        listener.Start();
        listener.RecordObservableInstruments();

        Assert.Contains(4711, seen);
    }

    [Fact]
    public async Task It_is_among_those_who_are_asked_what_stands()
    {
        await using var host = await TestServerHost.Start();
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton<TimeProvider>(clock).AddSingleton(Engine).AddSingleton(host.Get<StateReader>()).AddSingleton(host.Get<ServerReadiness>())
            .AddSingleton<IUnmatchedReports>(host.Unmatched).AddSingleton(host.Get<DriftViews>()).AddDrOrchestratorConcerns(Options);
        await using var provider = services.BuildServiceProvider();

        Assert.Same(provider.GetRequiredService<HeartbeatSender>(), Assert.Single(provider.GetServices<IConcernSource>().OfType<HeartbeatSender>()));
    }

    private HeartbeatSender Sender(ConcernOptions? options = null) => new(options ?? Options, Engine, clock, NullLogger<HeartbeatSender>.Instance, outside);

    /// <summary>What stands that much later, when a beat was tried.</summary>
    private async Task<IReadOnlyList<Concern>> After(HeartbeatSender heartbeat, int seconds)
    {
        clock.Now += TimeSpan.FromSeconds(seconds);
        await heartbeat.Beat(CancellationToken.None);
        return await heartbeat.Now(CancellationToken.None);
    }

    private sealed class FakeSwitch : HttpMessageHandler
    {
        public bool IsAway { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            IsAway ? Task.FromException<HttpResponseMessage>(new HttpRequestException("Connection refused")) : Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
    }
}
