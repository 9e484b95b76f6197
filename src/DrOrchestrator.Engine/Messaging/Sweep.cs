using System.Security.Cryptography;
using System.Text;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Engine.Telemetry;
using Microsoft.Extensions.Logging;

namespace DrOrchestrator.Engine.Messaging;

/// <summary>
/// Level-triggered: whatever a stream still waits for is asked again, and whatever only time changes
/// gets its moment. The safety net under the relay and the broker, and the clock of every deadline.
/// </summary>
public sealed class Sweep(IDeadlines deadlines, StreamHandler streams, IBus bus, EngineOptions options, TimeProvider clock, ILogger<Sweep> log)
{
    private long? looked;

    /// <summary>How long ago the last look was finished; null: none was yet.</summary>
    public TimeSpan? SinceLastLook => looked is { } at ? clock.GetElapsedTime(at) : null;

    public async Task Run(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var full = false;
            try
            {
                full = await Once(cancellationToken) == options.SweepBatch;
            }
            catch (Exception exception)
            {
                // What fails while this is told to stop is the stop, whatever broke first.
                cancellationToken.ThrowIfCancellationRequested();
                // The database or the broker is away. Everything due stays due.
                log.LogWarning("The sweep found no answer ({Error}); it looks again in {Every}", exception.Message, options.SweepEvery);
            }

            if (!full)
            {
                await Task.Delay(options.SweepEvery, clock, cancellationToken);
            }
        }
    }

    /// <summary>One look; returns how many streams were due.</summary>
    public async Task<int> Once(CancellationToken cancellationToken)
    {
        var due = await deadlines.TakeDue(options.SweepBatch, options.ResendAfter, cancellationToken);
        await Task.WhenAll(due.Select(stream => Wake(stream, cancellationToken)));
        looked = clock.GetTimestamp();
        return due.Count;
    }

    private async Task Wake(DueStream due, CancellationToken cancellationToken)
    {
        try
        {
            var handled = await streams.Handle(due.Stream, new Due(due.LapsedClaim), new Cause("due", null, "sweep"), cancellationToken);
            if (handled.Events.Count > 0)
            {
                return;
            }

            var asks = DeciderCatalog.For(due.Stream).React(handled.After.State).Asks.Where(ask => ask.Awaited && IsWorthRepeating(ask));
            foreach (var ask in asks)
            {
                await bus.Send(new Envelope(Guid.NewGuid(), ask.To, ask.Message, handled.After.Trace), cancellationToken);
                MessageMeter.SentAgain(ask.Message);
            }
        }
        catch (Exception exception)
        {
            // What fails while this is told to stop is the stop, whatever broke first.
            cancellationToken.ThrowIfCancellationRequested();
            log.LogWarning("{Stream} could not be woken ({Error}); it stays due", due.Stream, exception.Message);
        }
    }

    /// <summary>
    /// An ask that may take hours, such as a run's for the end of a move, is repeated at every look while it is young, for its
    /// message may be lost, and at one look in six later, for its answer may be. Which look is drawn from the key and the
    /// moment: no rhythm of the looks can miss it for ever, and a large run does not repeat everything at once.
    /// </summary>
    private bool IsWorthRepeating(Ask ask)
    {
        var now = clock.GetUtcNow();
        return ask.Since is not { } since || now - since < 4 * options.ResendAfter
            || SHA256.HashData(Encoding.UTF8.GetBytes($"{ask.Key}@{now.Ticks / options.ResendAfter.Ticks}"))[0] % 6 == 0;
    }
}
