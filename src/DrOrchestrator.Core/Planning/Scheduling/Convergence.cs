namespace DrOrchestrator.Core.Planning.Scheduling;

/// <summary>
/// Pre-copy ends only where memory is sent faster than the guest dirties it. Every page that is dirtied is sent again, so
/// that of a rate only what exceeds the dirty rate brings the end nearer.
/// </summary>
internal static class Convergence
{
    /// <summary>A transfer is to have so many times its guest's dirty rate: at just that rate it would never end.</summary>
    public const double Margin = 1.25;

    /// <summary>The rate that a transfer must keep when others join; for one that can not converge even alone, all that it could have.</summary>
    public static double Wanted(Route route) => Math.Min(route.Alone, Margin * route.Dirty);

    /// <summary>
    /// The rate at which the end comes nearer. A guest that dirties more is predicted as if it were slowed down until
    /// <see cref="Margin"/> holds, which is what auto-converge does.
    /// </summary>
    public static double Progress(double rate, double dirty) => Math.Max(rate - dirty, rate * (1 - (1 / Margin)));

    /// <summary>Whether it has no share to give away: even alone it has less than it should.</summary>
    public static bool IsInDoubt(Route route) => route.Alone < Margin * route.Dirty;
}
