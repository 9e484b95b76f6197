using System.Diagnostics;
using System.Net;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Drivers;
using DrOrchestrator.Engine.Messaging;
using DrOrchestrator.Server.Api;
using DrOrchestrator.Server.Concerns;
using DrOrchestrator.Server.Readiness;
using DrOrchestrator.Server.Telemetry;
using DrOrchestrator.Server.Tests.Fakes;
using DrOrchestrator.Server.Tests.Guards;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DrOrchestrator.Server.Tests.Telemetry;

public sealed class MetricsTests
{
    [Fact]
    public async Task Metrics_need_a_key_that_may_view()
    {
        await using var host = await TestServerHost.Start();
        using var anonymous = await host.Anonymous().GetAsync("/metrics");
        using var trigger = await (await host.As("alertmanager", Scopes.Trigger)).GetAsync("/metrics");
        using var view = await (await host.As("prometheus", Scopes.View)).GetAsync("/metrics");
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, trigger.StatusCode);
        Assert.Equal(HttpStatusCode.OK, view.StatusCode);
    }

    [Fact]
    public async Task A_setting_opens_them_to_this_machine_and_to_no_other()
    {
        await using var host = await TestServerHost.Start(draft => draft.MetricsOpen = true);
        await host.As("night-shift", Scopes.View);
        using var here = await host.Anonymous().GetAsync("/metrics");
        Assert.Equal(HttpStatusCode.OK, here.StatusCode);
        using var forwarded = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        forwarded.Headers.Add("X-Forwarded-For", "192.0.2.7");
        using var proxied = await host.Anonymous().SendAsync(forwarded);
        Assert.Equal(HttpStatusCode.Unauthorized, proxied.StatusCode);
        host.Remote = IPAddress.Parse("192.0.2.7");
        using var elsewhere = await host.Anonymous().GetAsync("/metrics");
        Assert.Equal(HttpStatusCode.Unauthorized, elsewhere.StatusCode);
    }

    [Fact]
    public async Task Promtool_finds_nothing_to_say_about_them()
    {
        await using var host = await TestServerHost.Start();
        var text = await Exercised(host);
        Assert.Contains("dr_alerts_received_total{verdict=\"unmatched\"} ", text, StringComparison.Ordinal);
        Assert.Contains("dr_driver_call_duration_seconds_count{driver=\"scripted\",outcome=\"unknown\",verb=\"inspect-host\"} ", text, StringComparison.Ordinal);
        Assert.Contains("dr_move_step_duration_seconds_count{step=\"source-preparation\"} ", text, StringComparison.Ordinal);
        Assert.Contains("dr_move_step_duration_seconds_bucket{step=\"source-preparation\",le=\"3600\"} ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("db-1", text, StringComparison.Ordinal);
        Assert.DoesNotContain(RunStory.Run.Value, text, StringComparison.Ordinal);
        if (!File.Exists("/usr/bin/promtool"))
        {
            Assert.Skip("promtool is not installed: apt-get install prometheus");
        }

        using var promtool = Process.Start(new ProcessStartInfo("/usr/bin/promtool", ["check", "metrics"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        await promtool.StandardInput.WriteAsync(text);
        promtool.StandardInput.Close();
        var said = await promtool.StandardOutput.ReadToEndAsync() + await promtool.StandardError.ReadToEndAsync();
        await promtool.WaitForExitAsync();
        Assert.True(promtool.ExitCode == 0 && said.Length == 0, $"promtool ended with {promtool.ExitCode}: {said}");
    }

    [Fact]
    public async Task What_stands_is_a_gauge_of_each_kind_from_the_last_look_and_none_is_told_from_not_known()
    {
        await using var host = await TestServerHost.Start();
        using var view = await host.As("prometheus", Scopes.View);
        var record = new RecordWatch(host.Get<StateReader>(), host.Clock);
        var source = new Source { Says = [Stands(ConcernKind.DrDecisionWaiting, "a1"), Stands(ConcernKind.DrDecisionWaiting, "a2"), Stands(ConcernKind.DrRunPaused, "a1")] };
        var options = new ConcernOptions();
        var relay = new RelayProbe(new Behind());
        using var alerts = new AlertSender(options, host.Clock, NullLogger<AlertSender>.Instance);
        using var heartbeat = new HeartbeatSender(options, new Engine.EngineOptions { Worker = "dr1" }, host.Clock, NullLogger<HeartbeatSender>.Instance);
        using var watch = new ConcernWatch([source, record], host.Get<ServerReadiness>(), alerts, heartbeat, options, host.Clock, NullLogger<ConcernWatch>.Instance);
        using var gauges = new ConcernGauges(watch, record, relay);
        RunStory.Tell(host.Store, SteppedClock.Start);

        await watch.Once(CancellationToken.None);
        await relay.WhatIsWrong(CancellationToken.None);

        var text = await view.GetStringAsync("/metrics");
        foreach (var kind in Enum.GetValues<ConcernKind>())
        {
            var standing = watch.Standing.Count(concern => concern.Kind == kind);
            Assert.Contains($"dr_concerns{{kind=\"{kind}\"}} {standing}\n", text, StringComparison.Ordinal);
        }

        Assert.Contains("dr_concerns{kind=\"DrDecisionWaiting\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("dr_concerns{kind=\"DrOrchestratorBlind\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains($"dr_runs_under_way{{}} {record.RunsUnderWay}\n", text, StringComparison.Ordinal);
        Assert.Contains($"dr_moves_under_way{{}} {record.MovesUnderWay}\n", text, StringComparison.Ordinal);
        Assert.Contains("dr_moves_waiting{} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("dr_relay_waiting{} 7\n", text, StringComparison.Ordinal);
        Assert.Contains("dr_relay_lag_seconds{} 3\n", text, StringComparison.Ordinal);
    }

    private static Concern Stands(ConcernKind kind, string host) => new(kind, [new("host", host)], "It is.", "Do it.", "drctl status", null);

    private sealed class Source : IConcernSource
    {
        public IReadOnlyList<Concern> Says { get; set; } = [];

        public Task<IReadOnlyList<Concern>> Now(CancellationToken cancellationToken) => Task.FromResult(Says);
    }

    private sealed class Behind : Engine.Ports.IRelayProgress
    {
        public Task<Engine.Ports.RelayLag> Lag(CancellationToken cancellationToken) => Task.FromResult(new Engine.Ports.RelayLag(7, TimeSpan.FromSeconds(3)));
    }

    /// <summary>The metrics after every sort of thing was measured once.</summary>
    private static async Task<string> Exercised(TestServerHost host)
    {
        using var trigger = await host.As("alertmanager", Scopes.Trigger);
        using var alerts = await trigger.PostAsync("/api/v1/alerts/alertmanager", Samples.Json(Samples.Webhook(Samples.Alert(), Samples.Alert(instance: "nobody", name: "Other", fingerprint: "f2"))));
        RunStory.Tell(host.Store, SteppedClock.Start);
        var relay = new Relay(host.Store, new Nowhere(), host.Clock, NullLogger<Relay>.Instance);
        await relay.Process(
        [
            .. new[] { StreamId.Run(RunStory.Run), StreamId.Vm(new VmId("id-web-1")) }.SelectMany(
                stream => host.Store.EventsOf(stream).Select((e, index) => new CommittedEvent(stream, index + 1, e))),
        ],
        CancellationToken.None);
        var endpoint = new HostEndpoint(new HostId("a1"), new SiteId("A"), "scripted", "sim://a1");
        await new MeteredDriver(new ScriptedDriver { Facts = _ => Task.FromResult<Outcome<HostFacts>>(new Outcome<HostFacts>.Unknown("It is silent.")) }, host.Clock)
            .InspectHost(endpoint, CancellationToken.None);
        return await (await host.As("prometheus", Scopes.View)).GetStringAsync("/metrics");
    }

    private sealed class Nowhere : Engine.Ports.IBus
    {
        public Task Send(Engine.Ports.Envelope envelope, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
