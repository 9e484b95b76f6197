using System.Threading.Channels;
using JasperFx.Events.Daemon.HighWater;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace DrOrchestrator.Store;

/// <summary>
/// Ends the daemon's wait as soon as any server has committed. What is announced while the daemon still looks at the one
/// before is kept for its next wait: Marten's own wakeup (9.58) empties its signals before it waits, and an event committed in
/// that moment lay there until the next poll, a second later, 6 times in 100 alerts.
/// </summary>
public sealed class RelayListener(StoreOptions options, TimeProvider clock) : BackgroundService, IDaemonWakeup
{
    /// <summary>Where <see cref="RelayWaker"/> announces commits.</summary>
    internal const string Channel = "dr_events_appended";

    private static readonly TimeSpan AskWhetherAlive = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Reconnect = TimeSpan.FromMilliseconds(500);

    private readonly Channel<bool> signals = System.Threading.Channels.Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Somebody has committed.</summary>
    public void Announce() => signals.Writer.TryWrite(true);

    /// <summary>Returns at the next announcement, at one that came since the last wait, or after the timeout.</summary>
    public async Task WaitAsync(TimeSpan timeout, CancellationToken token)
    {
        using var patience = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(token, patience.Token);
        try
        {
            await signals.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            // Nothing was announced: the daemon looks all the same.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Listen(stoppingToken);
            }
            catch (Exception)
            {
                // What fails while this is told to stop is the stop, whatever broke first.
                stoppingToken.ThrowIfCancellationRequested();
                // Whatever it is, until it is over the daemon polls: an exception that left here would end the whole server.
                await Task.Delay(Reconnect, clock, stoppingToken);
            }
        }
    }

    private async Task Listen(CancellationToken cancellationToken)
    {
        // Not of the pool: a connection that went back to it would go on listening.
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(options.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        connection.Notification += (_, _) => Announce();
        await using (var listen = new NpgsqlCommand($"listen {Channel}", connection))
        {
            await listen.ExecuteNonQueryAsync(cancellationToken);
        }

        // What was committed while nobody listened is not announced again.
        Announce();
        while (true)
        {
            if (!await connection.WaitAsync(AskWhetherAlive, cancellationToken))
            {
                await using var alive = new NpgsqlCommand("select 1", connection);
                await alive.ExecuteNonQueryAsync(cancellationToken);
            }
        }
    }
}
