using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Drivers.Simulated;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Serialization;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Testing.Fakes;

namespace DrOrchestrator.Simulation;

/// <summary>
/// What must never be. Judged from the hypervisors themselves: our record is what is being judged.
/// </summary>
public sealed class Checks
{
    private readonly FakeDatabase database;
    private readonly SimulatedFleet fleet;
    private readonly HostId[] hosts;
    private readonly VmRef[] vms;
    private readonly FleetLimits limits;
    private readonly OwnLimits own;
    private readonly Transcript transcript;
    private bool? limited;
    private readonly Dictionary<StreamId, object> states = [];
    private readonly Dictionary<MoveId, MoveEvent.MoveStarted> moves = [];
    private readonly HashSet<RunId> cleared = [];
    private readonly Dictionary<MoveId, int> claims = [];
    private readonly Dictionary<MoveId, int> starts = [];
    private readonly HashSet<(MoveId, long)> claimedWhileStopped = [];
    private readonly HashSet<(MoveId, HostId)> resumed = [];
    private readonly Dictionary<string, string> workers = new(StringComparer.Ordinal);
    private readonly Dictionary<MoveId, DateTimeOffset> againstTheRecord = [];
    private readonly HashSet<string> said = new(StringComparer.Ordinal);

    public Checks(FakeDatabase database, SimulatedFleet fleet, HostId[] hosts, VmRef[] vms, FleetLimits limits, OwnLimits own, Transcript transcript)
    {
        this.own = own;
        this.limits = limits;
        this.database = database;
        this.fleet = fleet;
        this.hosts = hosts;
        this.vms = vms;
        this.transcript = transcript;
        database.OnCommit += Committed;
        fleet.OnEffect += Happened;
    }

    public List<string> Violations { get; } = [];

    /// <summary>How often each kind of event was recorded: whether the trouble reached what it was meant to reach.</summary>
    public SortedDictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);

    public object? StateOf(StreamId stream) => states.GetValueOrDefault(stream);

    /// <summary>Who claimed a transfer of this VM last.</summary>
    public string? ClaimedBy(VmId vm) => workers.GetValueOrDefault(vm.Value);

    public MoveState StateOf(VmRef vm) => StateOf(StreamId.Vm(vm.Id)) as MoveState ?? MoveState.Initial;

    /// <summary>At most one running copy, and custody has every host that may run one.</summary>
    public void Look()
    {
        foreach (var vm in vms)
        {
            Look(vm);
        }
    }

    private void Look(VmRef vm)
    {
        var copies = hosts.Select(host => fleet.CopyOn(host, vm.Id)).Where(copy => copy.State is not (VmState.Absent or VmState.Shutoff)).ToArray();
        if (copies.Count(copy => copy.State is VmState.Running) > 1)
        {
            Violated($"{vm} runs twice: {string.Join(", ", copies.Select(copy => $"{copy.Host} {copy.State}"))}");
        }

        var state = StateOf(vm);
        if (state.Phase is MovePhase.NotEnrolled)
        {
            return;
        }

        foreach (var copy in copies.Where(copy => !state.Custody.MightRunAt.Contains(copy.Host)))
        {
            Violated($"{vm} is {copy.State} at {copy.Host}, and custody has [{string.Join(", ", state.Custody.MightRunAt)}] in phase {state.Phase}");
        }
    }

    private void Committed(StreamAppend append)
    {
        var decider = DeciderCatalog.For(append.Stream);
        var state = states.GetValueOrDefault(append.Stream, decider.Initial);
        foreach (var (@event, cause) in append.Events.Zip(append.Causes))
        {
            var name = WireNames.NameOf(@event.GetType());
            Counts[name] = Counts.GetValueOrDefault(name) + 1;
            transcript.Say(append.Stream.ToString(), $"{name} {Sentence(@event)} <- {cause.Message} by {cause.Actor}");
            try
            {
                state = decider.Evolve(state, @event);
            }
            catch (InvalidOperationException broken)
            {
                Violated($"{append.Stream} can not be folded: {broken.Message}");
                return;
            }

            Note(@event);
        }

        states[append.Stream] = state;
        if (state is BrakesState or HostState)
        {
            // Fit again in between: whoever looked then was right.
            var fit = againstTheRecord.Keys.Where(move => LeftOutUntil(moves[move].Destination, moves[move].At) is null).ToArray();
            Array.ForEach(fit, move => againstTheRecord.Remove(move));
        }

        Keys(append.Stream, decider.React(state));
        if (state is RunState run)
        {
            Limits(append.Stream, run);
        }

        if (state is MoveState { Vm: { } vm } move)
        {
            Order(append.Stream, move);
            Look(vm);
            Shared();
        }
    }

    private void Note(object @event)
    {
        switch (@event)
        {
            case MoveEvent.MoveStarted started:
                moves[started.Move] = started;
                if (LeftOutUntil(started.Destination, started.At) is { } until)
                {
                    againstTheRecord[started.Move] = until;
                }

                break;
            case MoveEvent.PlaceAdded added when againstTheRecord.TryGetValue(new MoveId(added.OrderKey[..^"/transfer".Length]), out var least):
                if (least > added.At + Settings.ClocksDiffer)
                {
                    Violated($"{added.OrderKey} is asked for, and {added.Host} has taken no VM since before the move began");
                }

                break;
            case BrakesEvent.RecoveryCleared recovery:
                cleared.Add(recovery.Run);
                break;
            case HostEvent.RecoveryRequested recovery when !cleared.Contains(recovery.Run):
                Violated($"{recovery.Run} was asked for, and the brakes had not cleared it");
                break;
            case MoveEvent.OrderClaimed claimed:
                var move = new MoveId(claimed.Claim.OrderKey[..^"/transfer".Length]);
                claims[move] = claims.GetValueOrDefault(move) + 1;
                workers[moves[move].Move.Value.Split('/')[1]] = claimed.Worker;
                Stopped(move);
                break;
            case MoveEvent.DuplicateObserved duplicate:
                Violated($"a duplicate was reported at {string.Join(", ", duplicate.Hosts)} where there was none");
                break;
            case MoveEvent.MoveEnded { Outcome: MoveOutcome.Moved } ended when !resumed.Contains((ended.Move, moves[ended.Move].Destination.Host)):
                Violated($"{ended.Move} was reported as moved, and its guest never ran at {moves[ended.Move].Destination.Host}");
                break;
            default:
                break;
        }
    }

    /// <summary>Until when a destination takes no VM for certain, by what is on record now; null: it takes some.</summary>
    private DateTimeOffset? LeftOutUntil(HostEndpoint host, DateTimeOffset at) =>
        StateOf(StreamId.Host(host.Host)) is HostState { Suffers: not null } or HostState { Phase: HostPhase.Recovering } ? DateTimeOffset.MaxValue
        : (StateOf(StreamId.Brakes) as BrakesState)?.MaintenanceOf(host.Host, host.Site, at)?.Until;

    /// <summary>A destination is in custody whenever a transfer is asked for or under way.</summary>
    private void Order(StreamId stream, MoveState state)
    {
        if (state.Phase is MovePhase.Transferring or MovePhase.Aborting or MovePhase.Investigating
            && !(state.Custody.Includes(state.Move!.Destination.Host) && state.Custody.Includes(state.Move.Source.Host)))
        {
            Violated($"{stream} is in phase {state.Phase} without both ends in custody");
        }

        if (state.Phase is MovePhase.Idle && state.Custody.Places.Count > 1 && state.LastAnswer is { Outcome: not (MoveOutcome.Refused or MoveOutcome.Withdrawn) })
        {
            Violated($"{stream} rests with [{string.Join(", ", state.Custody.MightRunAt)}] in custody");
        }
    }

    /// <summary>Once a stop is in force, nobody claims a transfer but of a move that was under way before; and on such a claim it is followed, and not begun.</summary>
    private void Stopped(MoveId move)
    {
        if (StateOf(StreamId.Admission) is not AdmissionState { InForce: { } stop })
        {
            return;
        }

        if (!stop.UnderWay.Contains(move))
        {
            Violated($"{move} was claimed while everything is stopped");
        }

        claimedWhileStopped.Add((move, StateOf(vms.First(vm => vm.Id.Value == moves[move].Move.Value.Split('/')[1])).Custody.Generation));
    }

    /// <summary>No more moves are open, or ended in a doubt that is not cleared, than all runs may have together. A world whose first move came before its limits is not judged.</summary>
    private void Shared()
    {
        var admission = StateOf(StreamId.Admission) as AdmissionState;
        limited ??= admission?.Limits == limits;
        if (limited is not true)
        {
            return;
        }

        var open = vms.Select(StateOf).Select(state => state.Move ?? (state.Last is { } last && state.Closed[last.Id].Outcome is MoveOutcome.Unknown ? last : null))
            .OfType<CurrentMove>().ToArray();
        Within("in all", limits.Total, open.CountBy(_ => "all"));
        Within("off one host", limits.OutOfHost, open.CountBy(move => move.Source.Host.Value));
        Within("towards one host", limits.IntoHost, open.CountBy(move => move.Destination.Host.Value));
        Within("between two sites", limits.PerLink, open.CountBy(move => string.Join('-', new[] { move.Source.Site.Value, move.Destination.Site.Value }.Order())));
        foreach (var host in own.Hosts.Where(host => host.AtOnce is not null))
        {
            Within("at one host, as it allows", host.AtOnce!.Value, open.Where(move => move.Source.Host == host.Host || move.Destination.Host == host.Host).CountBy(_ => host.Host.Value));
        }

        foreach (var hypervisor in own.Hypervisors)
        {
            Within("over a hypervisor's hosts", hypervisor.MigrationsAtOnce, open.Where(move => move.Source.Driver == hypervisor.Driver || move.Destination.Driver == hypervisor.Driver).CountBy(_ => hypervisor.Driver));
        }

        Within("at one site", limits.PerSite, open.SelectMany(move => new[] { move.Source.Site.Value, move.Destination.Site.Value }.Distinct()).CountBy(site => site));
    }

    private void Within(string what, int most, IEnumerable<KeyValuePair<string, int>> counts)
    {
        foreach (var (where, count) in counts.Where(count => count.Value > most))
        {
            Violated($"{count} moves {what} ({where}), where {most} may be");
        }
    }

    /// <summary>Nothing that a run lets through exceeds what its plan and the inventory allow.</summary>
    private void Limits(StreamId stream, RunState run)
    {
        var open = run.Open.Select(vm => run.Vms[vm].Plan).ToArray();
        if (open.Length == 0)
        {
            return;
        }

        var policy = run.Started!.Plan.Policy;
        var rules = run.Observation!.Rules!;
        int Most<T>(IEnumerable<T> of) where T : notnull => of.GroupBy(one => one).Select(group => group.Count()).DefaultIfEmpty().Max();
        var across = open.Count(move => move.Source.Site != move.Destination.Site);
        var ends = open.SelectMany(move => new[] { move.Source.Host, move.Destination.Host }).ToArray();
        var crowded = rules.Hosts.Where(limit => ends.Count(end => end == limit.Host) > (limit.MigrationsAtOnce ?? int.MaxValue)).Select(limit => limit.Host);
        if (open.Length > policy.Parallel || Most(open.Select(move => move.Destination.Host)) > policy.PerDestination
            || Most(open.Select(move => move.Source.Host)) > (policy.PerSource ?? int.MaxValue) || across > (policy.PerLink ?? int.MaxValue)
            || rules.Hypervisors.Any(limit => open.Length > limit.MigrationsAtOnce) || crowded.Any())
        {
            Violated($"{stream} has {open.Length} moves under way, which is more than its limits allow: {string.Join(", ", open.Select(move => $"{move.Vm} {move.Source.Host} -> {move.Destination.Host}"))}");
        }
    }

    private void Keys(StreamId stream, Outstanding outstanding)
    {
        if (outstanding.Asks.Select(ask => ask.Key).Distinct(StringComparer.Ordinal).Count() != outstanding.Asks.Count)
        {
            Violated($"{stream} asks twice under one key");
        }
    }

    private void Happened(SimulatedEffect effect)
    {
        transcript.Say(effect.Host.Value, $"{effect.Kind} {effect.Vm} {effect.Move}{(effect.Generation is { } g ? $" generation {g}" : "")} {effect.Detail}");
        if (effect is { Kind: SimulatedEffectKind.Resumed, Move: { } arrived })
        {
            resumed.Add((arrived, effect.Host));
        }

        if (effect is { Kind: SimulatedEffectKind.RanFromOldMemory })
        {
            Violated($"{effect.Vm} began to run at {effect.Host} from memory older than what it did elsewhere since");
        }

        if (effect is { Kind: SimulatedEffectKind.MigrationStarted, Move: { } move })
        {
            Started(effect, move);
        }

        if (effect.Vm is { } id)
        {
            Look(vms.First(vm => vm.Id == id));
        }
    }

    private void Started(SimulatedEffect effect, MoveId move)
    {
        var count = starts[move] = starts.GetValueOrDefault(move) + 1;
        if (count > claims.GetValueOrDefault(move))
        {
            Violated($"{move} was started {count} times on {claims.GetValueOrDefault(move)} claims");
        }

        if (effect.Generation is { } generation && claimedWhileStopped.Contains((move, generation)))
        {
            Violated($"{move} was started on a claim that was made while everything is stopped");
        }

        var custody = StateOf(vms.First(vm => vm.Id == effect.Vm)).Custody;
        if (!moves.TryGetValue(move, out var started) || !custody.Includes(started.Destination.Host) || !custody.Includes(effect.Host))
        {
            Violated($"{move} was started towards {started?.Destination.Host} with [{string.Join(", ", custody.MightRunAt)}] in custody");
        }
    }

    public void Violated(string what)
    {
        if (said.Add(what))
        {
            Violations.Add(what);
            transcript.Say("VIOLATION", what);
        }
    }

    private static string Sentence(object @event) => @event switch
    {
        MoveEvent.MoveStarted e => $"{e.Move} {e.Source.Host} -> {e.Destination.Host} generation {e.Generation}",
        MoveEvent.MoveRefused e => $"{e.Move}: {e.Why}",
        MoveEvent.PlaceAdded e => $"{e.Host}",
        MoveEvent.OrderClaimed e => $"{e.Claim} by {e.Worker}",
        MoveEvent.ClaimLapsed e => $"{e.Claim}",
        MoveEvent.TransferProgressed e => $"{e.Progress.Step}",
        MoveEvent.TransferReported e => $"{e.Report.Result} {Show([e.Report.Source, e.Report.Destination])} {e.Report.Reason}",
        MoveEvent.AbortRequested e => $"by {e.By}: {e.Reason}",
        MoveEvent.InvestigationStarted e => e.Why,
        MoveEvent.PlacesInspected e => Show(e.Places),
        MoveEvent.PlaceCleared e => $"{e.Evidence.Host} {e.Evidence.Grade}",
        MoveEvent.GuestArrived e => $"{e.Host}",
        MoveEvent.MoveEnded e => $"{e.Outcome} at {e.RunsAt}: {e.Reason}",
        MoveEvent.CustodySettled e => $"{e.RunsAt}",
        MoveEvent.VmEnrolled e => $"{e.Vm} at {e.RunsAt}, doubtful [{string.Join(", ", e.Doubtful)}]",
        RunEvent.RunEnded e => $"{e.Outcome}: {e.Summary}",
        RunEvent.MovesAdmitted e => string.Join(", ", e.Moves.Select(move => move.Move)),
        RunEvent.SlotsRequested e => $"{e.Number}: wants [{string.Join(", ", e.Wants.Select(want => want.Move))}], gives back [{string.Join(", ", e.Released.Select(slot => slot.Move))}], stop {e.Stop} under way [{string.Join(", ", e.UnderWay)}] unresolved {e.Unresolved}",
        RunEvent.SlotsAnswered e => $"{e.Number}, heard {e.Heard}",
        RunEvent.MoveCrowdedOut e => $"{e.Move}",
        RunEvent.MoveFoundUnderWay e => $"{e.Move}",
        BrakesEvent.HostSickened e => $"{e.Host} {e.Episode}",
        BrakesEvent.HostMended e => $"{e.Host} {e.Episode}",
        BrakesEvent.RecoveryCleared e => $"{e.Run}",
        BrakesEvent.RecoveryHeldBack e => $"{e.Host} {e.Episode}/{e.Attempt} {e.Brake} until {e.Until:T}",
        AdmissionEvent.SlotsStated e => $"{e.Statement.Run} {e.Statement.Number}",
        AdmissionEvent.SlotsDecided e => $"granted [{string.Join(", ", e.Granted)}] crowded [{string.Join(", ", e.Crowded)}]",
        AdmissionEvent.DoubtSettled e => $"{e.Move} at {e.RunsAt}",
        AdmissionEvent.StopRequested e => $"{e.Stop}",
        AdmissionEvent.StopInForce e => $"{e.Stop}, under way [{string.Join(", ", e.UnderWay)}]",
        MoveEvent.MoveWithdrawn e => $"{e.Move}",
        MoveEvent.MoveHalted e => $"{e.Move}",
        RunEvent.MoveFinished e => $"{e.Move} {e.Outcome}",
        RunEvent.RunReplanned e => $"{string.Join(", ", e.Elsewhere)}: {e.Cause}",
        RunEvent.LookRequested e => $"{e.Number}: {e.Cause}",
        Core.Health.HostEvent.HostDiagnosed e => $"{e.Diagnosis}",
        Core.Health.HostEvent.RecoveryRequested e => $"{e.Run}",
        Core.Health.HostEvent.ConditionRaised e => e.Condition.Fingerprint,
        Core.Health.HostEvent.ConditionResolved e => e.Fingerprint,
        _ => "",
    };

    private static string Show(IEnumerable<PlaceReport> places) =>
        $"[{string.Join(", ", places.Select(place => $"{place.Host} {place.State?.ToString() ?? "silent"}{(place.MigratingOut ? " migrating" : "")}"))}]";
}
