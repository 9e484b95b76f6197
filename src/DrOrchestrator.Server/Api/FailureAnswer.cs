namespace DrOrchestrator.Server.Api;

/// <summary>
/// What no endpoint expected: the database is away, or a bug. The caller hears 503 and that it may ask again,
/// because every request of this API may be repeated without harm; Alertmanager does so by itself.
/// </summary>
public sealed class FailureAnswer(ILogger<FailureAnswer> log) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        try
        {
            return await next(context);
        }
        catch (Exception exception) when (!context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            log.LogError(exception, "{Method} {Path} could not be answered", request.Method, request.Path);
            return Problems.Of(
                StatusCodes.Status503ServiceUnavailable,
                "unavailable",
                HttpMethods.IsGet(request.Method)
                    ? "The record could not be read."
                    : "It is not known whether this was recorded.",
                "Ask again; to start a run, with the same Idempotency-Key. If it lasts, look at the server's log and at its database.");
        }
    }
}
