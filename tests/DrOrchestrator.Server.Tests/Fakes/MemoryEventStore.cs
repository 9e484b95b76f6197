using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Server.Api.Streams;

namespace DrOrchestrator.Server.Tests.Fakes;

/// <summary>Streams in memory, with what is outstanding in each; fails on demand.</summary>
internal sealed class MemoryEventStore(TimeProvider clock) : IEventStore, IEventRecord
{
    private readonly Lock gate = new();
    private readonly Dictionary<StreamId, List<RecordedEvent>> streams = [];
    private readonly List<StreamId> order = [];
    private readonly Dictionary<(StreamId, long), Guid?> appended = [];

    /// <summary>While set, every append fails as a database that is away does.</summary>
    public bool IsAway { get; set; }

    /// <summary>Happens once, when the next append is in and its caller has not heard of it; what it throws is what the caller hears.</summary>
    public Action? AfterNextAppend { get; set; }

    /// <summary>For <see cref="AfterNextAppend"/>.</summary>
    public static void LoseAnswer() => throw new IOException("The connection broke before the answer.");

    public IReadOnlyList<StreamId> Streams
    {
        get
        {
            lock (gate)
            {
                return [.. streams.Keys];
            }
        }
    }

    public IReadOnlyList<object> EventsOf(StreamId stream)
    {
        lock (gate)
        {
            return streams.TryGetValue(stream, out var events) ? [.. events.Select(recorded => recorded.Event)] : [];
        }
    }

    /// <summary>What a stream holds before the test begins.</summary>
    public void Given(StreamId stream, params object[] events) =>
        Write(stream, events, events.Select(_ => new Cause("given", null, "test")));

    /// <summary>Events handed out so far.</summary>
    public int EventsRead { get; private set; }

    public Task<IReadOnlyList<StreamHistory>> Read(IReadOnlyList<StreamId> wanted, CancellationToken cancellationToken)
    {
        StreamHistory[] histories = [.. wanted.Select(stream => new StreamHistory(stream, EventsOf(stream)))];
        EventsRead += histories.Sum(history => history.Events.Count);
        return Task.FromResult<IReadOnlyList<StreamHistory>>(histories);
    }

    public Task<IReadOnlyList<object>> ReadAfter(StreamId stream, long version, CancellationToken cancellationToken)
    {
        object[] news = [.. EventsOf(stream).Skip((int)version)];
        EventsRead += news.Length;
        return Task.FromResult<IReadOnlyList<object>>(news);
    }

    public Task<IReadOnlyList<long>> Versions(IReadOnlyList<StreamId> wanted, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<long>>([.. wanted.Select(stream => (long)EventsOf(stream).Count)]);

    public Task Append(IReadOnlyList<StreamAppend> appends, CancellationToken cancellationToken)
    {
        if (IsAway)
        {
            throw new IOException("The database is away.");
        }

        lock (gate)
        {
            foreach (var append in appends)
            {
                if (EventsOf(append.Stream).Count != append.ExpectedVersion)
                {
                    throw new StreamConflictException($"{append.Stream} moved on.");
                }
            }

            foreach (var data in appends.SelectMany(append => append.Events))
            {
                PostgresRules.CheckJson(data);
            }

            foreach (var append in appends)
            {
                appended[(append.Stream, append.ExpectedVersion + 1)] = append.Id;
                Write(append.Stream, append.Events, append.Causes);
            }
        }

        var then = AfterNextAppend;
        AfterNextAppend = null;
        then?.Invoke();
        return Task.CompletedTask;
    }

    public Task<Guid?> AppendedBy(StreamId stream, long version, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult(appended.GetValueOrDefault((stream, version)));
        }
    }

    public Task<IReadOnlyList<StreamHead>> List(string kind, int limit, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult<IReadOnlyList<StreamHead>>(
                [.. Enumerable.Reverse(order).Where(stream => stream.Kind == kind).Take(limit).Select(stream => new StreamHead(stream, streams[stream].Count))]);
        }
    }

    public Task<IReadOnlyList<RecordedEvent>> Read(StreamId stream, long after, int limit, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult<IReadOnlyList<RecordedEvent>>(
                streams.TryGetValue(stream, out var events) ? [.. events.Where(recorded => recorded.Version > after).Take(limit)] : []);
        }
    }

    private void Write(StreamId stream, IReadOnlyList<object> events, IEnumerable<Cause> causes)
    {
        lock (gate)
        {
            if (!streams.TryGetValue(stream, out var list))
            {
                streams[stream] = list = [];
            }

            list.AddRange(events.Zip(causes, (data, cause) => (data, cause)).Select((pair, index) => new RecordedEvent(list.Count + index + 1, pair.data, clock.GetUtcNow(), pair.cause)).ToArray());
            order.Remove(stream);
            order.Add(stream);
        }
    }
}
