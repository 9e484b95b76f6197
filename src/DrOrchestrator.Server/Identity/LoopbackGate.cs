using System.Net;

namespace DrOrchestrator.Server.Identity;

/// <summary>
/// Until somebody made a key of his own, only this machine is answered. The first key does not count: it has
/// every scope and lies in a file, and it is there to make the first real key with, on the machine itself. The
/// health endpoints are answered always, for they say nothing of the fleet.
/// <para>A reverse proxy on this machine makes every call look local, so a call with a forwarding header
/// counts as coming from elsewhere.</para>
/// </summary>
public sealed class LoopbackGate(RequestDelegate next, IKeyStore keys, AccessLog access)
{
    private volatile bool open;

    public async Task InvokeAsync(HttpContext context)
    {
        if (open || IsLocal(context) || Api.HealthEndpoint.IsAt(context.Request.Path) || await IsOpen(context.RequestAborted))
        {
            await next(context);
            return;
        }

        const string why = "No API key but the first one exists yet, so only calls from the server's own machine are answered.";
        await access.Refused(context, StatusCodes.Status403Forbidden, null, null, why);
        await Api.Problems.Forbidden(why, "On the server's machine, make a key: drctl key create --subject NAME --scope view.").ExecuteAsync(context);
    }

    /// <summary>
    /// Once open it stays open until the process ends, so that no call costs a look at the keys. Where every key but the first one is revoked
    /// meanwhile, the first one is answered from elsewhere too until the next start.
    /// </summary>
    private async Task<bool> IsOpen(CancellationToken cancellationToken) =>
        open = (await keys.List(cancellationToken)).Any(key => key.IsActive && key.Subject != FirstKey.Subject);

    /// <summary>No address at all is a Unix socket.</summary>
    internal static bool IsLocal(HttpContext context) =>
        (context.Connection.RemoteIpAddress is not { } remote || IPAddress.IsLoopback(remote))
        && !context.Request.Headers.ContainsKey("X-Forwarded-For") && !context.Request.Headers.ContainsKey("Forwarded");
}
