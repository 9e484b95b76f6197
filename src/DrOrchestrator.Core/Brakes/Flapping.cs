using System.Collections.Immutable;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Brakes;

/// <summary>When an episode of a host was first heard of.</summary>
public readonly record struct EpisodeHeard(int Episode, DateTimeOffset At);

/// <summary>
/// A host that sickens and mends again and again: each time a recovery might begin, and end before it did anything, or move its VMs to and fro. It is
/// left alone until its condition stood still for a while, open or not.
/// </summary>
internal static class Flapping
{
    /// <summary>Episodes remembered of one host: as many as a rule may ask for.</summary>
    private const int Most = 1000;

    /// <summary>The episodes with one more, unless it is known; without those that no rule looks back on any more.</summary>
    public static ImmutableList<EpisodeHeard> With(ImmutableList<EpisodeHeard> known, int episode, DateTimeOffset at, BrakeRules rules) =>
        known.Exists(one => one.Episode == episode)
            ? known
            : [.. known.Where(one => one.At + rules.FlappingWindow > at).TakeLast(Most - 1), new EpisodeHeard(episode, at)];

    /// <summary>Until when a host is left alone, as far as is known; null: it does not flap.</summary>
    public static DateTimeOffset? Until(ImmutableList<EpisodeHeard> known, DateTimeOffset now, BrakeRules rules)
    {
        var lately = known.Where(one => one.At + rules.FlappingWindow > now).ToArray();
        return lately.Length >= rules.FlappingEpisodes && lately[^1].At + rules.FlappingQuiet is var until && until > now ? until : null;
    }

    public static Refusal Why(HostId host, int episodes, DateTimeOffset until, BrakeRules rules) => new(
        $"{host} flaps: what stands against it began {episodes} times within {rules.FlappingWindow.TotalMinutes:0.#} minutes.",
        $"It is looked at again at {until:u}, when it has stood for {rules.FlappingQuiet.TotalMinutes:0.#} minutes without a change; or start the plan by hand (drctl run start PLAN --host {host} --reason WHY).");
}
