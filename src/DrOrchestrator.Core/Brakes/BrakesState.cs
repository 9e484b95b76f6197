using System.Collections.Immutable;
using DrOrchestrator.Core.Kernel;
using static DrOrchestrator.Core.Brakes.BrakesEvent;

namespace DrOrchestrator.Core.Brakes;

/// <summary>The fold of the brakes' stream.</summary>
public sealed record BrakesState
{
    /// <summary>
    /// What an earlier episode came to is remembered at least this long, and as long as any rule looks back: a message of that episode that is
    /// still on its way arrives before.
    /// </summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromDays(1);

    public static BrakesState Initial { get; } = new();

    public BrakeRules Rules { get; init; } = BrakeRules.Default;

    /// <summary>The episode of every sick host, by name.</summary>
    public ImmutableSortedDictionary<string, int> Sick { get; init; } = Names<int>();

    /// <summary>The last episode of hosts that are well again, for as long as it is remembered. Bounded by time: a fleet of any size is.</summary>
    public ImmutableSortedDictionary<string, HostMended> Mended { get; init; } = Names<HostMended>();

    /// <summary>The ends of episodes in the order in which they were heard, so that the oldest are let go without a look at all; some are of the past.</summary>
    private ImmutableQueue<HostMended> ByAge { get; init; } = [];

    /// <summary>What became of the last recovery of each host.</summary>
    public ImmutableSortedDictionary<string, RecoveryConcluded> Concluded { get; init; } = Names<RecoveryConcluded>();

    /// <summary>The last decision for each host.</summary>
    public ImmutableSortedDictionary<string, BrakesEvent> Decided { get; init; } = Names<BrakesEvent>();

    /// <summary>The late episodes of each host, oldest first.</summary>
    public ImmutableSortedDictionary<string, ImmutableList<EpisodeHeard>> Episodes { get; init; } = Names<ImmutableList<EpisodeHeard>>();

    /// <summary>What began lately, oldest first.</summary>
    public ImmutableList<RecoveryCleared> Recoveries { get; init; } = [];

    /// <summary>Those of them of which no move was tried.</summary>
    public ImmutableHashSet<RunId> NeverRan { get; init; } = [];

    public ImmutableList<MaintenanceStarted> Maintenance { get; init; } = [];

    /// <summary>The site of each host of the inventory, by name.</summary>
    public ImmutableSortedDictionary<string, SiteId> Sites { get; init; } = Names<SiteId>();

    /// <summary>
    /// The sick hosts that count, by name: hosts of the inventory (all, while it has told of none) that nobody works on and that no run has
    /// emptied in this episode.
    /// </summary>
    public IReadOnlyList<string> Counting(DateTimeOffset at) => [.. Sick.Where(entry =>
        (Sites.IsEmpty || Sites.ContainsKey(entry.Key))
        && !(Concluded.TryGetValue(entry.Key, out var over) && over.Helped && over.Episode == entry.Value)
        && MaintenanceOf(new HostId(entry.Key), null, at) is null).Select(entry => entry.Key)];

    /// <summary>Where a host stands; null: not known.</summary>
    /// <param name="host">Which.</param>
    /// <param name="said">What was said of it where it was looked at, for a host of which the inventory says nothing here yet.</param>
    public SiteId? SiteOf(HostId host, SiteId? said) => Sites.TryGetValue(host.Value, out var site) ? site : said;

    /// <summary>What is worked on at the host or at its site; null: nothing.</summary>
    public MaintenanceStarted? MaintenanceOf(HostId host, SiteId? site, DateTimeOffset at) => Maintenance.Find(work => work.Until > at
        && (work.Target == new MaintenanceTarget(MaintenanceKind.Host, host.Value)
            || (SiteOf(host, site) is { } stands && work.Target == new MaintenanceTarget(MaintenanceKind.Site, stands.Value))));

    /// <summary>What was held back by a maintenance that ended before its time, by host: each is to be looked at again now.</summary>
    public ImmutableSortedDictionary<string, RecoveryHeldBack> Released { get; init; } = Names<RecoveryHeldBack>();

    internal BrakesState With(BrakesEvent @event) => (@event switch
    {
        HostSickened e => this with { Sick = Sick.SetItem(e.Host.Value, e.Episode), Mended = Mended.Remove(e.Host.Value) },
        HostMended e => this with { Sick = Sick.Remove(e.Host.Value), Mended = Mended.SetItem(e.Host.Value, e), ByAge = ByAge.Enqueue(e), Decided = Decided.Remove(e.Host.Value), Released = Released.Remove(e.Host.Value) },
        RecoveryCleared e => this with
        {
            Decided = Decided.SetItem(e.Host.Value, e),
            Released = Released.Remove(e.Host.Value),
            Recoveries = Recoveries.RemoveAll(earlier => earlier.At + Longest(Rules) < e.At).Add(e),
            NeverRan = NeverRan.IsEmpty ? NeverRan : NeverRan.Intersect(Recoveries.Where(earlier => earlier.At + Longest(Rules) >= e.At).Select(earlier => earlier.Run)),
        },
        RecoveryConcluded e => this with
        {
            Concluded = Concluded.SetItem(e.Host.Value, e),
            Decided = Decided.GetValueOrDefault(e.Host.Value) is RecoveryHeldBack held && held.Episode <= e.Episode ? Decided.Remove(e.Host.Value) : Decided,
            Released = Released.TryGetValue(e.Host.Value, out var released) && released.Episode <= e.Episode ? Released.Remove(e.Host.Value) : Released,
            NeverRan = !e.Ran && Recoveries.Exists(earlier => earlier.Run == e.Run) ? NeverRan.Add(e.Run) : NeverRan,
        },
        RecoveryHeldBack e => this with { Decided = Decided.SetItem(e.Host.Value, e), Released = Released.Remove(e.Host.Value) },
        HostLookedAgain e => this with { Released = Released.Remove(e.Host.Value) },
        RulesSet e => this with { Rules = e.Rules },
        SitesSet e => this with { Sites = Names<SiteId>().SetItems(e.Sites.Select(one => KeyValuePair.Create(one.Host.Value, one.Site))) },
        MaintenanceStarted e => this with { Maintenance = Maintenance.RemoveAll(one => one.Target == e.Target || one.Until <= e.At).Add(e), Released = ReleasedBy(e.Target, e.Until) },
        MaintenanceEnded e => this with { Maintenance = Maintenance.RemoveAll(one => one.Target == e.Target), Released = ReleasedBy(e.Target, e.At) },
        _ => throw new InvalidOperationException($"The brakes' stream has no {@event.GetType().Name}."),
    }).Hearing(@event).Forgetting(@event.At);

    /// <summary>An end may overtake its beginning, which then never comes: either tells of the episode.</summary>
    private BrakesState Hearing(BrakesEvent @event) => @event switch
    {
        HostSickened e => Hearing(e.Host, e.Episode, e.At),
        HostMended e => Hearing(e.Host, e.Episode, e.At),
        _ => this,
    };

    /// <summary>With all that wait for the end of this maintenance longer than until then.</summary>
    private ImmutableSortedDictionary<string, RecoveryHeldBack> ReleasedBy(MaintenanceTarget target, DateTimeOffset end) => Released.SetItems(
        Decided.Where(entry => entry.Value is RecoveryHeldBack held && held.Maintenance == target && held.Until > end)
            .Select(entry => KeyValuePair.Create(entry.Key, (RecoveryHeldBack)entry.Value)));

    private BrakesState Hearing(HostId host, int episode, DateTimeOffset at) =>
        this with { Episodes = Episodes.SetItem(host.Value, Flapping.With(Episodes.GetValueOrDefault(host.Value) ?? [], episode, at, Rules)) };

    private static TimeSpan Longest(BrakeRules rules) => rules.Window > rules.BlockAfterRecovery ? rules.Window : rules.BlockAfterRecovery;

    /// <summary>Without hosts whose last episode ended so long ago that no rule looks at it and no message of it is on its way any more.</summary>
    private BrakesState Forgetting(DateTimeOffset now)
    {
        var kept = new[] { Remembered, Longest(Rules), Rules.FlappingWindow }.Max();
        var state = this;
        while (!state.ByAge.IsEmpty && state.ByAge.Peek() is var oldest && oldest.At + kept < now)
        {
            state = state with { ByAge = state.ByAge.Dequeue() };
            var host = oldest.Host.Value;
            if (ReferenceEquals(state.Mended.GetValueOrDefault(host), oldest))
            {
                state = state with { Mended = state.Mended.Remove(host), Concluded = state.Concluded.Remove(host), Episodes = state.Episodes.Remove(host) };
            }
        }

        return state;
    }

    private static ImmutableSortedDictionary<string, T> Names<T>() => ImmutableSortedDictionary<string, T>.Empty.WithComparers(StringComparer.Ordinal);
}
