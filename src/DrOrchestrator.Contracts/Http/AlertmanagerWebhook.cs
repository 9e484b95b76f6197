using System.Text.Json;

namespace DrOrchestrator.Contracts.Http;

/// <summary>
/// What Alertmanager posts to a webhook receiver, version 4. The alerts stay raw here: they are read one by
/// one, so that one unreadable alert does not take the others with it.
/// Source: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
/// </summary>
/// <param name="Version">Always <c>4</c>.</param>
/// <param name="GroupKey">Identifies the group, for Alertmanager's own deduplication.</param>
/// <param name="TruncatedAlerts">How many alerts were left out because of <c>max_alerts</c>.</param>
/// <param name="Status"><c>firing</c> as long as one alert of the group fires, else <c>resolved</c>.</param>
/// <param name="Receiver">The receiver's name in Alertmanager.</param>
/// <param name="GroupLabels">Labels that the group was made by.</param>
/// <param name="CommonLabels">Labels that all alerts share.</param>
/// <param name="CommonAnnotations">Annotations that all alerts share.</param>
/// <param name="ExternalUrl">Alertmanager's own address (<c>externalURL</c>).</param>
/// <param name="Alerts">The alerts.</param>
public sealed record AlertmanagerWebhook(
    string? Version,
    string? GroupKey,
    int TruncatedAlerts,
    string? Status,
    string? Receiver,
    IReadOnlyDictionary<string, string>? GroupLabels,
    IReadOnlyDictionary<string, string>? CommonLabels,
    IReadOnlyDictionary<string, string>? CommonAnnotations,
    string? ExternalUrl,
    IReadOnlyList<JsonElement>? Alerts);

/// <summary>One alert of a webhook.</summary>
/// <param name="Status"><c>firing</c> or <c>resolved</c>.</param>
/// <param name="Labels">What identifies it.</param>
/// <param name="Annotations">What describes it.</param>
/// <param name="StartsAt">When it began to fire.</param>
/// <param name="EndsAt">When it ended; the year 1 while it fires.</param>
/// <param name="GeneratorUrl">Who made it (<c>generatorURL</c>).</param>
/// <param name="Fingerprint">Alertmanager's hash of the labels; the same for every replica and repetition.</param>
public sealed record AlertmanagerAlert(
    string? Status,
    IReadOnlyDictionary<string, string>? Labels,
    IReadOnlyDictionary<string, string>? Annotations,
    DateTimeOffset? StartsAt,
    DateTimeOffset? EndsAt,
    string? GeneratorUrl,
    string? Fingerprint);
