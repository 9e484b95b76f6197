using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Server.Ingest.Amqp;

/// <summary>What the broker is to do with a message.</summary>
public enum ForeignVerdict
{
    /// <summary>Forget it: it is in a stream, and what of it was not used is kept aside; or it is our own.</summary>
    Taken,

    /// <summary>Put it with the dead letters: nothing of it could be used, and it is kept aside.</summary>
    Dead,
}

/// <summary>Takes messages of the foreign exchange, each until it is durable or known to be at fault itself.</summary>
public sealed class ForeignIntake(ForeignReading reading, ReportIntake intake, ForeignExchangeOptions options, TimeProvider clock, ILogger<ForeignIntake> log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Actor actor = new($"amqp-{options.Queue}");

    /// <summary>
    /// Returns when the message is durable. While the record is away it is held and tried again without end, so that the broker
    /// keeps it and all behind it. They may overtake each other: what tells their order is the times within them. Where the record answers and this message alone fails, it is kept as such.
    /// </summary>
    public async Task<ForeignVerdict> Take(string? contentType, IEnumerable<KeyValuePair<string, object?>>? headers, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var message = new IncomingMessage(IncomingMessage.Foreign, actor, body);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Once(message, contentType, headers, cancellationToken);
            }
            catch (Exception exception)
            {
                // What fails while this is told to stop is the stop, whatever broke first.
                cancellationToken.ThrowIfCancellationRequested();
                if (attempt % options.Attempts == 0 && await KeepUnrecorded(message, exception, cancellationToken))
                {
                    return ForeignVerdict.Dead;
                }

                log.LogWarning("A message of {Queue} was not recorded at attempt {Attempt} ({Error}); it is held and tried again", options.Queue, attempt, exception.Message);
                await Task.Delay(Pause, clock, cancellationToken);
            }
        }
    }

    private async Task<ForeignVerdict> Once(
        IncomingMessage message, string? contentType, IEnumerable<KeyValuePair<string, object?>>? headers, CancellationToken cancellationToken)
    {
        var read = reading.Read(contentType, headers, message.Body);
        if (read.Problem is { } why)
        {
            await intake.Keep(message, UnmatchedKind.Unreadable, why, cancellationToken);
            return ForeignVerdict.Dead;
        }

        var receipt = await intake.Take(message, read.Reports, read.Truncated, cancellationToken);
        return receipt.Accepted.Count > 0 || receipt is { Own: > 0, UnmatchedInAll: 0 } ? ForeignVerdict.Taken : ForeignVerdict.Dead;
    }

    private async Task<bool> KeepUnrecorded(IncomingMessage message, Exception exception, CancellationToken cancellationToken)
    {
        try
        {
            await intake.Keep(message, UnmatchedKind.Unrecorded, $"Recording it failed {options.Attempts} times: {ReportText.Quote(exception.Message)}", cancellationToken);
            return true;
        }
        catch (Exception)
        {
            // What fails while this is told to stop is the stop, whatever broke first.
            cancellationToken.ThrowIfCancellationRequested();
            // The record does not answer at all: the message is not at fault.
            return false;
        }
    }
}
