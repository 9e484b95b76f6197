using System.Collections.Immutable;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Plans;
using static DrOrchestrator.Core.Health.HostEvent;

namespace DrOrchestrator.Core.Health;

public enum HostPhase
{
    /// <summary>No condition that policy acts on.</summary>
    Healthy,

    /// <summary>A condition stands; nothing is done yet.</summary>
    HoldingDown,

    /// <summary>The host is being asked.</summary>
    Diagnosing,

    /// <summary>A recovery would help; the brakes are asked.</summary>
    Proposed,

    /// <summary>The brakes held it back for a while, or what was seen may be over soon: it is looked at again.</summary>
    Postponed,

    /// <summary>A run moves its VMs away.</summary>
    Recovering,

    /// <summary>Automation stopped; a person decides.</summary>
    Withheld,

    /// <summary>A run ended, by whomever it was started; the condition still stands. It starts no second one.</summary>
    Handled,
}

/// <summary>When a condition began.</summary>
/// <param name="StartsAt">By the sender's clock; the year 1 where it did not say.</param>
/// <param name="At">When we heard of it.</param>
public readonly record struct Beginning(DateTimeOffset StartsAt, DateTimeOffset At)
{
    /// <summary>A beginning in our future is a wrong clock or a wrong message; it counts as when we heard of it.</summary>
    public DateTimeOffset Counts => StartsAt < At ? StartsAt : At;
}

/// <summary>What became of a recovery.</summary>
/// <param name="Episode">Of which episode.</param>
/// <param name="Run">Its run.</param>
/// <param name="Ran">Whether any move was tried. False: the run was refused, or stopped before, or never asked for.</param>
/// <param name="Helped">Whether every VM was moved off the host.</param>
public sealed record RecoveryConclusion(int Episode, RunId Run, bool Ran, bool Helped);

/// <summary>The fold of a host's health.</summary>
public sealed record HostState(HostPhase Phase)
{
    /// <summary>Resolutions remembered; beyond it the oldest is forgotten, and what is older than it could open its condition again.</summary>
    private const int MostResolved = 200;

    public static HostState Initial { get; } = new(HostPhase.Healthy);

    public HostId? Host { get; init; }

    public ImmutableSortedDictionary<string, HostCondition> Conditions { get; init; } =
        ImmutableSortedDictionary<string, HostCondition>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>The fingerprints of those conditions that policy acts on; the others are only watched.</summary>
    public ImmutableSortedSet<string> Acting { get; init; } = ImmutableSortedSet<string>.Empty.WithComparer(StringComparer.Ordinal);

    /// <summary>For each condition that stands, the latest beginning that was reported of it.</summary>
    public ImmutableSortedDictionary<string, Beginning> Begun { get; init; } =
        ImmutableSortedDictionary<string, Beginning>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>The last resolutions that named their time, by fingerprint: what is older than they are opens nothing again.</summary>
    public ImmutableSortedDictionary<string, ConditionResolved> Resolved { get; init; } =
        ImmutableSortedDictionary<string, ConditionResolved>.Empty.WithComparers(StringComparer.Ordinal);

    public HoldDownStarted? HoldDown { get; init; }

    public HostDiagnosed? Diagnosed { get; init; }

    public RecoveryRequested? Recovery { get; init; }

    /// <summary>The recovery that the brakes were asked for.</summary>
    public RecoveryProposed? Proposal { get; init; }

    /// <summary>Why and until when it waits.</summary>
    public RecoveryPostponed? Postponed { get; init; }

    /// <summary>How often the recovery of this episode was postponed.</summary>
    public int Attempt { get; init; }

    /// <summary>How often in this episode it was put off to a further look by what the looks themselves found.</summary>
    public int FurtherLooks { get; init; }

    /// <summary>The last episode that the brakes know to have begun.</summary>
    public int NotedSick { get; init; }

    /// <summary>The last episode that the brakes know to be over.</summary>
    public int NotedWell { get; init; }

    /// <summary>The last episode of which the brakes know what became of its recovery.</summary>
    public int NotedRecovery { get; init; }

    /// <summary>Whether they know that the recovery of that episode moved every VM off the host.</summary>
    public bool NotedHelped { get; init; }

    /// <summary>What became of the last recovery that was proposed, or that a person made, and is over; null: none is.</summary>
    public RecoveryConclusion? Concluded { get; init; }

    public RecoveryEnded? LastRecovery { get; init; }

    public RecoveryWithheld? Withheld { get; init; }

    /// <summary>How often it was diagnosed: numbers the runs.</summary>
    public int Episode { get; init; }

    /// <summary>The episode that stands; null: the host is well.</summary>
    public int? Standing => Phase is HostPhase.Healthy ? null : Episode;

    public RecoveryPlan? Plan => HoldDown?.Plan;

    /// <summary>The names of the conditions that stand; null: none does.</summary>
    public string? Doubt => Conditions.Count == 0 ? null : string.Join(", ", Conditions.Values.Select(condition => condition.Name).Distinct());

    /// <summary>The names of those that stand and that policy acts on; null: none does.</summary>
    public string? Suffers => Acting.Count == 0 ? null : string.Join(", ", Acting.Select(fingerprint => Conditions[fingerprint].Name).Distinct());

    /// <summary>Whether every VM was moved off the host in the episode that stands.</summary>
    internal bool IsEmptied => Concluded is { Helped: true } over && over.Episode == Standing;

    internal HostState WithRaised(ConditionRaised raised) => this with
    {
        Host = raised.Host,
        Conditions = Conditions.SetItem(raised.Condition.Fingerprint, raised.Condition),
        Acting = raised.Acts ? Acting.Add(raised.Condition.Fingerprint) : Acting,
        Begun = Begun.SetItem(raised.Condition.Fingerprint, new Beginning(raised.Condition.StartsAt, raised.At)),
        Resolved = Resolved.Remove(raised.Condition.Fingerprint),
    };

    internal HostState WithResolved(ConditionResolved resolved)
    {
        var remembered = resolved.EndsAt is null ? Resolved : Resolved.SetItem(resolved.Fingerprint, resolved);
        return this with
        {
            Conditions = Conditions.Remove(resolved.Fingerprint),
            Acting = Acting.Remove(resolved.Fingerprint),
            Begun = Begun.Remove(resolved.Fingerprint),
            Resolved = remembered.Count > MostResolved ? remembered.Remove(remembered.Values.MinBy(entry => entry.At)!.Fingerprint) : remembered,
        };
    }
}
