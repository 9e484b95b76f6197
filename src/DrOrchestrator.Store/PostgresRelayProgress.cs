using DrOrchestrator.Engine.Ports;
using Npgsql;

namespace DrOrchestrator.Store;

/// <summary>
/// Compares the relay's position, which Marten's daemon keeps, with the events there are. Both ends are found by an index,
/// so asking costs nothing that grows with the record. An append under way holds a number that is not to be seen yet, so an event
/// or two of lag is no news; how long the oldest waits is.
/// </summary>
public sealed class PostgresRelayProgress(NpgsqlDataSource database, StoreOptions options) : IRelayProgress
{
    /// <summary>The name under which Marten keeps the position of the subscription <c>relay</c>.</summary>
    private const string Position = "relay:All";

    public async Task<RelayLag> Lag(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"""
            with sent as (select coalesce((select last_seq_id from {options.Schema}.mt_event_progression where name = $1), 0) as seq)
            select greatest(0, coalesce((select max(seq_id) from {options.Schema}.mt_events), 0) - sent.seq),
                   (select greatest(interval '0', clock_timestamp() - timestamp) from {options.Schema}.mt_events where seq_id > sent.seq order by seq_id limit 1)
            from sent
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = Position });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new RelayLag(
            reader.GetInt64(0), await reader.IsDBNullAsync(1, cancellationToken) ? TimeSpan.Zero : reader.GetFieldValue<TimeSpan>(1));
    }
}
