namespace DrOrchestrator.Server.Concerns;

/// <summary>Tells a dead-man's switch outside that we live, by POST. It alarms when it no longer hears.</summary>
public sealed class HeartbeatSender(ConcernOptions options, TimeProvider clock, ILogger<HeartbeatSender> log, HttpMessageHandler? handler = null) : IDisposable
{
    private readonly HttpClient http = new(handler ?? new SocketsHttpHandler()) { Timeout = TimeSpan.FromSeconds(10) };
    private long? sent;
    private bool away;

    /// <summary>Called with every round in which the process was found able to work; sends no more often than configured.</summary>
    public async Task Beat(CancellationToken cancellationToken)
    {
        if (options.Heartbeat is not { } address || (sent is { } at && clock.GetElapsedTime(at) < options.HeartbeatEvery))
        {
            return;
        }

        try
        {
            using var response = await http.PostAsync(address, content: null, cancellationToken);
            response.EnsureSuccessStatusCode();
            sent = clock.GetTimestamp();
            away = false;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is HttpRequestException or OperationCanceledException)
        {
            // Said once an outage; the address may hold a secret, as those of such services do, so only its host is written.
            if (!away)
            {
                log.LogWarning("The heartbeat to {Host} was not taken ({Error}); it is tried again with each round", address.Host, exception.Message);
            }

            away = true;
        }
    }

    public void Dispose() => http.Dispose();
}
