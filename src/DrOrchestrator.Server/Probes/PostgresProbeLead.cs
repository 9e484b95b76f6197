using DrOrchestrator.Store;
using Npgsql;

namespace DrOrchestrator.Server.Probes;

/// <summary>
/// An advisory lock of a connection of its own: it ends with the connection, and so with the process. Asked about at each round; a leader whose
/// connection broke unnoticed leads on for no longer than that; a server that vanished from the network without a goodbye is noticed by the
/// database within half a minute, and the lead is free.
/// Source: https://www.postgresql.org/docs/15/explicit-locking.html#ADVISORY-LOCKS
/// </summary>
public sealed class PostgresProbeLead(StoreOptions options) : IProbeLead, IAsyncDisposable
{
    private NpgsqlConnection? connection;

    public async Task<bool> Take(CancellationToken cancellationToken)
    {
        try
        {
            if (connection is null)
            {
                // Not of the pool: a connection that went back to it would keep the lock.
                var settings = new NpgsqlConnectionStringBuilder(options.ConnectionString) { Pooling = false };
                settings.Options = $"{settings.Options} -c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3".Trim();
                connection = new NpgsqlConnection(settings.ConnectionString);
                await connection.OpenAsync(cancellationToken);
            }

            // A lock that is held already is not taken once more: the session would hold it twice.
            await using var command = new NpgsqlCommand(
                """
                select case when exists (select 1 from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and granted)
                then true else pg_try_advisory_lock(hashtextextended($1, 0)) end
                """,
                connection);
            command.Parameters.Add(new NpgsqlParameter { Value = $"{options.Schema}.probe-lead" });
            return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
        }
        catch
        {
            await Yield(CancellationToken.None);
            throw;
        }
    }

    public async Task Yield(CancellationToken cancellationToken)
    {
        if (connection is { } held)
        {
            connection = null;
            await using (held)
            {
                try
                {
                    // The database ends a session some time after the client has gone; whoever waits has the lead at once.
                    await using var command = new NpgsqlCommand("select pg_advisory_unlock_all()", held);
                    await command.ExecuteNonQueryAsync(cancellationToken);
                }
                catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException or OperationCanceledException)
                {
                    // The session is gone, or goes with the connection, and the lock with it.
                }
            }
        }
    }

    public async ValueTask DisposeAsync() => await Yield(CancellationToken.None);
}
