using DrOrchestrator.Core.Inventory.Drift;
using DrOrchestrator.Server.Api.Fleet;

namespace DrOrchestrator.Server.Concerns;

/// <summary>One concern for each kind of difference that no run of ours brought about, while it stands.</summary>
public sealed class DriftConcerns(DriftViews drift) : IConcernSource
{
    /// <summary>Differences told in a summary; the rest is counted.</summary>
    private const int Told = 3;

    public async Task<IReadOnlyList<Concern>> Now(CancellationToken cancellationToken) => Of(await drift.Find(cancellationToken));

    public static IReadOnlyList<Concern> Of(IReadOnlyList<DriftFinding> findings) =>
    [
        .. findings.Where(found => !found.OfOurOwn).GroupBy(found => found.Kind).Select(kind => new Concern(
            ConcernKind.DrInventoryDrift,
            [new("drift", Api.Words.Of(kind.Key))],
            string.Join(' ', kind.Take(Told).Select(found => found.Fact)) + (kind.Count() > Told ? $" And {kind.Count() - Told} more." : ""),
            "Correct the inventory, or what differs from it; nothing is repaired by itself.",
            "drctl drift",
            Since: null)),
    ];
}
