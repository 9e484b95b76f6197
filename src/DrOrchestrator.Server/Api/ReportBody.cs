using System.Buffers;
using System.Globalization;
using DrOrchestrator.Server.Identity;
using DrOrchestrator.Server.Ingest;
using DrOrchestrator.Server.Ingest.Unmatched;

namespace DrOrchestrator.Server.Api;

/// <summary>
/// The bytes of a report as they came, for who keeps what he can't use. What is too long is not read to its end; its beginning is kept aside before the
/// answer, for whoever hears 413 does not send again.
/// </summary>
internal static class ReportBody
{
    /// <summary>Large enough for thousands of alerts; Alertmanager's own <c>max_alerts</c> bounds a webhook further.</summary>
    public const int Longest = 8 * 1024 * 1024;

    private const int Chunk = 16 * 1024;

    /// <summary>The message; or what to answer, where it can't be had.</summary>
    public static async Task<(IncomingMessage? Message, IResult? Problem)> Read(HttpContext context, string way, ReportIntake intake, CancellationToken cancellationToken)
    {
        var said = context.Request.ContentLength;
        var most = said > Longest ? IUnmatchedReports.LongestBody : Longest;
        byte[] bytes;
        bool ended;
        try
        {
            (bytes, ended) = await Read(context.Request.Body, most, (int)Math.Clamp(said ?? 0, 0, most), cancellationToken);
        }
        catch (BadHttpRequestException exception)
        {
            return (null, Problems.Of(exception.StatusCode, "bad-request", exception.Message, "Send a complete request."));
        }

        var message = new IncomingMessage(way, context.User.Actor(), bytes);
        if (ended)
        {
            return (message, null);
        }

        var size = said is { } length ? $"has {length.ToString(CultureInfo.InvariantCulture)} bytes" : $"has more than {Longest} bytes";
        var why = $"The body {size}; at most {Longest} (8 MiB) are taken, so none of its reports was.";
        await intake.Keep(message with { Length = said ?? bytes.Length + 1 }, UnmatchedKind.TooLarge, why, cancellationToken);
        return (null, Problems.Of(
            StatusCodes.Status413PayloadTooLarge, "body-too-large", why,
            "Send fewer reports at once; for Alertmanager, set max_alerts of the webhook_config. The beginning of what was sent is kept: drctl alerts --unmatched."));
    }

    /// <summary>The bytes up to so many, and whether there are no more.</summary>
    private static async Task<(byte[] Bytes, bool Ended)> Read(Stream body, int most, int expected, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream(expected);
        var buffer = ArrayPool<byte>.Shared.Rent(Chunk);
        try
        {
            for (int read; (read = await body.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                var room = most - (int)bytes.Length;
                bytes.Write(buffer, 0, Math.Min(read, room));
                if (read > room)
                {
                    return (bytes.ToArray(), false);
                }
            }

            return (bytes.ToArray(), true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
