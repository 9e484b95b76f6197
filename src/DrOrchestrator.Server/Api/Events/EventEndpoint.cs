using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Server.Api.Alerts;
using DrOrchestrator.Server.Api.Description;
using DrOrchestrator.Server.Identity;
using DrOrchestrator.Server.Ingest;
using DrOrchestrator.Server.Ingest.CloudEvents;

namespace DrOrchestrator.Server.Api.Events;

/// <summary>
/// CloudEvents over HTTP: structured, binary and batched.
/// Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
/// </summary>
internal static class EventEndpoint
{
    private const string Prefix = "ce-";

    public static void Map(RouteGroupBuilder api) =>
        api.MapPost("/events", Take)
            .RequireAuthorization(AccessPolicies.For(Scopes.Trigger))
            .TakesReports(CloudEventMessages.Structured, CloudEventMessages.Batch, EndpointDescription.Json)
            .Describe<AlertReceipt>("takeEvents", "Takes CloudEvents, structured, batched, or with their attributes in headers; answers when every usable one is durable.", [400, 413, 422]);

    private static async Task<IResult> Take(HttpContext context, CloudEventMessages messages, ReportIntake intake, CancellationToken cancellationToken)
    {
        var (message, problem) = await ReportBody.Read(context, IncomingMessage.CloudEvent, intake, cancellationToken);
        if (message is null)
        {
            return problem!;
        }

        var attributes = context.Request.Headers
            .Where(header => header.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && header.Key.Length > Prefix.Length)
            .ToDictionary(header => header.Key[Prefix.Length..].ToLowerInvariant(), header => Uri.UnescapeDataString(header.Value.ToString()), StringComparer.Ordinal);
        var read = messages.Read(context.Request.ContentType, attributes, message.Body);
        if (read.Problem is { } why)
        {
            await intake.Keep(message, UnmatchedKind.Unreadable, why, cancellationToken);
            return Problems.BadRequest(why, "Send CloudEvents 1.0 as src/DrOrchestrator.Server/Api/README.md describes.");
        }

        return ReceiptAnswer.Of(await intake.Take(message, read.Reports, read.Truncated, cancellationToken), "event");
    }
}
