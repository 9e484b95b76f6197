using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine;
using DrOrchestrator.Engine.Ports;
using JasperFx;
using Npgsql;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace DrOrchestrator.Store;

/// <summary>
/// The one swept table: for every stream that waits for something, when to look at it again and until
/// when its claim lives. Rows are written in the transaction that appends the events. Claims are timed by
/// the database's clock alone, so that two servers with different clocks agree on them.
/// </summary>
internal static class OutstandingTable
{
    public const string Name = "outstanding";

    public static Table Definition(string schema)
    {
        var table = new Table(new PostgresqlObjectName(schema, Name, SchemaUtils.IdentifierUsage.General));
        table.AddColumn<string>("stream").AsPrimaryKey();
        table.AddColumn("wake_at", "timestamp with time zone");
        table.AddColumn("resend_at", "timestamp with time zone");
        table.AddColumn("claim", "text");
        table.AddColumn("claim_until", "timestamp with time zone");
        table.Indexes.Add(new IndexDefinition("outstanding_wake_at") { Columns = ["wake_at"], Predicate = "wake_at is not null" });
        table.Indexes.Add(new IndexDefinition("outstanding_resend_at") { Columns = ["resend_at"], Predicate = "resend_at is not null" });
        table.Indexes.Add(new IndexDefinition("outstanding_claim_until") { Columns = ["claim_until"], Predicate = "claim_until is not null" });
        return table;
    }

    /// <summary>The statement that sets one stream's row, with positional parameters marked by question marks for Marten.</summary>
    public static (string Sql, object[] Parameters) Set(string schema, StreamId stream, Outstanding after, bool waitsOn, EngineOptions options)
    {
        if (!after.IsOpen)
        {
            return ($"delete from {schema}.{Name} where stream = ?", [stream.ToString()]);
        }

        var resend = after.Asks.Any(ask => ask.Awaited);
        var sql = $"""
            insert into {schema}.{Name} as o (stream, wake_at, resend_at, claim, claim_until)
            values (?, ?, case when ? then clock_timestamp() + ? end, ?, case when ? then clock_timestamp() + ? end)
            on conflict (stream) do update set wake_at = excluded.wake_at, claim = excluded.claim,
              resend_at = case when ? and excluded.resend_at is not null then least(o.resend_at, excluded.resend_at) else excluded.resend_at end,
              claim_until = case when o.claim = excluded.claim and o.claim_until > excluded.claim_until then o.claim_until else excluded.claim_until end
            """;
        return (sql,
        [
            stream.ToString(),
            after.WakeAt is { } wake ? wake.ToUniversalTime() : DBNull.Value,
            resend,
            options.ResendAfter,
            (object?)after.Claim?.ToString() ?? DBNull.Value,
            after.Claim is not null,
            options.ClaimLifetime,
            waitsOn,
        ]);
    }
}

/// <summary>The deadlines port on that table.</summary>
public sealed class PostgresDeadlines(NpgsqlDataSource database, StoreOptions options, TimeProvider clock) : IDeadlines
{
    private string Table => $"{options.Schema}.{OutstandingTable.Name}";

    public async Task<IReadOnlyList<DueStream>> TakeDue(int limit, TimeSpan hold, CancellationToken cancellationToken)
    {
        // Pushing the row's own times ahead is what keeps two servers from taking the same stream; should the
        // taker die, the row comes due again after the hold.
        await using var command = database.CreateCommand($"""
            with due as (
              select stream, claim, claim_until <= clock_timestamp() as lapsed from {Table}
              where wake_at <= $1 or resend_at <= clock_timestamp() or claim_until <= clock_timestamp()
              limit $2 for update skip locked)
            update {Table} o set
              wake_at = case when o.wake_at <= $1 then $1 + $3 else o.wake_at end,
              resend_at = case when o.resend_at is not null then clock_timestamp() + $3 end,
              claim_until = case when due.lapsed then clock_timestamp() + $3 else o.claim_until end
            from due where o.stream = due.stream
            returning o.stream, case when due.lapsed then due.claim end
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = clock.GetUtcNow().ToUniversalTime() });
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        command.Parameters.Add(new NpgsqlParameter { Value = hold });
        var due = new List<DueStream>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            due.Add(new DueStream(
                StreamId.Parse(reader.GetString(0)), await reader.IsDBNullAsync(1, cancellationToken) ? null : Claim.Parse(reader.GetString(1))));
        }

        return due;
    }

    public async Task<bool> Heartbeat(StreamId stream, Claim claim, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"update {Table} set claim_until = clock_timestamp() + $3 where stream = $1 and claim = $2");
        command.Parameters.Add(new NpgsqlParameter { Value = stream.ToString() });
        command.Parameters.Add(new NpgsqlParameter { Value = claim.ToString() });
        command.Parameters.Add(new NpgsqlParameter { Value = lifetime });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
