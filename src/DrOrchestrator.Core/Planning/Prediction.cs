using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Planning;

/// <summary>What a set of moves should take, from configured memory and link bandwidth alone.</summary>
public static class Prediction
{
    /// <summary>
    /// List scheduling on <paramref name="parallel"/> lanes, each with an equal share of the link. Assumes
    /// that every page is sent once; a guest that dirties memory takes longer.
    /// </summary>
    public static TimeSpan? Makespan(IReadOnlyList<PlannedMove> moves, int parallel, IReadOnlyList<SiteLink> links)
    {
        var lanes = new double[Math.Max(1, Math.Min(parallel, moves.Count))];
        foreach (var move in moves)
        {
            if (LinkOf(move, links) is not { } link)
            {
                return null;
            }

            var lane = Array.IndexOf(lanes, lanes.Min());
            lanes[lane] += move.Memory.Value / (link.Bandwidth.BytesPerSecond / lanes.Length);
        }

        return TimeSpan.FromSeconds(lanes.Max());
    }

    /// <summary>All bytes over the whole link: no schedule that sends every byte once can be shorter.</summary>
    public static TimeSpan? LowerBound(IReadOnlyList<PlannedMove> moves, IReadOnlyList<SiteLink> links)
    {
        var perLink = new Dictionary<SiteLink, double>();
        foreach (var move in moves)
        {
            if (LinkOf(move, links) is not { } link)
            {
                return null;
            }

            perLink[link] = perLink.GetValueOrDefault(link) + (move.Memory.Value / link.Bandwidth.BytesPerSecond);
        }

        return TimeSpan.FromSeconds(perLink.Count == 0 ? 0 : perLink.Values.Max());
    }

    private static SiteLink? LinkOf(PlannedMove move, IReadOnlyList<SiteLink> links) =>
        links.FirstOrDefault(link => link.Joins(move.Source.Site, move.Destination.Site));
}
