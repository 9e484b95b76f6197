using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Messaging;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using Marten.Subscriptions;

namespace DrOrchestrator.Store;

/// <summary>
/// A place in Marten's asynchronous daemon, the relay's or a follower's: one of all server processes leads and is given the
/// committed events in order; the position moves on only after the page was taken.
/// </summary>
/// <param name="take">Takes a page. What it needs it asks for late: the relay reads through the very store that this is a part of.</param>
public sealed class RelaySubscription(Func<IReadOnlyList<CommittedEvent>, CancellationToken, Task> take) : ISubscription
{
    public async Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
    {
        CommittedEvent[] events = [.. page.Events.Select(stored => new CommittedEvent(StreamId.Parse(stored.StreamKey!), stored.Version, stored.Data, TraceHeader.Of(stored)))];
        await take(events, cancellationToken);
        return NullChangeListener.Instance;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
