using System.Text.Json;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine;
using DrOrchestrator.Engine.Messaging;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Serialization;
using DrOrchestrator.Testing.Virtual;

namespace DrOrchestrator.Testing.Fakes;

/// <summary>What goes wrong with one call to the database.</summary>
public enum DatabaseFault
{
    None,

    /// <summary>The call fails and nothing was done.</summary>
    LostRequest,

    /// <summary>It was done, and the caller hears an error.</summary>
    LostAnswer,

    /// <summary>It is done much later than usual.</summary>
    Slow,

    /// <summary>The caller hears an error, and long after that it is done all the same.</summary>
    Overtaken,

    /// <summary>It was done, its answer lost, and a repetition below the caller was in conflict with it: the caller hears that one.</summary>
    Repeated,
}

/// <summary>The database is away, or the connection broke.</summary>
public sealed class DatabaseAwayException : Exception
{
    public DatabaseAwayException()
    {
    }

    public DatabaseAwayException(string message)
        : base(message)
    {
    }

    public DatabaseAwayException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>
/// The event store and the table of what is outstanding, in memory and shared by every process that
/// connects. Requests travel: one that was sent is carried out although its sender dies. Events go
/// through their JSON on the way in, as in a real store. The table follows the PostgreSQL one column by
/// column, its clock is the database's own.
/// </summary>
public sealed class FakeDatabase(Scheduler scheduler, int seed)
{
    private readonly Random random = new(seed);
    private readonly Dictionary<StreamId, List<object>> streams = [];
    private readonly SortedDictionary<string, Row> outstanding = new(StringComparer.Ordinal);
    private readonly Dictionary<StreamId, string?> traces = [];
    private readonly Dictionary<(StreamId, long), Guid?> appends = [];
    private readonly List<CommittedEvent> log = [];

    /// <summary>Asked for every call; null: nothing goes wrong.</summary>
    public Func<string, DatabaseFault>? Faults { get; set; }

    /// <summary>While set, every call fails.</summary>
    public bool IsAway { get; set; }

    /// <summary>Called in commit order with each append of each transaction, after all of it is in.</summary>
    public event Action<StreamAppend>? OnCommit;

    /// <summary>All events in commit order: what a relay reads.</summary>
    public IReadOnlyList<CommittedEvent> Log => log;

    /// <summary>Up to where the relay has sent everything.</summary>
    public int Checkpoint { get; set; }

    public IEnumerable<StreamId> Streams => streams.Keys;

    public IReadOnlyList<object> EventsOf(StreamId stream) => streams.TryGetValue(stream, out var events) ? events : [];

    public FakeDatabaseClient Connect(EngineOptions options, TimeProvider clock) => new(this, options) { Clock = clock };

    /// <summary>Carries a request there, does it, and carries the answer back.</summary>
    internal Task<T> Call<T>(string what, Func<T> act, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T>();
        if (cancellationToken.CanBeCanceled)
        {
            var registration = cancellationToken.Register(() => answer.TrySetCanceled(cancellationToken));
            answer.Task.GetAwaiter().OnCompleted(() => registration.Dispose());
        }

        var fault = Faults?.Invoke(what) ?? DatabaseFault.None;
        if (fault is DatabaseFault.Overtaken)
        {
            scheduler.After(Trip(), () => answer.TrySetException(new DatabaseAwayException($"{what}: the connection broke while it was on its way.")));
        }

        scheduler.After(fault is DatabaseFault.Slow or DatabaseFault.Overtaken ? TimeSpan.FromMilliseconds(random.Next(500, 4000)) : Trip(), () =>
        {
            if (IsAway || fault is DatabaseFault.LostRequest)
            {
                scheduler.After(Trip(), () => answer.TrySetException(new DatabaseAwayException($"{what}: the connection broke.")));
                return;
            }

            Action end;
            try
            {
                var result = act();
                end = fault switch
                {
                    DatabaseFault.LostAnswer => () => answer.TrySetException(new DatabaseAwayException($"{what}: the connection broke before the answer.")),
                    DatabaseFault.Repeated => () => answer.TrySetException(new StreamConflictException($"{what}: it was there already.")),
                    _ => () => answer.TrySetResult(result),
                };
            }
            catch (StreamConflictException conflict)
            {
                end = () => answer.TrySetException(conflict);
            }

            scheduler.After(Trip(), end);
        });
        return answer.Task;
    }

    internal IReadOnlyList<StreamHistory> Read(IReadOnlyList<StreamId> wanted) =>
        [.. wanted.Select(stream => new StreamHistory(stream, [.. EventsOf(stream)]) { Trace = traces.GetValueOrDefault(stream) })];

    internal Guid? AppendedBy(StreamId stream, long version) => appends.GetValueOrDefault((stream, version));

    internal int Append(IReadOnlyList<StreamAppend> together, EngineOptions options)
    {
        foreach (var append in together.Where(append => EventsOf(append.Stream).Count != append.ExpectedVersion))
        {
            throw new StreamConflictException($"{append.Stream} is at {EventsOf(append.Stream).Count}, not at {append.ExpectedVersion}.");
        }

        foreach (var append in together)
        {
            appends[(append.Stream, append.ExpectedVersion + 1)] = append.Id;
            var events = append.Events.Select(ThroughJson).ToArray();
            if (!streams.TryGetValue(append.Stream, out var stream))
            {
                streams.Add(append.Stream, stream = []);
            }

            foreach (var (@event, cause) in events.Zip(append.Causes))
            {
                stream.Add(@event);
                traces[append.Stream] = cause.Trace;
                log.Add(new CommittedEvent(append.Stream, stream.Count, @event, cause.Trace));
            }

            Set(append, options);
        }

        foreach (var append in together)
        {
            OnCommit?.Invoke(append);
        }

        return 0;
    }

    internal IReadOnlyList<DueStream> TakeDue(int limit, TimeSpan hold, DateTimeOffset callerNow)
    {
        var now = scheduler.Now;
        var due = new List<DueStream>();
        foreach (var (name, row) in outstanding.ToArray())
        {
            var lapsed = row.ClaimUntil <= now;
            if (due.Count < limit && (row.WakeAt <= callerNow || row.ResendAt <= now || lapsed))
            {
                due.Add(new DueStream(StreamId.Parse(name), lapsed ? row.Claim : null));
                outstanding[name] = row with
                {
                    WakeAt = row.WakeAt <= callerNow ? callerNow + hold : row.WakeAt,
                    ResendAt = row.ResendAt is null ? null : now + hold,
                    ClaimUntil = lapsed ? now + hold : row.ClaimUntil,
                };
            }
        }

        return due;
    }

    internal bool Heartbeat(StreamId stream, Claim claim, TimeSpan lifetime)
    {
        var name = stream.ToString();
        if (!outstanding.TryGetValue(name, out var row) || row.Claim != claim)
        {
            return false;
        }

        outstanding[name] = row with { ClaimUntil = scheduler.Now + lifetime };
        return true;
    }

    private void Set(StreamAppend append, EngineOptions options)
    {
        var name = append.Stream.ToString();
        if (!append.After.IsOpen)
        {
            outstanding.Remove(name);
            return;
        }

        var now = scheduler.Now;
        var until = append.After.Claim is null ? (DateTimeOffset?)null : now + options.ClaimLifetime;
        if (outstanding.TryGetValue(name, out var old) && old.Claim == append.After.Claim && old.ClaimUntil > until)
        {
            until = old.ClaimUntil;
        }

        var resend = append.After.Asks.Any(ask => ask.Awaited) ? now + options.ResendAfter : (DateTimeOffset?)null;
        outstanding[name] = new Row(
            append.After.WakeAt,
            append.WaitsOn && old is { ResendAt: { } before } && before < resend ? before : resend,
            append.After.Claim,
            until);
    }

    private static object ThroughJson(object value)
    {
        var type = WireNames.Events[WireNames.NameOf(value.GetType())];
        return JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(value, type, EngineJson.Options), type, EngineJson.Options)!;
    }

    private TimeSpan Trip() => TimeSpan.FromTicks(random.Next(5_000, 30_000));

    private sealed record Row(DateTimeOffset? WakeAt, DateTimeOffset? ResendAt, Claim? Claim, DateTimeOffset? ClaimUntil);
}
