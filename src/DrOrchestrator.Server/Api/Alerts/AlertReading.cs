using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Server.Configuration;

namespace DrOrchestrator.Server.Api.Alerts;

/// <summary>One alert, read: for which host it is and what it says, or why it can't be used.</summary>
public abstract record ReadAlert
{
    private ReadAlert()
    {
    }

    public sealed record Usable(HostId Host, HostCondition Condition, bool Firing, PlanMatch? Match) : ReadAlert;

    public sealed record Unusable(UnmatchedAlert Why) : ReadAlert;
}

/// <summary>Reads alerts one by one: one that can't be read takes no other with it.</summary>
public sealed class AlertReading(IPlanCatalog plans, IHostNames hosts, AlertOptions options)
{
    public ReadAlert Read(JsonElement raw)
    {
        AlertmanagerAlert? alert;
        try
        {
            alert = raw.Deserialize<AlertmanagerAlert>(ContractJson.Options);
        }
        catch (JsonException exception)
        {
            return new ReadAlert.Unusable(new UnmatchedAlert(null, null, $"It can not be read, at {exception.Path}."));
        }

        var labels = alert?.Labels;
        if (alert is null || labels is null || labels.Count == 0)
        {
            return new ReadAlert.Unusable(new UnmatchedAlert(alert?.Fingerprint, null, "It has no labels."));
        }

        var name = labels.GetValueOrDefault("alertname", "unnamed");
        var fingerprint = string.IsNullOrEmpty(alert.Fingerprint) ? FingerprintOf(labels) : alert.Fingerprint;
        ReadAlert Unmatched(string reason) => new ReadAlert.Unusable(new UnmatchedAlert(fingerprint, name, reason));
        if (alert.Status is not ("firing" or "resolved"))
        {
            return Unmatched($"Its status is '{alert.Status}', neither firing nor resolved.");
        }

        var match = plans.Match(labels);
        var label = match is not null ? match.Trigger.HostLabel : options.HostLabels.FirstOrDefault(labels.ContainsKey);
        if (label is null || !labels.TryGetValue(label, out var value) || value.Length == 0)
        {
            return Unmatched(match is null
                ? $"None of the labels {string.Join(", ", options.HostLabels)} names a host. Add one of them to the alert's rule."
                : $"The plan {match.Plan.Name} looks for the host in the label {match.Trigger.HostLabel}, which it does not have.");
        }

        var spoken = HostName.WithoutPort(value);
        var known = hosts.Find(value) ?? hosts.Find(spoken);
        if (known is null && (match is null || !HostName.IsUsable(spoken)))
        {
            return Unmatched($"The inventory has no host {spoken}, and no plan asks for this alert. Add the host, or the name under alertNames.");
        }

        var condition = new HostCondition(fingerprint, name, SummaryOf(alert, name), labels, alert.StartsAt ?? default);
        return new ReadAlert.Usable(known ?? new HostId(spoken), condition, alert.Status == "firing", match);
    }

    private static string SummaryOf(AlertmanagerAlert alert, string name)
    {
        var annotations = alert.Annotations;
        var text = annotations?.GetValueOrDefault("summary") ?? annotations?.GetValueOrDefault("description") ?? name;
        return text.Length > 500 ? text[..500] : text;
    }

    /// <summary>For senders that are not Alertmanager: the same labels are the same alert.</summary>
    private static string FingerprintOf(IReadOnlyDictionary<string, string> labels)
    {
        var text = string.Join('\u0001', labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}\u0002{label.Value}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
    }
}
