using System.Text.Json;
using DrOrchestrator.Contracts.Bus;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Serialization;
using MassTransit;
using IBus = DrOrchestrator.Engine.Ports.IBus;

namespace DrOrchestrator.Server.Bus;

/// <summary>The bus port on MassTransit. Mandatory: a message that no queue takes is an error, not a loss.</summary>
public sealed class MassTransitBus(MassTransit.IBus bus) : IBus
{
    /// <summary>A W3C traceparent, under a name of its own: client libraries set and read <c>traceparent</c> for themselves.</summary>
    internal const string TraceHeader = "dr-traceparent";

    public Task Send(Envelope envelope, CancellationToken cancellationToken)
    {
        var type = envelope.Body.GetType();
        var name = WireNames.NameOf(type);
        var body = JsonSerializer.Serialize(envelope.Body, type, EngineJson.Options);
        object message = envelope.To is { } stream
            ? new StreamMessage { To = stream.ToString(), Name = name, Body = body }
            : new WorkerOrder { Name = name, Body = body };
        return bus.Publish(
            message,
            message.GetType(),
            Pipe.Execute<PublishContext>(context =>
            {
                context.MessageId = envelope.MessageId;
                context.Mandatory = true;
                if (envelope.Trace is { } trace)
                {
                    context.Headers.Set(TraceHeader, trace);
                }
            }),
            cancellationToken);
    }
}
