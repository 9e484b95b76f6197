using System.Text.Json;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Server.Api.Description;
using DrOrchestrator.Server.Identity;
using DrOrchestrator.Server.Ingest;
using DrOrchestrator.Server.Ingest.Alertmanager;

namespace DrOrchestrator.Server.Api.Alerts;

/// <summary>
/// Alertmanager's webhook. Alertmanager sends again after a 5xx and gives up after a 4xx, so 4xx is only said
/// when sending the same again could never help. What is refused so is kept all the same, for nobody sends it again.
/// </summary>
internal static class AlertEndpoint
{
    private const string WayOut = "Send what Alertmanager's webhook_config sends.";

    public static void Map(RouteGroupBuilder api) =>
        api.MapPost("/alerts/alertmanager", Take)
            .RequireAuthorization(AccessPolicies.For(Scopes.Trigger))
            .TakesReports(EndpointDescription.Json)
            .Describe<AlertReceipt>("takeAlerts", "Takes Alertmanager's webhook, version 4; answers when every usable alert is durable.", [400, 413, 422]);

    private static async Task<IResult> Take(HttpContext context, WebhookReading webhooks, ReportIntake intake, CancellationToken cancellationToken)
    {
        var (message, problem) = await ReportBody.Read(context, IncomingMessage.Alertmanager, intake, cancellationToken);
        if (message is null)
        {
            return problem!;
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(message.Body);
        }
        catch (JsonException exception)
        {
            var where = $"The body can not be read as JSON, at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.";
            await intake.Keep(message, UnmatchedKind.Unreadable, where, cancellationToken);
            return Problems.BadRequest(where, WayOut);
        }

        using (document)
        {
            var webhook = webhooks.Read(document.RootElement);
            if (webhook.Problem is { } why)
            {
                await intake.Keep(message, UnmatchedKind.Unreadable, why, cancellationToken);
                return Problems.BadRequest(why, WayOut);
            }

            return ReceiptAnswer.Of(await intake.Take(message, webhook.Reports, webhook.Truncated, cancellationToken), "alert");
        }
    }
}
