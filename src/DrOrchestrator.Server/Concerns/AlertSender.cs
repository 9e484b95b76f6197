namespace DrOrchestrator.Server.Concerns;

/// <summary>
/// Tells every Alertmanager what stands, round after round, and once a thing has ended that it did. Nothing is kept but what was said to stand:
/// after a restart in which something ended, nobody repeats it, and it ends in Alertmanager by itself.
/// <para>Several servers tell the same alerts with the same labels; the record is read right before each round, so none of them
/// raises again for long what another one has ended.</para>
/// </summary>
public sealed class AlertSender : IDisposable
{
    private readonly ConcernOptions options;
    private readonly TimeProvider clock;
    private readonly Receiver[] receivers;

    /// <param name="options">Whom to tell.</param>
    /// <param name="clock">Says until when an alert stands.</param>
    /// <param name="log">Told when an Alertmanager goes away and when it is back.</param>
    /// <param name="handler">Instead of the network.</param>
    public AlertSender(ConcernOptions options, TimeProvider clock, ILogger<AlertSender> log, HttpMessageHandler? handler = null)
    {
        this.options = options;
        this.clock = clock;
        receivers = [.. options.Alertmanagers.Select(address => new Receiver(new AlertmanagerClient(address, log, handler), []))];
    }

    /// <summary>One round.</summary>
    /// <param name="standing">What stands now.</param>
    /// <param name="alive">Whether the heartbeat is sent with it.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public Task Tell(IReadOnlyList<Concern> standing, bool alive, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var firing = standing.Select(concern => OutgoingAlert.Of(concern, now + options.Lasts)).DistinctBy(Identity).ToDictionary(Identity, StringComparer.Ordinal);
        return Task.WhenAll(receivers.Select(receiver => Tell(receiver, firing, alive, now, cancellationToken)));
    }

    public void Dispose()
    {
        foreach (var receiver in receivers)
        {
            receiver.Client.Dispose();
        }
    }

    private async Task Tell(Receiver receiver, Dictionary<string, OutgoingAlert> firing, bool alive, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ended = receiver.Told.Where(told => !firing.ContainsKey(told.Key)).ToArray();
        OutgoingAlert[] alerts =
        [
            .. firing.Values,
            .. ended.Select(told => told.Value with { EndsAt = now }),
            .. alive ? [OutgoingAlert.Heartbeat(now + options.Lasts)] : Array.Empty<OutgoingAlert>(),
        ];
        if (alerts.Length == 0)
        {
            return;
        }

        // Whether or not it hears of it, it may have: what stands counts as told, so that its end is told too.
        foreach (var (identity, alert) in firing)
        {
            receiver.Told[identity] = alert;
        }

        if (await receiver.Client.Send(alerts, cancellationToken))
        {
            foreach (var (identity, _) in ended)
            {
                receiver.Told.Remove(identity);
            }
        }
    }

    private static string Identity(OutgoingAlert alert) =>
        string.Join('\u0001', alert.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}\u0002{label.Value}"));

    private sealed record Receiver(AlertmanagerClient Client, Dictionary<string, OutgoingAlert> Told);
}
