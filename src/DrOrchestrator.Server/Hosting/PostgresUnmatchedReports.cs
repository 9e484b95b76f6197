using DrOrchestrator.Server.Ingest;
using DrOrchestrator.Server.Ingest.Unmatched;
using DrOrchestrator.Store;
using Npgsql;

namespace DrOrchestrator.Server.Hosting;

/// <summary>Reports that were not used, in two tables beside the streams, shared by all server processes.</summary>
public sealed class PostgresUnmatchedReports(NpgsqlDataSource database, StoreOptions options, TimeProvider clock) : IUnmatchedReports
{
    /// <summary>Reports that one process keeps before it looks at the bound itself, between the looks of <see cref="UnmatchedTrim"/>.</summary>
    private const int TrimEvery = 2000;

    private const string Columns = "id, way, sender, kind, fingerprint, name, reason, part, times, first_seen, last_seen";

    private int sinceTrim;

    private string Reports => $"{options.Schema}.{UnmatchedTables.Reports}";

    private string Bodies => $"{options.Schema}.{UnmatchedTables.Bodies}";

    /// <summary>One statement, so all of it or nothing. The message itself is written only where one of its reports is new, or is not taken for another reason than before.</summary>
    public async Task Keep(IReadOnlyList<UnmatchedReport> reports, ReadOnlyMemory<byte> body, long length, CancellationToken cancellationToken)
    {
        await using (var command = database.CreateCommand($"""
            with fresh as (select 1 from unnest($1, $7) as given (id, reason) where not exists (select 1 from {Reports} known where known.id = given.id and known.reason = given.reason) limit 1),
            message as (insert into {Bodies} (id, body, length) select $9, $10, $11 from fresh on conflict (id) do nothing)
            insert into {Reports} as kept ({Columns}, body_id)
            select given.*, $12, $12, $9 from unnest($1, $2, $3, $4, $5, $6, $7, $8, $13) as given
            on conflict (id) do update set times = kept.times + excluded.times, last_seen = greatest(kept.last_seen, excluded.last_seen),
                reason = {Newest("reason")}, name = {Newest("name")}, part = {Newest("part")}, body_id = {Newest("body_id")}
            """))
        {
            void Texts(Func<UnmatchedReport, string?> word) =>
                command.Parameters.Add(new NpgsqlParameter { Value = reports.Select(word).ToArray(), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text });
            Texts(report => report.Id);
            Texts(report => report.Way);
            Texts(report => report.Sender);
            Texts(report => report.Kind.ToString());
            Texts(report => report.Fingerprint);
            Texts(report => report.Name);
            Texts(report => report.Reason);
            Texts(report => report.Part);
            command.Parameters.Add(new NpgsqlParameter { Value = ReportText.Hash(body.Span) });
            command.Parameters.Add(new NpgsqlParameter { Value = body[..Math.Min(body.Length, IUnmatchedReports.LongestBody)].ToArray() });
            command.Parameters.Add(new NpgsqlParameter { Value = length });
            command.Parameters.Add(new NpgsqlParameter { Value = reports[0].LastSeen.ToUniversalTime() });
            command.Parameters.Add(new NpgsqlParameter { Value = reports.Select(report => report.Times).ToArray() });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        if (Interlocked.Add(ref sinceTrim, reports.Count) >= TrimEvery)
        {
            await Trim(cancellationToken);
        }
    }

    /// <summary>Whoever corrects something must see what is the matter now. A repetition for the same reason writes nothing but the count.</summary>
    private static string Newest(string column) =>
        $"case when excluded.reason <> kept.reason and excluded.last_seen >= kept.last_seen then excluded.{column} else kept.{column} end";

    public async Task<IReadOnlyList<UnmatchedReport>> List(UnmatchedPlace? before, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"select {Columns} from {Reports} where (last_seen, id) < ($1, $2) order by last_seen desc, id desc limit $3");
        command.Parameters.Add(new NpgsqlParameter { Value = (before?.LastSeen ?? DateTimeOffset.MaxValue).ToUniversalTime() });
        command.Parameters.Add(new NpgsqlParameter { Value = before?.Id ?? "" });
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        var reports = new List<UnmatchedReport>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            reports.Add(await Read(reader, cancellationToken));
        }

        return reports;
    }

    public async Task<IReadOnlyList<UnmatchedSort>> Sorts(DateTimeOffset since, int limit, CancellationToken cancellationToken)
    {
        const string sort = $"coalesce(name, '{UnmatchedSort.Unnamed}'), sender, kind = '{nameof(UnmatchedKind.Truncated)}'";
        await using var command = database.CreateCommand($"""
            select name, sender, truncated, reason, first_seen, last_seen from (
                select distinct on ({sort}) {sort}, reason, min(first_seen) over (partition by {sort}), last_seen, id
                from {Reports} where kind <> '{nameof(UnmatchedKind.Late)}' and last_seen >= $1
                order by {sort}, last_seen desc, id desc) as sorts (name, sender, truncated, reason, first_seen, last_seen, id)
            order by last_seen desc, id desc limit $2
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = since.ToUniversalTime() });
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        var sorts = new List<UnmatchedSort>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            sorts.Add(new UnmatchedSort(
                reader.GetString(0), reader.GetString(1), reader.GetBoolean(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(5)));
        }

        return sorts;
    }

    public async Task<(UnmatchedReport Report, KeptBody? Body)?> Find(string id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"select {string.Join(", ", Columns.Split(", ").Select(column => "r." + column))}, b.body, b.length from {Reports} r left join {Bodies} b on b.id = r.body_id where r.id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (await Read(reader, cancellationToken),
                await reader.IsDBNullAsync(11, cancellationToken) ? null : new KeptBody(await reader.GetFieldValueAsync<byte[]>(11, cancellationToken), reader.GetInt64(12)))
            : null;
    }

    public async Task Trim(CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref sinceTrim, 0);
        await using var batch = database.CreateBatch();
        var old = new NpgsqlBatchCommand(
            $"delete from {Reports} where last_seen < $1 or id in (select id from {Reports} order by last_seen desc, id desc offset $2)");
        old.Parameters.Add(new NpgsqlParameter { Value = (clock.GetUtcNow() - IUnmatchedReports.Retention).ToUniversalTime() });
        old.Parameters.Add(new NpgsqlParameter { Value = IUnmatchedReports.Most });
        batch.BatchCommands.Add(old);
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"delete from {Bodies} b where not exists (select 1 from {Reports} r where r.body_id = b.id)"));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<UnmatchedReport> Read(NpgsqlDataReader reader, CancellationToken cancellationToken) => new()
    {
        Id = reader.GetString(0),
        Way = reader.GetString(1),
        Sender = reader.GetString(2),
        Kind = Enum.Parse<UnmatchedKind>(reader.GetString(3)),
        Fingerprint = await reader.IsDBNullAsync(4, cancellationToken) ? null : reader.GetString(4),
        Name = await reader.IsDBNullAsync(5, cancellationToken) ? null : reader.GetString(5),
        Reason = reader.GetString(6),
        Part = reader.GetString(7),
        Times = reader.GetInt64(8),
        FirstSeen = reader.GetFieldValue<DateTimeOffset>(9),
        LastSeen = reader.GetFieldValue<DateTimeOffset>(10),
    };
}
