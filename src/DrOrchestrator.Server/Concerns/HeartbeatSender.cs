using System.Diagnostics.Metrics;
using DrOrchestrator.Engine;
using DrOrchestrator.Engine.Telemetry;

namespace DrOrchestrator.Server.Concerns;

/// <summary>
/// Tells a dead-man's switch outside that we live, by POST. It alarms when it no longer hears; that it does not, whether it takes no beat or this
/// process may not send one, is told from here as well, for an alarm outside may reach others than those who can mend it.
/// </summary>
public sealed class HeartbeatSender : IConcernSource, IDisposable
{
    /// <summary>Intervals without a beat that was taken, after which a person is told: one lost request is none.</summary>
    private const int MissedFrom = 3;

    private readonly ConcernOptions options;
    private readonly EngineOptions engine;
    private readonly TimeProvider clock;
    private readonly ILogger<HeartbeatSender> log;
    private readonly HttpClient http;
    private readonly Meter meter = new(EngineTelemetry.Name);

    /// <summary>When the last one was taken; before that, when this process began.</summary>
    private long taken;
    private bool any;

    /// <summary>Why the last one was not taken; null: none was tried since, or it was.</summary>
    private volatile string? wrong;

    /// <param name="options">Whom to tell, and how often.</param>
    /// <param name="engine">What this process is called.</param>
    /// <param name="clock">Says when the next is due.</param>
    /// <param name="log">Told when the switch goes away.</param>
    /// <param name="handler">Instead of the network.</param>
    public HeartbeatSender(ConcernOptions options, EngineOptions engine, TimeProvider clock, ILogger<HeartbeatSender> log, HttpMessageHandler? handler = null)
    {
        (this.options, this.engine, this.clock, this.log) = (options, engine, clock, log);
        http = new HttpClient(handler ?? new SocketsHttpHandler()) { Timeout = TimeSpan.FromSeconds(10) };
        taken = clock.GetTimestamp();
        if (options.Heartbeat is not null)
        {
            meter.CreateObservableGauge("dr.heartbeat.missed", () => Missed, "{interval}", "Whole intervals since the dead-man's switch outside last took a beat of this process; 3 and more are told.");
        }
    }

    /// <summary>Beats go with rounds, so no interval is shorter than theirs.</summary>
    private TimeSpan Interval => options.HeartbeatEvery > options.Every ? options.HeartbeatEvery : options.Every;

    private long Missed => (long)(clock.GetElapsedTime(taken) / Interval);

    /// <summary>Called with every round in which the process was found able to work; sends no more often than configured.</summary>
    public async Task Beat(CancellationToken cancellationToken)
    {
        if (options.Heartbeat is not { } address || (any && wrong is null && clock.GetElapsedTime(taken) < options.HeartbeatEvery))
        {
            return;
        }

        try
        {
            using var response = await http.PostAsync(address, content: null, cancellationToken);
            response.EnsureSuccessStatusCode();
            taken = clock.GetTimestamp();
            any = true;
            wrong = null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is HttpRequestException or OperationCanceledException)
        {
            // Said once an outage; the address may hold a secret, as those of such services do, so only its host is written.
            if (wrong is null)
            {
                log.LogWarning("The heartbeat to {Host} was not taken ({Error}); it is tried again with each round", address.Host, exception.Message);
            }

            wrong = exception.Message;
        }
    }

    /// <summary>That the switch has long taken no beat of this process.</summary>
    public Task<IReadOnlyList<Concern>> Now(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Concern>>(
        options.Heartbeat is not { } address || Missed < MissedFrom ? [] : [Missing(address, clock.GetUtcNow() - clock.GetElapsedTime(taken))]);

    public void Dispose()
    {
        meter.Dispose();
        http.Dispose();
    }

    private Concern Missing(Uri address, DateTimeOffset since) => new(
        ConcernKind.DrHeartbeatMissed,
        [new("server", engine.Worker)],
        $"The dead-man's switch at {address.Host} has taken no beat of {engine.Worker} since {since:yyyy-MM-dd HH:mm:ss} UTC: "
        + (wrong ?? "none was sent, for this server is not ready or can not read all that stands."),
        wrong is null
            ? "Look at this server's log and at its /health/ready."
            : "Look at the way from this server to the switch, and at DR_HEARTBEATURL. Until a beat is taken, an alarm of the switch says nothing of the orchestrator.",
        wrong is null ? "curl …/health/ready" : "drctl status",
        since);
}
