using Microsoft.AspNetCore.Diagnostics;

namespace DrOrchestrator.Server.Api;

/// <summary>What the framework answers with a bare status code becomes a problem as well: an address that is not there, a method that it does not take.</summary>
internal static class BareAnswers
{
    public static Task Explain(StatusCodeContext context)
    {
        var http = context.HttpContext;
        var status = http.Response.StatusCode;
        var problem = status switch
        {
            StatusCodes.Status404NotFound => Problems.NotFound("not-found", "There is nothing at this address.", $"The API is at {DrOrchestratorApi.Root}."),
            StatusCodes.Status405MethodNotAllowed => Problems.Of(
                status, "method-not-allowed", $"This address does not take {http.Request.Method}.", $"It takes {http.Response.Headers.Allow}."),
            _ => Problems.Of(status, "error", $"The request was answered with {status}.", "Look at what the API's document says of this address."),
        };
        return problem.ExecuteAsync(http);
    }
}
