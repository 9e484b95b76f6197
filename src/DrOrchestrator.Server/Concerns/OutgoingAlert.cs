using System.Text.Json.Serialization;

namespace DrOrchestrator.Server.Concerns;

/// <summary>An alert as <c>POST /api/v2/alerts</c> of Alertmanager takes it (its OpenAPI document, version 0.25 and later).</summary>
public sealed record OutgoingAlert
{
    [JsonPropertyName("labels")]
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    [JsonPropertyName("annotations")]
    public required IReadOnlyDictionary<string, string> Annotations { get; init; }

    /// <summary>Absent: Alertmanager takes the moment at which it first heard of it.</summary>
    [JsonPropertyName("startsAt")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>In the future: it stands until then. In the past: it ended.</summary>
    [JsonPropertyName("endsAt")]
    public required DateTimeOffset EndsAt { get; init; }

    public static OutgoingAlert Of(Concern concern, DateTimeOffset endsAt) => new()
    {
        Labels = new Dictionary<string, string>(concern.About)
        {
            ["alertname"] = concern.Kind.ToString(),
            ["severity"] = SeverityOf(concern.Kind),
            [OwnAlerts.Label] = OwnAlerts.Value,
        },
        Annotations = new Dictionary<string, string>
        {
            ["summary"] = concern.Summary,
            ["description"] = $"{concern.Summary} {concern.WayOut}",
            ["way_out"] = concern.WayOut,
            ["command"] = concern.Command,
        },
        StartsAt = concern.Since,
        EndsAt = endsAt,
    };

    /// <summary>Stands as long as a server reads the record; route it to a dead-man's switch, which alarms when it ends.</summary>
    public static OutgoingAlert Heartbeat(DateTimeOffset endsAt) => new()
    {
        Labels = new Dictionary<string, string> { ["alertname"] = "DrOrchestratorHeartbeat", ["severity"] = "none", [OwnAlerts.Label] = OwnAlerts.Value },
        Annotations = new Dictionary<string, string>
        {
            ["summary"] = "The orchestrator lives, and reads its record. This alert always stands; its absence is the alarm.",
        },
        EndsAt = endsAt,
    };

    /// <summary>Critical is what waits for a person; of what ends by itself people are only told.</summary>
    private static string SeverityOf(ConcernKind kind) => kind switch
    {
        ConcernKind.DrDuplicateRunning or ConcernKind.DrDecisionWaiting or ConcernKind.DrTooManySickHosts or ConcernKind.DrEverythingStopped
            or ConcernKind.DrServerNotReady or ConcernKind.DrOrchestratorBlind or ConcernKind.DrOnlyHostSilent or ConcernKind.DrHostNotAnswering => "critical",
        ConcernKind.DrRecoveryPostponed => "info",
        _ => "warning",
    };
}
