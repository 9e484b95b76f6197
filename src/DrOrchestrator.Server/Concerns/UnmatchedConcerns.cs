using DrOrchestrator.Server.Ingest.Unmatched;

namespace DrOrchestrator.Server.Concerns;

/// <summary>What was received and not used, for as long as it is news; read from where it is kept, so every server tells the same.</summary>
public sealed class UnmatchedConcerns(IUnmatchedReports reports, TimeProvider clock) : IConcernSource
{
    /// <summary>More than Alertmanager's usual <c>repeat_interval</c> of four hours, so that one that stands does not come and go.</summary>
    private static readonly TimeSpan IsNews = TimeSpan.FromHours(5);

    /// <summary>Told one by one, last seen first; that there are more is told too, and the listing has them.</summary>
    private const int Most = 200;

    private const string Command = "drctl alerts --unmatched";

    /// <summary>By name and sender, not by fingerprint: a thousand of one rule are one thing to correct. What came late asks for nothing.</summary>
    public async Task<IReadOnlyList<Concern>> Now(CancellationToken cancellationToken)
    {
        var sorts = await reports.Sorts(clock.GetUtcNow() - IsNews, Most + 1, cancellationToken);
        return [.. sorts.Take(Most).Select(Of), .. sorts.Count > Most ? [More] : Array.Empty<Concern>()];
    }

    private static Concern Of(UnmatchedSort sort) => sort.Truncated
        ? new Concern(
            ConcernKind.DrAlertUnmatched,
            [new("group", sort.Name), new("sender", sort.Sender)],
            $"{(sort.Name == UnmatchedSort.Unnamed ? "A group without a key" : $"The group {sort.Name}")} came incomplete from {sort.Sender}; what it did list was read. {sort.Reason}",
            "Raise max_alerts of that webhook_config, or group more finely; what was left out is to be seen in that Alertmanager alone.",
            Command,
            sort.FirstSeen)
        : new Concern(
            ConcernKind.DrAlertUnmatched,
            [new("unmatched", sort.Name), new("sender", sort.Sender)],
            $"{(sort.Name == UnmatchedSort.Unnamed ? "A report without a name" : $"The alert {sort.Name}")} came from {sort.Sender} and was not taken: {sort.Reason}",
            "Correct the alert's labels, the inventory or the runbook's triggers; what was sent is kept.",
            Command,
            sort.FirstSeen);

    private static Concern More { get; } = new(
        ConcernKind.DrAlertUnmatched,
        [new("unmatched", $"more than {Most} names")],
        $"Reports of more than {Most} names and senders were not taken; the {Most} last seen are told one by one.",
        "Correct what sends them; the listing has all that are kept.",
        Command,
        Since: null);
}
