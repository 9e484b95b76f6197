using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Telemetry;

namespace DrOrchestrator.Engine.Streams;

/// <summary>
/// What was decided on one stream, on its way into the store. Where its append did not return it may be there all the same, and is
/// known by its id.
/// </summary>
/// <param name="before">The state that it was decided on.</param>
/// <param name="results">The decisions, in their order.</param>
/// <param name="messages">For each decision its message.</param>
internal sealed class Attempt(StreamState before, Handled[] results, Pending[] messages)
{
    private readonly CommitSpans spans = new();

    public Guid Id { get; } = Guid.NewGuid();

    public StreamId Stream => before.Stream;

    /// <summary>The version that its first event has once it is in the store.</summary>
    public long FirstVersion => before.Version + 1;

    public StreamState After => results[^1].After;

    public bool HasEvents => results.Any(result => result.Events.Count > 0);

    /// <summary>What is to be appended, each decision with its trace.</summary>
    public StreamAppend Append()
    {
        Trace();
        Cause[] causes = [.. results.Zip(messages).SelectMany(pair => pair.First.Events.Select(_ => pair.Second.Cause with { Trace = pair.First.After.Trace }))];
        var decider = DeciderCatalog.For(Stream);
        var after = decider.React(After.State);
        var awaited = decider.React(before.State).Asks.Where(ask => ask.Awaited).Select(ask => ask.Key).ToHashSet(StringComparer.Ordinal);
        var waitsOn = after.Asks.Any(ask => ask.Awaited && awaited.Contains(ask.Key));
        return new StreamAppend(Stream, before.Version, [.. results.SelectMany(result => result.Events)], after, causes, waitsOn, Id);
    }

    /// <summary>It is durable: every sender who still waits is answered.</summary>
    public void Answer()
    {
        spans.Committed();
        foreach (var (result, pending) in results.Zip(messages))
        {
            pending.Done.TrySetResult(result);
        }
    }

    /// <summary>It is not in the store, or nobody can tell any more: its spans were never there. Nothing where it was answered.</summary>
    public void Drop() => spans.Undone();

    /// <summary>Gives each decision that led to events its trace: the message's own, or where only time has passed, the one that the stream is in.</summary>
    private void Trace()
    {
        var trace = before.Trace;
        foreach (var (position, result) in results.Index())
        {
            var pending = messages[position];
            if (result.Events.Count > 0)
            {
                trace = spans.Begin(Stream, pending.Cause.Message, result.Events, pending.Cause.Trace ?? (pending.Message is Due ? trace : null), pending.Since);
            }

            if (trace is not null)
            {
                results[position] = result with { After = result.After with { Trace = trace } };
            }
        }
    }
}
