using DrOrchestrator.Server.Api;

namespace DrOrchestrator.Server.Ingest.Unmatched;

/// <summary>A report that was received and not used, with how often it came.</summary>
public sealed record UnmatchedReport
{
    /// <summary>Of a part and of a reason; what is longer is cut.</summary>
    private const int LongestPart = 8 * 1024;

    /// <summary>Reports kept of one message, each by itself; the rest of it is kept as one.</summary>
    private const int MostOfOneMessage = 1000;

    /// <summary>The same for every repetition: its sender, what is the matter, and the report's own identity.</summary>
    public required string Id { get; init; }

    public required string Way { get; init; }

    public required string Sender { get; init; }

    public required UnmatchedKind Kind { get; init; }

    public string? Fingerprint { get; init; }

    public string? Name { get; init; }

    /// <summary>Why it was not used when it last came.</summary>
    public required string Reason { get; init; }

    /// <summary>The part of the message that it is about, as first received with that reason; empty: the whole message.</summary>
    public required string Part { get; init; }

    /// <summary>How often it was received.</summary>
    public required long Times { get; init; }

    public required DateTimeOffset FirstSeen { get; init; }

    public required DateTimeOffset LastSeen { get; init; }

    /// <summary>What of a message is kept: repetitions within it are one.</summary>
    public static IReadOnlyList<UnmatchedReport> Of(IncomingMessage message, IReadOnlyList<ReadReport.Unusable> reports, DateTimeOffset at)
    {
        var body = ReportText.Hash(message.Body.Span);
        UnmatchedReport Make(ReadReport.Unusable report, string id, long times) => new()
        {
            Id = id,
            Way = message.Way,
            Sender = message.By.Subject,
            Kind = report.Kind,
            Fingerprint = report.Fingerprint,
            Name = report.Name,
            Reason = ReportText.Clean(report.Reason, LongestPart),
            Part = ReportText.Clean(report.Part, LongestPart),
            Times = times,
            FirstSeen = at,
            LastSeen = at,
        };

        var distinct = reports
            .GroupBy(report => ReportText.Hash(message.Way, message.By.Subject, Words.Of(report.Kind), Identity(report, body)), StringComparer.Ordinal)
            .Select(group => Make(group.First(), group.Key, group.Count()))
            .OrderBy(report => report.Id, StringComparer.Ordinal).ToArray();
        if (distinct.Length <= MostOfOneMessage)
        {
            return distinct;
        }

        var rest = distinct.Skip(MostOfOneMessage).ToArray();
        var sum = new ReadReport.Unusable(
            UnmatchedKind.Unreadable, null, null, $"{rest.Length} more reports of one message could not be used. The first of them: {rest[0].Reason}", "");
        return [.. distinct.Take(MostOfOneMessage), Make(sum, ReportText.Hash(message.Way, message.By.Subject, "rest", body), 1)];
    }

    private static string Identity(ReadReport.Unusable report, string body) =>
        report.Fingerprint is { } fingerprint ? $"fingerprint {fingerprint}"
        : report.Kind is UnmatchedKind.TooLarge ? "body"
        : report.Kind is UnmatchedKind.Truncated ? $"group {report.Name}"
        : report.Part.Length > 0 ? $"part {report.Part}"
        : $"body {body}";
}
