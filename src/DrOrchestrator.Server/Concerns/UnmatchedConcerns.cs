using DrOrchestrator.Server.Ingest;
using DrOrchestrator.Server.Ingest.Unmatched;

namespace DrOrchestrator.Server.Concerns;

/// <summary>What was received and not used, for as long as it is news; read from where it is kept, so every server tells the same.</summary>
public sealed class UnmatchedConcerns(IUnmatchedReports reports, TimeProvider clock) : IConcernSource
{
    /// <summary>More than Alertmanager's usual <c>repeat_interval</c> of four hours, so that one that stands does not come and go.</summary>
    private static readonly TimeSpan IsNews = TimeSpan.FromHours(5);

    /// <summary>Reports looked at, last seen first: the listing has all of them.</summary>
    private const int Capacity = 200;

    /// <summary>By name, not by fingerprint: a thousand of one rule are one thing to correct. What came late says nothing of now, and asks for nothing.</summary>
    public async Task<IReadOnlyList<Concern>> Now(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return
        [
            .. (await reports.List(null, Capacity, cancellationToken))
                .Where(report => report.Kind is not UnmatchedKind.Late && now - report.LastSeen <= IsNews)
                .GroupBy(report => report.Name ?? "unnamed", StringComparer.Ordinal)
                .Select(named => new Concern(
                    ConcernKind.DrAlertUnmatched,
                    [new("unmatched", named.Key)],
                    $"{(named.First().Name is { } name ? $"The alert {name}" : "A report without a name")} came from {named.First().Sender} and was not taken: {named.First().Reason}",
                    "Correct the alert's labels, the inventory or the runbook's triggers; what was sent is kept.",
                    "drctl alerts --unmatched",
                    named.Min(report => report.FirstSeen))),
        ];
    }
}
