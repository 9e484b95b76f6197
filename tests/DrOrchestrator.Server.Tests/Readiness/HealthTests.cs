using System.Net;
using System.Net.Http.Json;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Engine;
using DrOrchestrator.Engine.Messaging;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Server.Readiness;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;

namespace DrOrchestrator.Server.Tests.Readiness;

public sealed class HealthTests
{
    private static readonly IPAddress Elsewhere = IPAddress.Parse("192.0.2.7");

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/healthz")]
    public async Task Live_is_answered_to_anybody_while_everything_is_wrong(string path)
    {
        await using var host = await TestServerHost.Start();
        host.Remote = Elsewhere;
        host.Probes[0].Wrong = "Away.";
        using var response = await host.Anonymous().GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("ok\n", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Ready_names_every_check_and_needs_no_key()
    {
        await using var host = await TestServerHost.Start();
        host.Remote = Elsewhere;
        using var response = await host.Anonymous().GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("""{"ready":true,"checks":[{"name":"database"},{"name":"relay"}]}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Not_ready_is_503_with_what_is_wrong_and_without_the_exception()
    {
        await using var host = await TestServerHost.Start();
        host.Probes[0].Broken = new IOException("password authentication failed for user dr at 10.0.0.5");
        host.Probes[1].Wrong = "7 committed events have not been sent, the oldest for 31 s.";
        using var response = await host.Anonymous().GetAsync("/health/ready");
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.DoesNotContain("password", text, StringComparison.Ordinal);
        Assert.DoesNotContain("10.0.0.5", text, StringComparison.Ordinal);
        var view = await response.Content.ReadFromJsonAsync<ReadinessView>(ContractJson.Options);
        Assert.False(view!.Ready);
        Assert.Equal(["database: It can not be asked; the server's log says why.", "relay: 7 committed events have not been sent, the oldest for 31 s."],
            view.Checks.Select(check => $"{check.Name}: {check.Wrong}"));
        Assert.Contains(host.Log.Lines, line => line.Contains("password authentication failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_stands_for_a_second_however_often_it_is_asked_for()
    {
        await using var host = await TestServerHost.Start();
        for (var time = 0; time < 20; time++)
        {
            using var response = await host.Anonymous().GetAsync("/health/ready");
        }

        Assert.Equal(1, host.Probes[0].Asked);
        host.Clock.Now += TimeSpan.FromSeconds(1.1);
        host.Probes[0].Wrong = "Away.";
        using var later = await host.Anonymous().GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, later.StatusCode);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(9, null)]
    [InlineData(11, "3 committed events have not been sent, the oldest for 11 s.")]
    public async Task A_relay_is_behind_by_the_age_of_what_waits_and_not_by_its_number(int seconds, string? wrong)
    {
        var probe = new RelayProbe(new StandingRelay(new RelayLag(3, TimeSpan.FromSeconds(seconds))));
        Assert.Equal(wrong, await probe.WhatIsWrong(CancellationToken.None));
    }

    [Fact]
    public async Task A_sweep_is_ready_once_it_has_looked_and_for_as_long_as_it_goes_on()
    {
        var clock = new SteppedClock();
        var options = new EngineOptions { Worker = "test" };
        var sweep = new Sweep(new NothingDue(), null!, null!, options, clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<Sweep>.Instance);
        var probe = new SweepProbe(sweep, options);
        Assert.Equal("It has not looked yet.", await probe.WhatIsWrong(CancellationToken.None));
        await sweep.Once(CancellationToken.None);
        clock.Now += TimeSpan.FromSeconds(10);
        Assert.Null(await probe.WhatIsWrong(CancellationToken.None));
        clock.Now += TimeSpan.FromSeconds(1);
        Assert.Equal("Its last finished look was 11 s ago.", await probe.WhatIsWrong(CancellationToken.None));
    }

    private sealed class StandingRelay(RelayLag lag) : IRelayProgress
    {
        public Task<RelayLag> Lag(CancellationToken cancellationToken) => Task.FromResult(lag);
    }

    private sealed class NothingDue : IDeadlines
    {
        public Task<IReadOnlyList<DueStream>> TakeDue(int limit, TimeSpan hold, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<DueStream>>([]);

        public Task<bool> Heartbeat(Core.Kernel.StreamId stream, Core.Kernel.Claim claim, TimeSpan lifetime, CancellationToken cancellationToken) => Task.FromResult(true);
    }
}
