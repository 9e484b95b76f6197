using System.Text.Json;

namespace DrOrchestrator.Server.Ingest.Alertmanager;

/// <summary>
/// What Alertmanager posts to a webhook receiver, version 4. Of the envelope only what is needed is read, so that an odd
/// member of it loses no alert.
/// Source: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
/// </summary>
public sealed class WebhookReading(AlertReading alerts)
{
    public const string Version = "4";

    /// <summary>Whether it is a webhook at all, whatever is in it.</summary>
    public static bool IsOne(JsonElement root) => root.Member("alerts").ValueKind is not JsonValueKind.Undefined && root.Member("version").ValueKind is not JsonValueKind.Undefined;

    public ReadMessage Read(JsonElement root)
    {
        if (root.ValueKind is not JsonValueKind.Object)
        {
            return ReadMessage.Broken("The body can not be read as a webhook: it is no JSON object.");
        }

        if (root.Text("version") is not Version)
        {
            return ReadMessage.Broken($"The webhook's version is '{ReportText.Quote(root.Member("version").RawText().Trim('"'))}'; this server reads version {Version}.");
        }

        if (root.Member("alerts") is not { ValueKind: JsonValueKind.Array } list)
        {
            return ReadMessage.Broken("The body can not be read as a webhook: alerts is no list.");
        }

        var truncated = Truncated(root);
        List<ReadReport> reports = [.. list.EnumerateArray().Select(alerts.Read)];

        // What was left out of a group of our own alerts is nobody's evidence, and a concern about it would be about ourselves.
        if (truncated != 0 && (reports.Count == 0 || !reports.TrueForAll(report => report is ReadReport.Own)))
        {
            var group = ReportText.Clean(root.Text("groupKey"), ReportText.LongestWord);
            reports.Add(new ReadReport.Unusable(
                UnmatchedKind.Truncated,
                null,
                group.Length == 0 ? null : group,
                $"Alertmanager left {(truncated is > 0 ? truncated : "an unknown number of")} alerts out of this group: it is partial evidence, and what it lacks proves nothing. Raise max_alerts of its webhook_config.",
                ""));
        }

        return new ReadMessage(reports, truncated ?? 0, null);
    }

    /// <summary>How many alerts were left out; null: some, and the number can't be read.</summary>
    private static int? Truncated(JsonElement root) => root.Member("truncatedAlerts") switch
    {
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => 0,
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt32(out var count) && count >= 0 => count,
        _ => null,
    };
}
