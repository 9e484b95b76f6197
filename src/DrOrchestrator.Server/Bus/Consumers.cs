using System.Text.Json;
using DrOrchestrator.Contracts.Bus;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Messaging;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Serialization;
using MassTransit;

namespace DrOrchestrator.Server.Bus;

/// <summary>Messages for streams: routing only, the inbox does the rest.</summary>
public sealed class StreamMessageConsumer(Inbox inbox) : IConsumer<StreamMessage>
{
    public Task Consume(ConsumeContext<StreamMessage> context) => inbox.Deliver(
        new Envelope(context.MessageId ?? Guid.Empty, StreamId.Parse(context.Message.To), WireBody.Read(context.Message.Name, context.Message.Body), context.Headers.Get<string>(MassTransitBus.TraceHeader)),
        context.CancellationToken);
}

/// <summary>Orders for workers.</summary>
public sealed class WorkerOrderConsumer(Inbox inbox) : IConsumer<WorkerOrder>
{
    public Task Consume(ConsumeContext<WorkerOrder> context) => inbox.Deliver(
        new Envelope(context.MessageId ?? Guid.Empty, null, WireBody.Read(context.Message.Name, context.Message.Body), context.Headers.Get<string>(MassTransitBus.TraceHeader)),
        context.CancellationToken);
}

internal static class WireBody
{
    /// <exception cref="JsonException">The name is unknown or the body is not of that kind; the message ends in the error queue.</exception>
    public static object Read(string name, string body) => WireNames.Messages.TryGetValue(name, out var type)
        ? JsonSerializer.Deserialize(body, type, EngineJson.Options) ?? throw new JsonException($"The body of '{name}' is empty.")
        : throw new JsonException($"No message is named '{name}'; a newer version may have sent it.");
}
