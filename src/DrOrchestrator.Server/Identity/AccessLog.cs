using System.Net;
using System.Net.Sockets;

namespace DrOrchestrator.Server.Identity;

/// <summary>Leaves a trace of every refused call: a log line and an entry in the trail, both within the same limit.</summary>
public sealed class AccessLog(IAccessTrail trail, TrailLimit limit, TimeProvider clock, ILogger<AccessLog> log)
{
    private const int LongestPath = 200;

    public async Task Refused(HttpContext context, int status, string? subject, string? keyId, string why)
    {
        var remote = context.Connection.RemoteIpAddress;
        if (limit.Admit(SourceOf(remote)) is not { } before)
        {
            return;
        }

        var refusal = new AccessRefusal(
            clock.GetUtcNow(), remote?.ToString() ?? "local", context.Request.Method, Printable(context.Request.Path), status, subject, keyId, why, before);
        log.LogWarning(
            "Refused with {Status}: {Method} {Path} from {Remote}, key {KeyId}, subject {Subject}: {Why} ({SuppressedBefore} before it were only counted)",
            refusal.Status, refusal.Method, refusal.Path, refusal.Remote, refusal.KeyId, refusal.Subject, refusal.Why, refusal.SuppressedBefore);
        try
        {
            // Not the caller's token: hanging up must not spare anyone the entry.
            await trail.Add(refusal, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // The refusal itself must stand while the database is away; the log line above is then the trace.
            log.LogError(exception, "The refusal above could not be stored");
        }
    }

    /// <summary>An IPv6 source is its /64: anyone has that many addresses.</summary>
    private static string SourceOf(IPAddress? remote)
    {
        if (remote is not { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false })
        {
            return remote?.ToString() ?? "local";
        }

        var bytes = remote.GetAddressBytes();
        Array.Clear(bytes, 8, 8);
        return new IPAddress(bytes).ToString();
    }

    private static string Printable(string path)
    {
        var shown = path.Length > LongestPath ? path[..LongestPath] : path;
        return string.Concat(shown.Select(letter => char.IsControl(letter) ? '?' : letter));
    }
}
