using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace DrOrchestrator.Store;

/// <summary>
/// Wakes the relay after a commit. A NOTIFY inside the appending transaction would serialise every
/// commit on PostgreSQL's one notify lock, fsync included; this one comes after it and stands for all
/// commits of a short while. A lost wake costs one poll.
/// </summary>
public sealed class RelayWaker(NpgsqlDataSource database, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(5);

    private readonly Channel<bool> signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Signal() => signals.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var _ in signals.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await using var command = database.CreateCommand($"select pg_notify('{RelayListener.Channel}', '')");
                await command.ExecuteNonQueryAsync(stoppingToken);
                await Task.Delay(Together, clock, stoppingToken);
            }
            catch (Exception)
            {
                // What fails while this is told to stop is the stop, whatever broke first.
                stoppingToken.ThrowIfCancellationRequested();
                // The database is away; the relay polls when it is back.
                await Task.Delay(TimeSpan.FromMilliseconds(500), clock, stoppingToken);
            }
        }
    }
}
