using System.Diagnostics;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;

namespace DrOrchestrator.Engine.Telemetry;

/// <summary>The spans of the decisions on one stream that share a transaction: they end with its commit, or were never there.</summary>
internal sealed class CommitSpans
{
    private List<Activity>? open;

    /// <summary>
    /// The trace context for the events of one decision: its own span, or where nobody listens the one that it came with. Progress, which comes
    /// every second for as long as a transfer lasts, is no span.
    /// </summary>
    /// <param name="stream">Whose events.</param>
    /// <param name="message">What was decided on, by its name.</param>
    /// <param name="events">What follows.</param>
    /// <param name="parent">The context it came with; null: none.</param>
    /// <param name="since">When it came.</param>
    public string? Begin(StreamId stream, string message, IReadOnlyList<object> events, string? parent, DateTimeOffset since)
    {
        if (!Spans.Wanted || events is [MoveEvent.TransferProgressed] || Spans.Decision(stream, message, events, parent, since) is not { } span)
        {
            return parent;
        }

        (open ??= []).Add(span);
        return span.Id;
    }

    public void Committed() => End(span => span.Dispose());

    /// <summary>Nothing where they were committed.</summary>
    public void Undone() => End(Spans.Drop);

    private void End(Action<Activity> how)
    {
        open?.ForEach(how);
        open = null;
    }
}
