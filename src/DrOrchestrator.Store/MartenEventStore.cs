using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine;
using DrOrchestrator.Engine.Ports;
using JasperFx;
using JasperFx.Events;
using Marten;
using Npgsql;
using IEventStore = DrOrchestrator.Engine.Ports.IEventStore;

namespace DrOrchestrator.Store;

/// <summary>The event store port on Marten.</summary>
public sealed class MartenEventStore(IDocumentStore store, NpgsqlDataSource database, StoreOptions options, EngineOptions engine, RelayWaker waker) : IEventStore
{
    /// <summary>Where an append's id is kept, beside its first event.</summary>
    private const string AppendHeader = "append";

    public async Task<IReadOnlyList<StreamHistory>> Read(IReadOnlyList<StreamId> streams, CancellationToken cancellationToken)
    {
        await using var session = store.QuerySession();
        if (streams.Count == 1)
        {
            var events = await session.Events.FetchStreamAsync(streams[0].ToString(), token: cancellationToken);
            return [History(streams[0], events)];
        }

        string[] keys = [.. streams.Select(stream => stream.ToString())];
        var all = await session.Events.QueryAllRawEvents().Where(stored => stored.StreamKey!.IsOneOf(keys)).ToListAsync(cancellationToken);
        var byStream = all.GroupBy(stored => stored.StreamKey!).ToDictionary(group => group.Key, group => group.OrderBy(stored => stored.Version).ToArray());
        return [.. streams.Select(stream => History(stream, byStream.TryGetValue(stream.ToString(), out var events) ? events : []))];
    }

    public async Task<IReadOnlyList<object>> ReadAfter(StreamId stream, long version, CancellationToken cancellationToken)
    {
        await using var session = store.QuerySession();
        return [.. (await session.Events.FetchStreamAsync(stream.ToString(), fromVersion: version + 1, token: cancellationToken)).Select(stored => stored.Data)];
    }

    public async Task<IReadOnlyList<long>> Versions(IReadOnlyList<StreamId> streams, CancellationToken cancellationToken)
    {
        string[] keys = [.. streams.Select(stream => stream.ToString())];
        await using var command = database.CreateCommand($"select id, version from {options.Schema}.mt_streams where id = any($1)");
        command.Parameters.Add(new NpgsqlParameter { Value = keys });
        var versions = new Dictionary<string, long>(keys.Length);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            versions[reader.GetString(0)] = reader.GetInt64(1);
        }

        return [.. keys.Select(key => versions.GetValueOrDefault(key))];
    }

    public async Task Append(IReadOnlyList<StreamAppend> appends, CancellationToken cancellationToken)
    {
        await using var session = store.LightweightSession();
        foreach (var append in appends)
        {
            var events = append.Events.Zip(append.Causes, (data, cause) => Wrap(session, data, cause)).ToArray();
            if (append.Id is { } id)
            {
                events[0].SetHeader(AppendHeader, id.ToString());
            }

            if (append.ExpectedVersion == 0)
            {
                session.Events.StartStream(append.Stream.ToString(), events);
            }
            else
            {
                // Marten's expected version is the one after the append.
                session.Events.Append(append.Stream.ToString(), append.ExpectedVersion + events.Length, events);
            }

            var (sql, parameters) = OutstandingTable.Set(options.Schema, append.Stream, append.After, append.WaitsOn, engine);
            session.QueueSqlCommand(sql, parameters);
        }

        try
        {
            await session.SaveChangesAsync(cancellationToken);
        }
        catch (Exception exception) when (IsConflict(exception))
        {
            throw new StreamConflictException($"Another writer was first in one of {string.Join(", ", appends.Select(append => append.Stream))}.", exception);
        }
        catch (InvalidOperationException exception)
        {
            // Of a connection that broke in the commit Marten tells what its rollback then met: a transaction disposed of. The engine would take that for a bug.
            throw new NpgsqlException("The connection broke in a commit.", exception);
        }

        waker.Signal();
    }

    public async Task<Guid?> AppendedBy(StreamId stream, long version, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select headers ->> '{AppendHeader}' from {options.Schema}.mt_events where stream_id = $1 and version = $2");
        command.Parameters.Add(new NpgsqlParameter { Value = stream.ToString() });
        command.Parameters.Add(new NpgsqlParameter { Value = version });
        return await command.ExecuteScalarAsync(cancellationToken) is string id ? Guid.Parse(id) : null;
    }

    public async Task<IReadOnlyList<StreamHead>> List(string kind, int limit, CancellationToken cancellationToken)
    {
        // Plain SQL: Marten reads a scalar string as JSON.
        await using var command = database.CreateCommand($"select id, version from {options.Schema}.mt_streams where id like $1 order by timestamp desc limit $2");
        command.Parameters.Add(new NpgsqlParameter { Value = kind + "-%" });
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        var heads = new List<StreamHead>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            heads.Add(new StreamHead(StreamId.Parse(reader.GetString(0)), reader.GetInt64(1)));
        }

        return heads;
    }

    private static StreamHistory History(StreamId stream, IReadOnlyList<IEvent> events) => new(stream, [.. events.Select(stored => stored.Data)])
    {
        Trace = events.Count == 0 ? null : TraceHeader.Of(events[^1]),
    };

    private static IEvent Wrap(IDocumentSession session, object data, Cause cause)
    {
        var wrapped = session.Events.BuildEvent(data);
        wrapped.SetHeader("cause", cause.Message);
        wrapped.SetHeader("actor", cause.Actor);
        if (cause.MessageId is { } id)
        {
            wrapped.SetHeader("message-id", id.ToString());
        }

        if (cause.Trace is { } trace)
        {
            wrapped.SetHeader(TraceHeader.Name, trace);
        }

        return wrapped;
    }

    /// <summary>Marten says the same thing by several exceptions, of which two do not share a base.</summary>
    private static bool IsConflict(Exception exception) =>
        exception is ConcurrencyException or Marten.Exceptions.ExistingStreamIdCollisionException or ExistingStreamIdCollisionException;
}
