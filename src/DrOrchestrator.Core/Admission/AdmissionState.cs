using System.Collections.Immutable;
using DrOrchestrator.Core.Kernel;
using static DrOrchestrator.Core.Admission.AdmissionEvent;

namespace DrOrchestrator.Core.Admission;

/// <summary>What one run holds and wants.</summary>
/// <param name="Number">Its last statement.</param>
public sealed record RunSlots(long Number)
{
    /// <summary>When it was stated.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Moves let through and not given back.</summary>
    public ImmutableSortedDictionary<string, WantedSlot> Held { get; init; } = ImmutableSortedDictionary<string, WantedSlot>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>Moves that wait, in the run's order.</summary>
    public ImmutableList<WantedSlot> Wanted { get; init; } = [];

    /// <summary>Moves whose room went to others, and which the run has not taken back yet.</summary>
    public ImmutableList<MoveId> Crowded { get; init; } = [];

    /// <summary>Grants that the run has not said it heard of.</summary>
    public ImmutableList<Grant> Unheard { get; init; } = [];

    /// <summary>The number of the last grant.</summary>
    public long Grants { get; init; }

    public long? Stop { get; init; }

    public IReadOnlyList<MoveId> UnderWay { get; init; } = [];

    public int Unresolved { get; init; }

    /// <summary>The host whose VMs the run takes away; null: it has ended, or did not say.</summary>
    public HostId? Emptying { get; init; }

    public bool IsIdle => Held.IsEmpty && Wanted.IsEmpty;

    /// <summary>Whether the run obeys this stop, and every move that it holds is known to be under way.</summary>
    public bool Obeys(long stop) => Held.IsEmpty || (Stop == stop && Unresolved == 0);
}

/// <summary>A grant by its number within the run.</summary>
public sealed record Grant(long Number, MoveId Move);

/// <summary>The slot of a move that ended unknown, kept until it is known what became of it.</summary>
/// <param name="Run">Whose move it was; the run may have ended.</param>
/// <param name="Slot">What it takes.</param>
/// <param name="Vm">The VM whose record clears the doubt.</param>
/// <param name="Reason">What is not known, a sentence.</param>
/// <param name="At">Since when.</param>
public sealed record DoubtfulSlot(RunId Run, WantedSlot Slot, VmId Vm, string Reason, DateTimeOffset At);

/// <summary>A VM that came to a host after somebody had looked at it.</summary>
/// <param name="Host">Where.</param>
/// <param name="Memory">What it takes there.</param>
/// <param name="At">When its move was given back.</param>
/// <param name="Slot">Its move.</param>
public sealed record Landing(HostId Host, Bytes Memory, DateTimeOffset At, WantedSlot Slot);

/// <summary>The fold of the admission stream.</summary>
public sealed record AdmissionState(AdmissionPhase Phase)
{
    public static AdmissionState Initial { get; } = new(AdmissionPhase.Open);

    public FleetLimits Limits { get; init; } = FleetLimits.Default;

    /// <summary>Hosts with a limit of their own or of their hypervisor, by name.</summary>
    public ImmutableSortedDictionary<string, HostOwnLimit> Hosts { get; init; } = ImmutableSortedDictionary<string, HostOwnLimit>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>How many at once over all hosts of a driver, by driver; others have no limit.</summary>
    public ImmutableSortedDictionary<string, int> Hypervisors { get; init; } = ImmutableSortedDictionary<string, int>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>Runs by id; those that hold and want nothing are kept for their numbers.</summary>
    public ImmutableSortedDictionary<string, RunSlots> Runs { get; init; } = ImmutableSortedDictionary<string, RunSlots>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>When a run last stated something.</summary>
    public DateTimeOffset StatedAt { get; init; }

    /// <summary>Slots of moves that ended unknown, by move: they count until the doubt is cleared or a person gives them back.</summary>
    public ImmutableSortedDictionary<string, DoubtfulSlot> Doubtful { get; init; } = ImmutableSortedDictionary<string, DoubtfulSlot>.Empty.WithComparers(StringComparer.Ordinal);

    public ImmutableList<Landing> Landings { get; init; } = [];

    /// <summary>How many stops there were.</summary>
    public long Stops { get; init; }

    /// <summary>Repetitions of a stop remembered; the record has all.</summary>
    public const int MostRepeated = 20;

    /// <summary>The stop that stands; null: none.</summary>
    public StopRequested? Stop { get; init; }

    /// <summary>Who asked for it again while it stood, the last of them, oldest first.</summary>
    public ImmutableList<StopRepeated> Repeated { get; init; } = [];

    public StopInForce? InForce { get; init; }

    /// <summary>The run that takes the host's VMs away; null: none does, as far as runs have said.</summary>
    public RunId? WhoEmpties(HostId host) => Runs.Where(run => run.Value.Emptying == host).Select(run => (RunId?)new RunId(run.Key)).FirstOrDefault();

    /// <summary>Everything that counts against the limits.</summary>
    public IEnumerable<WantedSlot> Held => Runs.Values.SelectMany(run => run.Held.Values).Concat(Doubtful.Values.Select(doubtful => doubtful.Slot));

    /// <summary>The drivers of both ends, once each, as far as they are known.</summary>
    public IEnumerable<string> DriversOf(WantedSlot slot) => new[]
    {
        slot.FromDriver ?? Hosts.GetValueOrDefault(slot.Source.Value)?.Driver,
        slot.ToDriver ?? Hosts.GetValueOrDefault(slot.Destination.Value)?.Driver,
    }.OfType<string>().Distinct(StringComparer.Ordinal);

    internal AdmissionState WithOwn(OwnLimits own) => this with
    {
        Hosts = Hosts.Clear().SetItems(own.Hosts.Select(host => KeyValuePair.Create(host.Host.Value, host))),
        Hypervisors = Hypervisors.Clear().SetItems(own.Hypervisors.Select(limit => KeyValuePair.Create(limit.Driver, limit.MigrationsAtOnce))),
    };

    internal bool HasOwn(OwnLimits own) =>
        own.Hosts.Count == Hosts.Count && own.Hosts.All(host => Hosts.GetValueOrDefault(host.Host.Value) == host)
        && own.Hypervisors.Count == Hypervisors.Count
        && own.Hypervisors.All(limit => Hypervisors.TryGetValue(limit.Driver, out var most) && most == limit.MigrationsAtOnce);
}
