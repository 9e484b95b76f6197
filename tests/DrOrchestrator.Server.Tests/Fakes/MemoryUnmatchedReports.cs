using DrOrchestrator.Server.Ingest;
using DrOrchestrator.Server.Ingest.Unmatched;

namespace DrOrchestrator.Server.Tests.Fakes;

/// <summary>Reports that were not used, in memory; fails on demand.</summary>
internal sealed class MemoryUnmatchedReports : IUnmatchedReports
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, (UnmatchedReport Report, KeptBody Body)> kept = new(StringComparer.Ordinal);

    /// <summary>While set, keeping fails as a database that is away does.</summary>
    public bool IsAway { get; set; }

    /// <summary>How often something was written.</summary>
    public int Writes { get; private set; }

    public IReadOnlyList<UnmatchedReport> All
    {
        get
        {
            lock (gate)
            {
                return [.. kept.Values.Select(entry => entry.Report)];
            }
        }
    }

    public Task Keep(IReadOnlyList<UnmatchedReport> reports, ReadOnlyMemory<byte> body, long length, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (IsAway)
            {
                throw new IOException("The database is away.");
            }

            Writes++;
            foreach (var report in reports)
            {
                PostgresRules.Check(report.Reason, report.Part, report.Name, report.Fingerprint);
                var isKnown = kept.TryGetValue(report.Id, out var known);
                kept[report.Id] = isKnown && known.Report.Reason == report.Reason
                    ? (known.Report with { Times = known.Report.Times + report.Times, LastSeen = report.LastSeen }, known.Body)
                    : (isKnown ? report with { Times = known.Report.Times + report.Times, FirstSeen = known.Report.FirstSeen } : report, new KeptBody(body[..Math.Min(body.Length, IUnmatchedReports.LongestBody)].ToArray(), length));
            }
        }

        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<UnmatchedReport>> List(UnmatchedPlace? before, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<UnmatchedReport>>(
        [
            .. All.OrderByDescending(report => report.LastSeen).ThenByDescending(report => report.Id, StringComparer.Ordinal)
                .Where(report => before is null || report.LastSeen < before.LastSeen || (report.LastSeen == before.LastSeen && string.CompareOrdinal(report.Id, before.Id) < 0))
                .Take(limit),
        ]);

    public Task<IReadOnlyList<UnmatchedSort>> Sorts(DateTimeOffset since, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<UnmatchedSort>>(
        [
            .. All.Where(report => report.Kind is not UnmatchedKind.Late && report.LastSeen >= since)
                .GroupBy(report => (Name: report.Name ?? UnmatchedSort.Unnamed, report.Sender, Truncated: report.Kind is UnmatchedKind.Truncated))
                .Select(sort => (sort.Key, Last: sort.OrderBy(report => report.LastSeen).ThenBy(report => report.Id, StringComparer.Ordinal).Last(), First: sort.Min(report => report.FirstSeen)))
                .OrderByDescending(sort => sort.Last.LastSeen).ThenByDescending(sort => sort.Last.Id, StringComparer.Ordinal)
                .Select(sort => new UnmatchedSort(sort.Key.Name, sort.Key.Sender, sort.Key.Truncated, sort.Last.Reason, sort.First, sort.Last.LastSeen))
                .Take(limit),
        ]);

    public Task<(UnmatchedReport Report, KeptBody? Body)?> Find(string id, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult(kept.TryGetValue(id, out var found) ? ((UnmatchedReport, KeptBody?)?)(found.Report, found.Body) : null);
        }
    }

    public Task Trim(CancellationToken cancellationToken) => Task.CompletedTask;
}
