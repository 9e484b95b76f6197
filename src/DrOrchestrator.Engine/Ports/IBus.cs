using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Engine.Ports;

/// <summary>Port: messages between processes, at least once, in no order.</summary>
public interface IBus
{
    /// <summary>Returns when the broker has the message safely. Throws when it is not known to have it.</summary>
    Task Send(Envelope envelope, CancellationToken cancellationToken);
}

/// <summary>A message on its way.</summary>
/// <param name="MessageId">The same for a repetition of the same send.</param>
/// <param name="To">The stream that takes it; null: any worker, and the body is an <see cref="Order"/>.</param>
/// <param name="Body">The message.</param>
/// <param name="Trace">The trace that it belongs to, a W3C <c>traceparent</c>; null: none.</param>
public sealed record Envelope(Guid MessageId, StreamId? To, object Body, string? Trace = null);
