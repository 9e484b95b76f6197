using System.Diagnostics;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Serialization;

namespace DrOrchestrator.Engine.Telemetry;

/// <summary>
/// One trace from whoever asked to the verified guest. Its context travels as a W3C <c>traceparent</c>: in the header of each message,
/// and beside each event in the record, so that the relay, the sweep and whichever process takes over after a crash go on with it.
/// <para>A decision is a span only where it led to events, an order only where it is carried out: what is repeated and says nothing new,
/// as the sweep does for hours, leaves none. Nobody listening, none of this happens.</para>
/// </summary>
internal static class Spans
{
    public static bool Wanted => EngineTelemetry.Source.HasListeners();

    /// <summary>The context that the caller is in, for what leaves his flow; null: none, or nobody listens.</summary>
    public static string? Here => Wanted ? Activity.Current?.Id : null;

    /// <summary>A message on its way to the broker; its own context is what travels.</summary>
    public static Activity? Send(Envelope envelope)
    {
        var span = Start($"send {WireNames.NameOf(envelope.Body.GetType())}", ActivityKind.Producer, envelope.Trace, default);
        span?.SetTag("dr.stream", envelope.To?.ToString());
        return span;
    }

    /// <summary>An order that a worker carries out.</summary>
    public static Activity? Order(Order order, string? parent)
    {
        var span = Start($"order {WireNames.NameOf(order.GetType())}", ActivityKind.Consumer, parent, default);
        span?.SetTag("dr.stream", order.From.ToString()).SetTag("dr.order", order.Key);
        return span;
    }

    /// <summary>A decision that led to events, from when its message came to when they were durable.</summary>
    public static Activity? Decision(StreamId stream, string message, IReadOnlyList<object> events, string? parent, DateTimeOffset since)
    {
        // It belongs to a message, not to whoever happened to start the transaction that it shares.
        Activity.Current = null;
        var span = Start($"decide {message}", ActivityKind.Internal, parent, since);
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("dr.stream", stream.ToString()).SetTag("dr.events", string.Join(' ', events.Select(e => WireNames.NameOf(e.GetType()))));
        }

        Activity.Current = null;
        return span;
    }

    /// <summary>Ends a span that stands for nothing that happened.</summary>
    public static void Drop(Activity? span)
    {
        if (span is not null)
        {
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            span.Dispose();
        }
    }

    private static Activity? Start(string name, ActivityKind kind, string? parent, DateTimeOffset since) => Wanted
        ? EngineTelemetry.Source.StartActivity(
            name, kind, parent is not null && ActivityContext.TryParse(parent, null, isRemote: true, out var context) ? context : default, startTime: since)
        : null;
}
