using System.Text.Json;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Server.Concerns;
using DrOrchestrator.Server.Ingest.Unmatched;

namespace DrOrchestrator.Server.Ingest.Alertmanager;

/// <summary>Reads alerts one by one: one that can't be read takes no other with it.</summary>
public sealed class AlertReading(HostMatching hosts)
{
    private const int LongestSummary = 500;

    public ReadReport Read(JsonElement raw)
    {
        var part = raw.RawText();
        var named = raw.Text("fingerprint");
        ReadReport.Unusable Unusable(UnmatchedKind kind, string? fingerprint, string? alertname, string reason) => new(
            kind, fingerprint is null ? null : ReportText.Clean(fingerprint, ReportText.LongestWord), alertname is null ? null : ReportText.Clean(alertname, ReportText.LongestWord), reason, part);
        if (raw.ValueKind is not JsonValueKind.Object)
        {
            return Unusable(UnmatchedKind.Unreadable, null, null, "It can not be read: an alert is an object.");
        }

        var (labels, whyNot) = raw.Labels("labels");
        if (labels is null)
        {
            return Unusable(UnmatchedKind.Unreadable, named, null, $"It can not be read: {whyNot}");
        }

        if (labels.Count == 0)
        {
            return Unusable(UnmatchedKind.Unreadable, named, null, "It has no labels.");
        }

        if (OwnAlerts.Sent(labels))
        {
            return new ReadReport.Own();
        }

        var name = ReportText.Clean(labels.GetValueOrDefault("alertname", UnmatchedSort.Unnamed), ReportText.LongestWord);

        // For senders that are not Alertmanager: the same labels are the same alert.
        var fingerprint = string.IsNullOrEmpty(named)
            ? ReportText.Hash(labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}\u0002{label.Value}"))
            : ReportText.Clean(named, ReportText.LongestWord);
        if (raw.Text("status") is not ("firing" or "resolved") || raw.Text("status") is not { } status)
        {
            return Unusable(UnmatchedKind.Unreadable, fingerprint, name, $"Its status is '{ReportText.Quote(raw.Text("status"))}', neither firing nor resolved.");
        }

        var match = hosts.ByLabels(labels);
        if (match.Host is not { } host)
        {
            return Unusable(UnmatchedKind.Unmatched, fingerprint, name, match.WhyNot!);
        }

        var condition = new HostCondition(fingerprint, name, SummaryOf(raw, name), labels, raw.Moment("startsAt") ?? default);
        var firing = status == "firing";
        return new ReadReport.Usable(host, condition, firing, firing ? null : raw.Moment("endsAt"), SaidOnce: false, match.Match);
    }

    private static string SummaryOf(JsonElement raw, string name)
    {
        var annotations = raw.Member("annotations");
        return ReportText.Clean(annotations.Text("summary") ?? annotations.Text("description") ?? name, LongestSummary);
    }
}
