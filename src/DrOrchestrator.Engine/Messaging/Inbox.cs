using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Engine.Work;

namespace DrOrchestrator.Engine.Messaging;

/// <summary>Where messages from the bus arrive, whatever the bus.</summary>
public sealed class Inbox(StreamHandler streams, OrderDesk desk, IBus bus)
{
    /// <summary>
    /// Handles one message to the point from which it can not be lost any more: its events are committed, or
    /// its order is claimed (or, needing no claim, will be asked again by the sweep).
    /// </summary>
    public async Task Deliver(Envelope envelope, CancellationToken cancellationToken)
    {
        if (envelope.To is not { } stream)
        {
            await desk.Take((Order)envelope.Body, envelope.Trace, cancellationToken);
            return;
        }

        var handled = await streams.Handle(
            stream, envelope.Body, new Cause(Serialization.WireNames.NameOf(envelope.Body.GetType()), envelope.MessageId, "bus", envelope.Trace), cancellationToken);
        if (handled.Events.Count == 0)
        {
            // Whoever asks again may not have heard the first answer.
            foreach (var reply in DeciderCatalog.For(stream).Reply(handled.After.State, envelope.Body))
            {
                await bus.Send(new Envelope(Guid.NewGuid(), reply.To, reply.Message, envelope.Trace), cancellationToken);
            }
        }
    }
}
