using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Engine.Ports;

/// <summary>Port: the streams of events, and with them the table of what is outstanding.</summary>
public interface IEventStore
{
    /// <summary>The whole of each stream, in the order asked; a stream without events is version 0.</summary>
    Task<IReadOnlyList<StreamHistory>> Read(IReadOnlyList<StreamId> streams, CancellationToken cancellationToken);

    /// <summary>The events of one stream behind a version, in their order; none where there are no more. Whoever has folded the rest folds on with them.</summary>
    async Task<IReadOnlyList<object>> ReadAfter(StreamId stream, long version, CancellationToken cancellationToken) =>
        [.. (await Read([stream], cancellationToken)).Single().Events.Skip((int)version)];

    /// <summary>How many events each stream has now, in the order asked: what tells a remembered state from an outdated one, at the price of no event.</summary>
    Task<IReadOnlyList<long>> Versions(IReadOnlyList<StreamId> streams, CancellationToken cancellationToken);

    /// <summary>
    /// Appends to all streams or to none, in one transaction that also sets what is outstanding in each.
    /// </summary>
    /// <exception cref="StreamConflictException">A stream was not at the version expected; nothing was written now.</exception>
    /// <remarks>
    /// Any other exception leaves it unknown whether the commit happened. A conflict after a repetition inside the adapter may be with this
    /// very append: <see cref="AppendedBy"/> tells.
    /// </remarks>
    Task Append(IReadOnlyList<StreamAppend> appends, CancellationToken cancellationToken);

    /// <summary>Which append began at this version of a stream; null: no event is there, or its append had no id or began before it.</summary>
    Task<Guid?> AppendedBy(StreamId stream, long version, CancellationToken cancellationToken);

    /// <summary>The streams of one kind, last changed first.</summary>
    /// <param name="kind">The kind, for example <c>run</c>.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    Task<IReadOnlyList<StreamHead>> List(string kind, int limit, CancellationToken cancellationToken);
}

/// <summary>A stream's events from the first on; the last one's version is <see cref="Version"/>.</summary>
public sealed record StreamHistory(StreamId Stream, IReadOnlyList<object> Events)
{
    public long Version => Events.Count;

    /// <summary>The trace of the last event; null: it has none.</summary>
    public string? Trace { get; init; }
}

/// <summary>A stream's name and version.</summary>
public sealed record StreamHead(StreamId Stream, long Version);

/// <summary>What one decision adds to one stream.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="ExpectedVersion">Its version before.</param>
/// <param name="Events">One or more.</param>
/// <param name="After">What is outstanding in the state after them.</param>
/// <param name="Causes">For each event, what caused it.</param>
/// <param name="WaitsOn">Whether something that was awaited before still is: the moment at which it is asked again is not put off.</param>
/// <param name="Id">Kept beside its first event, so that who appended can tell his own; null: nobody will ask.</param>
public sealed record StreamAppend(
    StreamId Stream, long ExpectedVersion, IReadOnlyList<object> Events, Outstanding After, IReadOnlyList<Cause> Causes, bool WaitsOn = false, Guid? Id = null);

/// <summary>What caused an event: kept beside it in the record.</summary>
/// <param name="Message">The message's name.</param>
/// <param name="MessageId">The message's id; null where it did not travel.</param>
/// <param name="Actor">Whose doing it is, as authenticated; for our own streams and workers their names.</param>
/// <param name="Trace">The trace that it belongs to, a W3C <c>traceparent</c>; null: none.</param>
public sealed record Cause(string Message, Guid? MessageId, string Actor, string? Trace = null);

/// <summary>Another writer was first.</summary>
public sealed class StreamConflictException : Exception
{
    public StreamConflictException()
    {
    }

    public StreamConflictException(string message)
        : base(message)
    {
    }

    public StreamConflictException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
