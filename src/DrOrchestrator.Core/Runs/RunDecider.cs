using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using static DrOrchestrator.Core.Runs.RunEvent;
using static DrOrchestrator.Core.Runs.RunMessage;

namespace DrOrchestrator.Core.Runs;

/// <summary>
/// One execution of a recovery plan.
/// <para><b>Purpose.</b> Look at the hosts, plan, let moves through within the plan's limits, take their
/// ends, try again by policy, and end with a sentence for each VM.</para>
/// <para><b>Invariants.</b> (1) The plan and what it was made from are in the stream before any move.
/// (2) No more moves are open than the plan allows, in all and towards one host. (3) A VM has at most one
/// open attempt. (4) After an abort nothing new is let through. (5) It ends only when no move is open.</para>
/// <para><b>Races.</b> Ends of moves come late, twice and out of order: an end that is not of the VM's open
/// attempt says nothing. An abort against an end: whichever is first in the stream.</para>
/// <para><b>A crash at any point</b> leaves asks outstanding: the look at the hosts, or the start (or stop) of
/// every open move, which the VM's stream answers again as often as it is asked.</para>
/// </summary>
public sealed class RunDecider : Decider<RunState, RunMessage, RunEvent>
{
    public static RunDecider Instance { get; } = new();

    public override string Kind => "run";

    public override RunState Initial => RunState.Initial;

    protected override RunMessage OnDue(Due due) => new Wake();

    protected override RunMessage Stamp(RunMessage message, DateTimeOffset now) => message with { At = now };

    public override Decision Decide(RunState state, RunMessage message) => message switch
    {
        StartRun start => state.Phase is RunPhase.New
            ? Decision.Of(new RunStarted(start.Run, start.Plan, start.Scope, start.Trigger) { At = start.At })
            : Decision.Nothing,
        ReportScope report => Observed(state, report),
        MoveAnswered answer => Answered(state, answer),
        AbortRun abort => Abort(state, abort),
        Wake wake => state.Phase is RunPhase.Moving ? Decision.Of([.. RunAdmission.Admit(state, wake.At)]) : Decision.Nothing,
        _ => throw new InvalidOperationException($"A run's stream takes no {message.GetType().Name}."),
    };

    public override RunState Evolve(RunState state, RunEvent @event) => RunEvolution.Evolve(state, @event);

    public override Outstanding React(RunState state)
    {
        switch (state.Phase)
        {
            case RunPhase.Observing:
                var run = state.Started!.Run;
                var key = ScopeKey(run);
                return new Outstanding([new Ask(key, null, new RunOrder.ObserveScope(run) { Key = key, From = StreamId.Run(run) }, Awaited: true)]);

            case RunPhase.Moving:
                DateTimeOffset? wake = state.Retrying.Count == 0 ? null : state.Retrying.Min(vm => state.Vms[vm].NotBefore);
                return new Outstanding([.. state.Open.Select(vm => Start(state, state.Vms[vm]))], wake);

            case RunPhase.Aborting:
                return new Outstanding([.. state.Open.Select(vm => Stop(state, state.Vms[vm]))]);

            case RunPhase.Ended when state.Started!.Trigger.Host is { } host:
                return new Outstanding([Tell(state, host)]);

            default:
                return Outstanding.Nothing;
        }
    }

    public override IReadOnlyList<Ask> Reply(RunState state, RunMessage message) =>
        message is StartRun && state.Ended is not null && state.Started!.Trigger.Host is { } host ? [Tell(state, host)] : [];

    private static string ScopeKey(RunId run) => $"{run}/observe";

    private static Ask Start(RunState state, RunVm vm)
    {
        var move = vm.Open!.Value;
        return new Ask(
            $"{move}/start",
            StreamId.Vm(vm.Plan.Vm.Id),
            new MoveMessage.StartMove(
                move, state.Started!.Run, vm.Plan.Vm, vm.Plan.Source, vm.Plan.Destination, vm.Plan.Check, state.Started.Plan.Policy.Move, vm.Seen),
            Awaited: true,
            Since: vm.OpenedAt);
    }

    private static Ask Stop(RunState state, RunVm vm) => new(
        $"{vm.Open!.Value}/stop",
        StreamId.Vm(vm.Plan.Vm.Id),
        new MoveMessage.AbortMove(vm.Open.Value, state.Started!.Run, vm.Plan.Vm.Id, state.Abort!.By, state.Abort.Reason),
        Awaited: true);

    private static Ask Tell(RunState state, HostId host) => new(
        $"{state.Started!.Run}/ended",
        StreamId.Host(host),
        new HostMessage.RunAnswered(state.Started.Run, state.Ended!.Outcome, state.Ended.Summary),
        Awaited: false);

    private static Decision Observed(RunState state, ReportScope report)
    {
        if (state.Phase is not RunPhase.Observing || report.OrderKey != ScopeKey(state.Started!.Run))
        {
            return Decision.Nothing;
        }

        var observed = new ScopeObserved(report.Observation) { At = report.At };
        var scope = state.Started.Scope;
        var host = report.Observation.Hosts.FirstOrDefault(candidate => candidate.Host == scope);
        var refusal = host switch
        {
            null => $"The inventory has no host {scope}. See drctl hosts.",
            { Answered: false } => $"{scope} does not answer ({host.Silence}), so nothing can be live-migrated off it. Restore its management connection, or recover its VMs from replicas.",
            _ when !host.Copies.Any(copy => copy.State is not Inventory.VmState.Shutoff) => $"{scope} runs no VM: there is nothing to move.",
            _ => null,
        };
        if (refusal is not null)
        {
            return Decision.Of(observed, new RunEnded(RunOutcome.Refused, refusal) { At = report.At });
        }

        var plan = EvacuationPlanner.Plan(scope, state.Started.Plan, report.Observation);
        var planned = new RunPlanned(plan) { At = report.At };
        var next = RunEvolution.Evolve(RunEvolution.Evolve(state, observed), planned);
        return Decision.Of([observed, planned, .. RunAdmission.Admit(next, report.At), .. RunAdmission.EndIfDone(next, report.At)]);
    }

    private static Decision Answered(RunState state, MoveAnswered answer)
    {
        if (state.Phase is not (RunPhase.Moving or RunPhase.Aborting)
            || !state.Vms.TryGetValue(answer.Vm.Value, out var vm) || vm.Open != answer.Move)
        {
            return Decision.Nothing;
        }

        var finished = new MoveFinished(answer.Move, answer.Vm, answer.Outcome, answer.RunsAt, answer.Reason, answer.Uncleared, answer.Transferred) { At = answer.At };
        var events = new List<object> { finished };
        var next = RunEvolution.Evolve(state, finished);
        if (RunAdmission.Retry(next, next.Vms[answer.Vm.Value], answer.At) is { } retry)
        {
            events.Add(retry);
            next = RunEvolution.Evolve(next, retry);
        }

        return Decision.Of([.. events, .. RunAdmission.Admit(next, answer.At), .. RunAdmission.EndIfDone(next, answer.At)]);
    }

    private static Decision Abort(RunState state, AbortRun abort)
    {
        switch (state.Phase)
        {
            case RunPhase.New:
                return Decision.Refuse("There is no such run.", "See drctl run list.");
            case RunPhase.Ended:
                return Decision.Refuse($"The run has ended: {state.Ended!.Summary}", "Nothing is under way; see drctl run show.");
            case RunPhase.Aborting:
                return Decision.Nothing;
            default:
                var requested = new RunAbortRequested(abort.By, abort.Reason) { At = abort.At };
                return Decision.Of([requested, .. RunAdmission.EndIfDone(RunEvolution.Evolve(state, requested), abort.At)]);
        }
    }
}
