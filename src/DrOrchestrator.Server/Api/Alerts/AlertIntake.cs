using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Streams;

namespace DrOrchestrator.Server.Api.Alerts;

/// <summary>Brings alerts into the streams of the hosts that they speak of.</summary>
public sealed class AlertIntake(AlertReading reading, StreamHandler streams, ILogger<AlertIntake> log)
{
    /// <summary>Returns when everything usable is durable; throws when that is not known, so that the sender sends again.</summary>
    public async Task<AlertReceipt> Take(AlertmanagerWebhook webhook, Actor by, CancellationToken cancellationToken)
    {
        var alerts = (webhook.Alerts ?? []).Select(reading.Read).ToArray();
        var unmatched = alerts.OfType<ReadAlert.Unusable>().Select(alert => alert.Why).ToArray();
        foreach (var alert in unmatched)
        {
            log.LogWarning("The alert {Alert} ({Fingerprint}) from {Subject} was not taken: {Reason}", alert.Name, alert.Fingerprint, by, alert.Reason);
        }

        // All at once, in the order sent: decisions that come together share a transaction.
        var accepted = await Task.WhenAll(alerts.OfType<ReadAlert.Usable>().Select(alert => Hand(alert, by, cancellationToken)));
        return new AlertReceipt(accepted, unmatched, webhook.TruncatedAlerts);
    }

    private async Task<AcceptedAlert> Hand(ReadAlert.Usable alert, Actor by, CancellationToken cancellationToken)
    {
        HostMessage message = alert.Firing
            ? new HostMessage.RaiseCondition(
                alert.Host, alert.Condition, alert.Match is { } match ? new ConditionPolicy(match.Plan, match.Trigger.HoldDown) : null, by)
            : new HostMessage.ResolveCondition(alert.Condition.Fingerprint, by);
        var handled = await streams.Handle(StreamId.Host(alert.Host), message, new Cause("alertmanager-webhook", null, by.Subject), cancellationToken);
        var state = (HostState)handled.After.State;
        return new AcceptedAlert(
            alert.Condition.Fingerprint,
            alert.Condition.Name,
            alert.Host.Value,
            handled.Events.Count == 0 ? "known" : alert.Firing ? "raised" : "resolved",
            alert.Match?.Plan.Name,
            state.Phase is HostPhase.HoldingDown ? state.HoldDown?.Until : null);
    }
}
