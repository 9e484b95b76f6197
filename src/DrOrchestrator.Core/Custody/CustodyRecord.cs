using System.Collections.Immutable;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Custody;

/// <summary>A place where a copy of a VM might be running.</summary>
/// <param name="Host">The host.</param>
/// <param name="Generation">The custody generation at which it was added.</param>
/// <param name="FencedBy">Power-off evidence that holds for as long as the host stays off; null: not fenced.</param>
public sealed record Place(HostId Host, long Generation, FenceEvidence? FencedBy = null);

/// <summary>
/// Where a copy of one VM might be running: why a VM never runs twice. A place enters before any
/// call that could fill it and leaves by evidence alone. Starting is allowed where the set is empty
/// or holds the target alone; a live migration adds its one destination to a set of exactly the source.
/// </summary>
/// <param name="Places">Every place, fenced ones included.</param>
/// <param name="Generation">Counts every change of plan for this VM; orders carry it, and older ones do nothing.</param>
public sealed record CustodyRecord(ImmutableList<Place> Places, long Generation)
{
    public static CustodyRecord Empty { get; } = new([], 0);

    /// <summary>The places that count: those without standing fence evidence.</summary>
    public IEnumerable<HostId> MightRunAt => Places.Where(place => place.FencedBy is null).Select(place => place.Host);

    public bool Includes(HostId host) => Places.Any(place => place.Host == host);

    public CustodyRecord Add(HostId host) =>
        Includes(host)
            ? this with { Places = Places.ConvertAll(place => place.Host == host ? place with { Generation = Generation, FencedBy = null } : place) }
            : this with { Places = Places.Add(new Place(host, Generation)) };

    /// <summary>
    /// Takes a place out, or, for power-off evidence, marks it fenced for as long as the host stays off.
    /// </summary>
    public CustodyRecord Clear(FenceEvidence evidence) =>
        evidence is FenceEvidence.PowerOffVerified
            ? this with { Places = Places.ConvertAll(place => place.Host == evidence.Host ? place with { FencedBy = evidence } : place) }
            : this with { Places = Places.RemoveAll(place => place.Host == evidence.Host) };

    /// <summary>The host was seen up: power-off evidence for it is void.</summary>
    public CustodyRecord SeenUp(HostId host) =>
        this with { Places = Places.ConvertAll(place => place.Host == host ? place with { FencedBy = null } : place) };

    public CustodyRecord NextGeneration() => this with { Generation = Generation + 1 };

    /// <summary>Why this VM may not be started, promoted or resumed at the target; null: it may.</summary>
    public Refusal? WhyNotStartAt(HostId target)
    {
        var others = MightRunAt.Where(host => host != target).ToArray();
        return others.Length == 0
            ? null
            : new Refusal(
                $"A copy might be running at {string.Join(", ", others)}.",
                "Let its hypervisor confirm that it stopped.");
    }

    /// <summary>Why this VM may not be live-migrated; null: it may.</summary>
    public Refusal? WhyNotMigrate(HostId source, HostId destination)
    {
        if (source == destination)
        {
            return new Refusal($"Source and destination are both {source}.", "Name another destination.");
        }

        if (!MightRunAt.Contains(source))
        {
            return new Refusal(
                $"The record does not have this VM at {source} but at {(MightRunAt.Any() ? string.Join(", ", MightRunAt) : "no place")}.",
                "Plan again from what the hosts report now.");
        }

        var others = Places.Where(place => place.Host != source).Select(place => place.Host).ToArray();
        return others.Length == 0
            ? null
            : new Refusal(
                $"A copy might also be at {string.Join(", ", others)}.",
                $"It is cleared as soon as {string.Join(" and ", others)} answers that it has none.");
    }
}
