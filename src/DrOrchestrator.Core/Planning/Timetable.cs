using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning.Scheduling;
using DrOrchestrator.Core.Plans;

namespace DrOrchestrator.Core.Planning;

/// <summary>When one move is expected to be under way.</summary>
/// <param name="Begin">From the plan on: when it is let through.</param>
/// <param name="End">From the plan on: when its guest runs, verified, at the destination.</param>
/// <param name="Doubt">Why its transfer may not end by itself, and what can be done; null: no reason is known.</param>
public sealed record MoveForecast(TimeSpan Begin, TimeSpan End, string? Doubt = null);

/// <summary>What a list of moves is expected to take: a simulation of transfers that share links and interfaces fairly.</summary>
/// <param name="Forecasts">One for each move, in the same order.</param>
/// <param name="Makespan">From the plan on until the last has ended.</param>
/// <param name="HeldBackBy">The limit that longest kept the next move waiting, in words; null: nothing had to wait.</param>
public sealed record Timetable(IReadOnlyList<MoveForecast> Forecasts, TimeSpan Makespan, string? HeldBackBy)
{
    /// <summary>
    /// What a move is assumed to take besides its transfer (checks before it, the guest's proof of life after it): its slots
    /// are taken meanwhile, the link is not. Measured on the lab's small guests: 2 to 4 s.
    /// </summary>
    public static readonly TimeSpan PerMove = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Lets moves begin in the list's order as the limits allow, each that does not fit being passed over for the moment, which is
    /// what the admission of a run does. Every page is sent once, and again at the guest's dirty rate where that is known or the policy
    /// assumes one. Null: of some move nothing is known that its data goes over.
    /// </summary>
    /// <param name="moves">In the order in which they are to begin.</param>
    /// <param name="policy">The limits.</param>
    /// <param name="scope">Links, interfaces, limits of hosts and hypervisors, dirty rates.</param>
    /// <param name="atOnce">A tighter limit than the policy's, for all together; null: none.</param>
    public static Timetable? Of(IReadOnlyList<PlannedMove> moves, PlanPolicy policy, ScopeObservation scope, int? atOnce = null)
    {
        var network = new Network(policy, scope);
        var routes = moves.Select(network.RouteOf).ToArray();
        return Array.TrueForAll(routes, route => route.IsKnown)
            ? new TransferSimulation(network, [.. moves.Select(move => (double)move.Memory.Value)], routes, new MoveSlots(network, policy, atOnce)).Run(policy)
            : null;
    }

    /// <summary>A span that no configured rate can drive out of its type: a century at most.</summary>
    internal static TimeSpan Span(double seconds) => TimeSpan.FromSeconds(Math.Min(seconds, 100d * 365 * 24 * 3600));
}
