using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Ports;

namespace DrOrchestrator.Server.Api.Streams;

/// <summary>Port: the events of a stream with what caused each, for the audit.</summary>
public interface IEventRecord
{
    /// <summary>Events whose version is greater than <paramref name="after"/>, in order, at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<RecordedEvent>> Read(StreamId stream, long after, int limit, CancellationToken cancellationToken);
}

/// <summary>An event as it was committed.</summary>
public sealed record RecordedEvent(long Version, object Event, DateTimeOffset At, Cause Cause);
