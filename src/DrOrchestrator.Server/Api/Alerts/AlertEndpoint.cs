using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Server.Identity;

namespace DrOrchestrator.Server.Api.Alerts;

/// <summary>
/// Alertmanager's webhook. Alertmanager sends again after a 5xx and gives up after a 4xx, so 4xx is only said
/// when sending the same again could never help.
/// </summary>
internal static class AlertEndpoint
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapPost("/alerts/alertmanager", Take)
            .RequireAuthorization(AccessPolicies.For(Scopes.Trigger))
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(RequestBody.Large));

    private static async Task<IResult> Take(HttpContext context, AlertIntake intake, CancellationToken cancellationToken)
    {
        var (webhook, problem) = await RequestBody.Read<AlertmanagerWebhook>(context);
        if (problem is not null)
        {
            return problem;
        }

        if (webhook!.Version != "4")
        {
            return Problems.BadRequest($"The webhook's version is '{webhook.Version}'; this server reads version 4.", "Send what Alertmanager's webhook_config sends.");
        }

        var receipt = await intake.Take(webhook, context.User.Actor(), cancellationToken);
        return receipt.Accepted.Count > 0
            ? Results.Ok(receipt)
            : Problems.Of(
                StatusCodes.Status422UnprocessableEntity,
                "no-usable-alert",
                receipt.Unmatched.Count == 0 ? "The webhook has no alerts." : $"None of {receipt.Unmatched.Count} alerts could be used. The first: {receipt.Unmatched[0].Reason}",
                "Correct the alert's labels, the inventory or the runbook's triggers.");
    }
}
