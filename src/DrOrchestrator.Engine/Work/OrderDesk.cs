using System.Diagnostics;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Engine.Telemetry;
using Microsoft.Extensions.Logging;

namespace DrOrchestrator.Engine.Work;

/// <summary>
/// Takes orders and sees them carried out in the background: brokers cut a channel that holds a message
/// for long (RabbitMQ's consumer_timeout is 30 minutes), and a transfer may last hours. An order that
/// needs a claim is claimed before this returns, others are simply lost with the process and asked again.
/// </summary>
public sealed class OrderDesk : IAsyncDisposable
{
    private readonly StreamHandler streams;
    private readonly EngineOptions options;
    private readonly ILogger<OrderDesk> log;
    private readonly TransferWorker transfers;
    private readonly ObservationWorker observations;
    private readonly GuestWorker guests;
    private readonly SemaphoreSlim transferSlots;
    private readonly SemaphoreSlim otherSlots;
    private readonly CancellationTokenSource stopping = new();
    private readonly Dictionary<(StreamId, string), Task> underWay = [];
    private readonly Lock gate = new();

    public OrderDesk(
        StreamHandler streams, IDeadlines deadlines, IDrivers drivers, IInventory inventory, Observer observer, EngineOptions options, TimeProvider clock, ILogger<OrderDesk> log)
    {
        this.streams = streams;
        this.options = options;
        this.log = log;
        var reports = new Reporter(streams, options, clock, log);
        var scopes = new ScopeReader(observer, streams, clock);
        transfers = new TransferWorker(reports, streams, scopes, deadlines, drivers, options, clock, log);
        observations = new ObservationWorker(reports, scopes, new HostSurvey(observer, drivers, inventory, clock));
        guests = new GuestWorker(reports, drivers, options, clock);
        transferSlots = new SemaphoreSlim(options.ParallelOrders);
        otherSlots = new SemaphoreSlim(options.ParallelOrders);
    }

    /// <summary>Orders being carried out now.</summary>
    public int UnderWay
    {
        get
        {
            lock (gate)
            {
                return underWay.Count;
            }
        }
    }

    /// <summary>Waits for a free slot, claims where needed, and returns; the work goes on.</summary>
    /// <param name="order">What is to be done.</param>
    /// <param name="trace">The trace that it came with; null: none.</param>
    /// <param name="cancellationToken">Stops the wait for a slot.</param>
    public async Task Take(Order order, string? trace, CancellationToken cancellationToken)
    {
        var key = (order.From, order.Key);
        lock (gate)
        {
            if (underWay.ContainsKey(key))
            {
                return;
            }
        }

        var slots = SlotsFor(order);
        await slots.WaitAsync(cancellationToken);
        var kept = false;
        var span = Spans.Order(order, trace);
        try
        {
            if (order is MoveOrder.Transfer transfer)
            {
                // Read as late as can be, and on record with the claim before it changes what is begun.
                var doubt = await SourceDoubt.Read(streams, transfer.Source, transfer.Policy, cancellationToken);
                if (!await Claim(transfer, doubt, cancellationToken))
                {
                    return;
                }

                order = doubt is null ? transfer : transfer with { Policy = transfer.Policy.WithoutPostCopy() };
            }

            var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (gate)
            {
                kept = underWay.TryAdd(key, CarryOut(order, key, span, start.Task));
            }

            if (kept)
            {
                start.SetResult();
            }
        }
        finally
        {
            if (!kept)
            {
                Spans.Drop(span);
                slots.Release();
            }
        }
    }

    /// <summary>Stops our watching. What the hypervisors do goes on, and the next process re-attaches.</summary>
    public async ValueTask DisposeAsync()
    {
        stopping.Cancel();
        Task[] open;
        lock (gate)
        {
            open = [.. underWay.Values];
        }

        await Task.WhenAll(open);
        stopping.Dispose();
        transferSlots.Dispose();
        otherSlots.Dispose();
    }

    /// <summary>Apart, so that a stop never waits behind the transfers that it is to stop.</summary>
    private SemaphoreSlim SlotsFor(Order order) => order is MoveOrder.Transfer ? transferSlots : otherSlots;

    private async Task<bool> Claim(MoveOrder.Transfer transfer, string? doubt, CancellationToken cancellationToken)
    {
        var claim = new MoveMessage.ClaimOrder(transfer.Key, transfer.Generation, transfer.Attempt, options.Worker, doubt);
        var handled = await streams.Handle(transfer.From, claim, new Cause("claim-order", null, options.Worker), cancellationToken);
        return handled.Refusal is null;
    }

    /// <summary>
    /// The order as its stream asks it now; null: it does not any more. What was learned since it was sent may forbid a part of it: a migration
    /// at the source that can not be this move's any more, a copy that waits and is known to be left over by now.
    /// </summary>
    private async Task<Order?> AskedNow(Order order, CancellationToken cancellationToken)
    {
        var state = (await streams.Read(order.From, cancellationToken)).State;
        return DeciderCatalog.For(order.From).React(state).Asks.Select(ask => ask.Message).OfType<Order>().FirstOrDefault(asked => asked.Key == order.Key);
    }

    private async Task CarryOut(Order order, (StreamId, string) key, Activity? span, Task start)
    {
        await start;
        using var ended = span;
        try
        {
            // Looking into a move and stopping one act on the VM without a claim: one that was delivered late does what is asked by then.
            var asked = order is MoveOrder.InspectPlaces or MoveOrder.AbortTransfer ? await AskedNow(order, stopping.Token) : order;
            if (asked is not null)
            {
                await Route(asked, stopping.Token);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The process ends; the order stays outstanding in its stream.
        }
        catch (Exception exception)
        {
            span?.SetStatus(ActivityStatusCode.Error, exception.Message);
            log.LogError(exception, "{Order} of {Stream} was not carried out; it stays outstanding and is asked again", order.Key, order.From);
        }
        finally
        {
            lock (gate)
            {
                underWay.Remove(key);
            }

            SlotsFor(order).Release();
        }
    }

    private Task Route(Order order, CancellationToken cancellationToken) => order switch
    {
        HostOrder.ObserveHost observe => observations.ObserveHost(observe, cancellationToken),
        RunOrder.ObserveScope observe => observations.ObserveScope(observe, cancellationToken),
        MoveOrder.PrepareSource prepare => transfers.Prepare(prepare, cancellationToken),
        MoveOrder.Transfer transfer => transfers.Transfer(transfer, cancellationToken),
        MoveOrder.AbortTransfer abort => transfers.Abort(abort, cancellationToken),
        MoveOrder.InspectPlaces inspect => transfers.Inspect(inspect, cancellationToken),
        MoveOrder.VerifyGuest verify => guests.Verify(verify, cancellationToken),
        _ => throw new InvalidOperationException($"No worker knows {order.GetType().Name}."),
    };
}
