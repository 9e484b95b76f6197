using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Messaging;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using Marten.Subscriptions;

namespace DrOrchestrator.Store;

/// <summary>
/// The relay's place in Marten's asynchronous daemon: one of all server processes leads and is given the
/// committed events in order; the position moves on only after the page was sent.
/// </summary>
/// <param name="relay">Asked for late: the relay reads through the very store that this is a part of.</param>
public sealed class RelaySubscription(Func<Relay> relay) : ISubscription
{
    public async Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
    {
        CommittedEvent[] events = [.. page.Events.Select(stored => new CommittedEvent(StreamId.Parse(stored.StreamKey!), stored.Version, stored.Data))];
        await relay().Process(events, cancellationToken);
        return NullChangeListener.Instance;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
