using JasperFx.Events;

namespace DrOrchestrator.Store;

/// <summary>Where the trace of an event is kept: beside its cause, and only where it has one.</summary>
internal static class TraceHeader
{
    public const string Name = "traceparent";

    public static string? Of(IEvent stored) => stored.GetHeader(Name)?.ToString();
}
