using System.Text.Json;
using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Server.Api;

/// <summary>Reads a request's JSON; what can't be read is answered with a sentence, not with a bare 400.</summary>
internal static class RequestBody
{
    /// <summary>Large enough for any request that a person makes.</summary>
    public const long Small = 64 * 1024;

    public static async Task<(T? Value, IResult? Problem)> Read<T>(HttpContext context) where T : class
    {
        if (!context.Request.HasJsonContentType())
        {
            return (null, Problems.UnsupportedMediaType(context.Request.ContentType));
        }

        try
        {
            var value = await JsonSerializer.DeserializeAsync<T>(context.Request.Body, ContractJson.Options, context.RequestAborted);
            return value is null ? (null, Problems.BadRequest("The body is empty.", "Send a JSON object.")) : (value, null);
        }
        catch (JsonException exception)
        {
            return (null, Problems.BadRequest(
                $"The body can not be read as {typeof(T).Name}, at {exception.Path ?? "its beginning"}, line {exception.LineNumber + 1}.", "Send the JSON that the API describes."));
        }
        catch (BadHttpRequestException exception)
        {
            return (null, Problems.Of(exception.StatusCode, "bad-request", exception.Message, "Send a smaller, complete request."));
        }
    }
}
