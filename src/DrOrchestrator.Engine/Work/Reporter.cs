using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Streams;
using Microsoft.Extensions.Logging;

namespace DrOrchestrator.Engine.Work;

/// <summary>Brings a worker's answer into the stream that asked.</summary>
internal sealed class Reporter(StreamHandler streams, EngineOptions options, TimeProvider clock, ILogger log)
{
    /// <summary>
    /// Tries until the answer is committed. An answer to a question may be dropped after
    /// <paramref name="giveUpAfter"/>, for the question is asked again; an answer about an effect is kept
    /// for as long as its claim lives, which the caller says by cancelling.
    /// </summary>
    public async Task Report(StreamId stream, object message, TimeSpan? giveUpAfter, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        for (var wait = TimeSpan.FromMilliseconds(100); ; wait = TimeSpan.FromMilliseconds(Math.Min(2000, wait.TotalMilliseconds * 2)))
        {
            try
            {
                await streams.Handle(stream, message, new Cause(Serialization.WireNames.NameOf(message.GetType()), null, options.Worker), cancellationToken);
                return;
            }
            catch (Exception exception) when (exception is not InvalidOperationException)
            {
                // What fails while this is told to stop is the stop, whatever broke first.
                cancellationToken.ThrowIfCancellationRequested();
                if (giveUpAfter is { } limit && clock.GetElapsedTime(began) > limit)
                {
                    throw;
                }

                log.LogWarning("{Message} for {Stream} could not be recorded ({Error}); trying again in {Wait}", message.GetType().Name, stream, exception.Message, wait);
                await Task.Delay(wait, clock, cancellationToken);
            }
        }
    }
}
