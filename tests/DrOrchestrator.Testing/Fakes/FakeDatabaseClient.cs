using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine;
using DrOrchestrator.Engine.Ports;

namespace DrOrchestrator.Testing.Fakes;

/// <summary>One process's connection to the <see cref="FakeDatabase"/>.</summary>
public sealed class FakeDatabaseClient(FakeDatabase database, EngineOptions options) : IEventStore, IDeadlines
{
    /// <summary>The process's own clock, which it brings along where the real adapter does too.</summary>
    public required TimeProvider Clock { get; init; }

    public Task<IReadOnlyList<StreamHistory>> Read(IReadOnlyList<StreamId> streams, CancellationToken cancellationToken) =>
        database.Call("read", () => database.Read(streams), cancellationToken);

    public Task<IReadOnlyList<long>> Versions(IReadOnlyList<StreamId> streams, CancellationToken cancellationToken) => database.Call<IReadOnlyList<long>>(
        "versions", () => [.. streams.Select(stream => (long)database.EventsOf(stream).Count)], cancellationToken);

    public Task Append(IReadOnlyList<StreamAppend> appends, CancellationToken cancellationToken) =>
        database.Call("append", () => database.Append(appends, options), cancellationToken);

    public Task<Guid?> AppendedBy(StreamId stream, long version, CancellationToken cancellationToken) =>
        database.Call("appended-by", () => database.AppendedBy(stream, version), cancellationToken);

    public Task<IReadOnlyList<StreamHead>> List(string kind, int limit, CancellationToken cancellationToken) => database.Call<IReadOnlyList<StreamHead>>(
        "list",
        () => [.. database.Streams.Where(stream => stream.Kind == kind).Take(limit).Select(stream => new StreamHead(stream, database.EventsOf(stream).Count))],
        cancellationToken);

    public Task<IReadOnlyList<DueStream>> TakeDue(int limit, TimeSpan hold, CancellationToken cancellationToken)
    {
        var now = Clock.GetUtcNow();
        return database.Call("take-due", () => database.TakeDue(limit, hold, now), cancellationToken);
    }

    public Task<bool> Heartbeat(StreamId stream, Claim claim, TimeSpan lifetime, CancellationToken cancellationToken) =>
        database.Call("heartbeat", () => database.Heartbeat(stream, claim, lifetime), cancellationToken);
}
