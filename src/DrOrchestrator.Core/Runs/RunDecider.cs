using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using static DrOrchestrator.Core.Runs.RunEvent;
using static DrOrchestrator.Core.Runs.RunMessage;

namespace DrOrchestrator.Core.Runs;

/// <summary>
/// One execution of a recovery plan.
/// <para><b>Purpose.</b> Look at the hosts, plan, ask admission for slots within the plan's limits, begin what it lets
/// through, take the ends, try again by policy, and end with a sentence for each VM.</para>
/// <para><b>Invariants.</b> (1) The plan and what it was made from are in the stream before any move.
/// (2) No more moves are open than the plan allows: in all, off and
/// towards one host, over one link, and so that each keeps the bandwidth that its guest's dirty rate asks for. (3) A VM has at most one
/// open attempt. (4) After an abort, and while it is halted (paused, or everything is stopped), nothing new begins, and what
/// was let through and has not been claimed is taken back. (5) It ends only when no move is open. (6) A slot is given back
/// when its move has ended, and not before; with the doubt where it ended unknown. (7) A further look changes only moves that have not begun.
/// (8) Nothing is sent to a host that the record leaves out (in maintenance, sick, being emptied) when the move is prepared: what was planned before
/// is turned back, and goes elsewhere.</para>
/// <para><b>Races.</b> Ends of moves come late, twice and out of order: an end that is not of the VM's open
/// attempt says nothing. An abort against an end: whichever is first in the stream. A look that comes when the moves that waited have
/// begun changes nothing. Answers of admission come so too: only one to the last statement is heeded, and the next statement waits
/// for it.</para>
/// <para><b>A crash at any point</b> leaves asks outstanding: the look at the hosts, or the start (or stop) of
/// every open move, which the VM's stream answers again as often as it is asked. The end is told to the host of its scope: again when the host
/// asks, where it asked for the run; until the host has heard it, where a person did in an episode of it.</para>
/// </summary>
public sealed class RunDecider : Decider<RunState, RunMessage, RunEvent>
{
    public static RunDecider Instance { get; } = new();

    public override string Kind => "run";

    public override RunState Initial => RunState.Initial;

    protected override RunMessage OnDue(Due due) => new Wake();

    protected override RunMessage Stamp(RunMessage message, DateTimeOffset now) => message with { At = now };

    public override Decision Decide(RunState state, RunMessage message)
    {
        var decision = OnMessage(state, message);
        if (decision.Refusal is not null)
        {
            return decision;
        }

        // Whatever came, what it leaves to be said to admission is said in the same breath.
        var next = decision.Events.Cast<RunEvent>().Aggregate(state, RunEvolution.Evolve);
        object[] request = [.. RunAdmission.Request(next, message.At)];
        return request.Length == 0 ? decision : Decision.Of([.. decision.Events, .. request]);
    }

    private static Decision OnMessage(RunState state, RunMessage message) => message switch
    {
        StartRun start => state.Phase is RunPhase.New
            ? Decision.Of(new RunStarted(start.Run, start.Plan, start.Scope, start.Trigger) { At = start.At })
            : Decision.Nothing,
        ReportScope report => Observed(state, report),
        AnswerSlots answer => Slots(state, answer),
        MoveAnswered answer => Answered(state, answer),
        ReportUnderWay report => UnderWay(state, report),
        PauseRun pause => Pause(state, pause),
        ResumeRun resume => Resume(state, resume),
        AbortRun abort => Abort(state, abort),
        NoteEnd note => state is { Phase: RunPhase.Ended, IsToldUntilNoted: true, IsEndNoted: false } ? Decision.Of(new EndNoted { At = note.At }) : Decision.Nothing,
        Wake => Decision.Nothing,
        _ => throw new InvalidOperationException($"A run's stream takes no {message.GetType().Name}."),
    };

    public override RunState Evolve(RunState state, RunEvent @event) => RunEvolution.Evolve(state, @event);

    public override Outstanding React(RunState state)
    {
        switch (state.Phase)
        {
            case RunPhase.Observing:
                return new Outstanding([LookAt(state)]);

            case RunPhase.Moving:
                var wake = state.IsHalted ? null : state.Retrying.Where(vm => !RunAdmission.AwaitsLook(state, vm)).Min(vm => state.Vms[vm].NotBefore);
                return new Outstanding(
                    [
                        .. state.Open.Select(vm => state.IsHalted && !state.UnderWay.Contains(vm) ? Withdraw(state, state.Vms[vm]) : Start(state, state.Vms[vm])),
                        .. Slots(state),
                        .. state.Look is null ? Array.Empty<Ask>() : [LookAt(state)],
                    ],
                    wake);

            case RunPhase.Aborting:
                return new Outstanding([.. state.Open.Select(vm => Stop(state, state.Vms[vm])), .. Slots(state)]);

            case RunPhase.Ended:
                return new Outstanding([.. state.Started!.Trigger.Host is { } host && !state.IsEndNoted ? [Tell(state, host)] : Array.Empty<Ask>(), .. Slots(state)]);

            default:
                return Outstanding.Nothing;
        }
    }

    public override IReadOnlyList<Ask> Reply(RunState state, RunMessage message) =>
        message is StartRun && state.Ended is not null && state.Started!.Trigger.Host is { } host ? [Tell(state, host)] : [];

    /// <summary>The first look, that is planned from, has no number.</summary>
    private static string ScopeKey(RunState state) => $"{state.Started!.Run}/observe{(state.Look is { } number ? $"/{number}" : "")}";

    private static Ask LookAt(RunState state)
    {
        var (run, key) = (state.Started!.Run, ScopeKey(state));
        return new Ask(key, null, new RunOrder.ObserveScope(run, state.Started.Scope) { Key = key, From = StreamId.Run(run) }, Awaited: true);
    }

    private static Ask Start(RunState state, RunVm vm)
    {
        var move = vm.Open!.Value;
        var terms = MoveTerms.Of(vm.Plan, state.Started!.Plan.Policy, state.Observation!, state.Started.Trigger);
        return new Ask(
            $"{move}/start",
            StreamId.Vm(vm.Plan.Vm.Id),
            new MoveMessage.StartMove(
                move, state.Started.Run, vm.Plan.Vm, vm.Plan.Source, vm.Plan.Destination, vm.Plan.Check, terms.Policy, vm.Seen, terms.Foreseen),
            Awaited: true,
            Since: vm.OpenedAt);
    }

    /// <summary>The last statement to admission, for as long as its answer or a slot is waited for.</summary>
    private static Ask[] Slots(RunState state) => state.AwaitsAnswer || (state.Phase is RunPhase.Moving && state.Wanted.Count > 0)
        ? [new Ask(
            $"{state.Started!.Run}/slots/{state.Requested!.Number}", StreamId.Admission, new AdmissionMessage.StateSlots(RunAdmission.Statement(state)),
            Awaited: true, Since: state.Requested.At)]
        : [];

    private static Ask Withdraw(RunState state, RunVm vm) => new(
        $"{vm.Open!.Value}/withdraw",
        StreamId.Vm(vm.Plan.Vm.Id),
        new MoveMessage.WithdrawMove(vm.Open.Value, state.Started!.Run, vm.Plan.Vm.Id, WhyHalted(state)),
        Awaited: true);

    private static string WhyHalted(RunState state) => state.Stop is { } stop
        ? $"Everything was stopped by {stop.By}: {stop.Reason}"
        : $"The run was paused by {state.Paused!.By}: {state.Paused.Reason}";

    private static Ask Stop(RunState state, RunVm vm) => new(
        $"{vm.Open!.Value}/stop",
        StreamId.Vm(vm.Plan.Vm.Id),
        new MoveMessage.AbortMove(vm.Open.Value, state.Started!.Run, vm.Plan.Vm.Id, state.Abort!.By, state.Abort.Reason),
        Awaited: true);

    private static Ask Tell(RunState state, HostId host) => new(
        $"{state.Started!.Run}/ended",
        StreamId.Host(host),
        new HostMessage.RunAnswered(state.Started.Run, state.Ended!.Outcome, state.Ended.Summary, state.Tried, state.Started.Trigger.Episode),
        Awaited: state.IsToldUntilNoted,
        Since: state.Ended.At);

    private static Decision Observed(RunState state, ReportScope report)
    {
        var awaited = state.Phase is RunPhase.Observing || (state.Phase is RunPhase.Moving && state.Look is not null);
        if (!awaited || report.OrderKey != ScopeKey(state))
        {
            return Decision.Nothing;
        }

        var observed = new ScopeObserved(report.Observation) { At = report.At };
        if (state.Phase is RunPhase.Moving)
        {
            return ObservedAgain(RunEvolution.Evolve(state, observed), observed);
        }

        var scope = state.Started!.Scope;
        var host = report.Observation.Hosts.FirstOrDefault(candidate => candidate.Host == scope);
        var refusal = host switch
        {
            null => $"The inventory has no host {scope}. See drctl hosts.",
            { Answered: false } => $"{scope} does not answer ({host.Silence}), so nothing can be live-migrated off it. Restore its management connection, or recover its VMs from replicas.",
            _ => null,
        };
        if (refusal is not null)
        {
            return Refused(refusal);
        }

        var plan = EvacuationPlanner.Plan(scope, state.Started.Plan, report.Observation);
        if (EmptyScope.WhyNothing(host!, plan) is { } nothing)
        {
            return Refused(nothing.ToString());
        }

        var planned = new RunPlanned(plan) { At = report.At };
        var next = RunEvolution.Evolve(RunEvolution.Evolve(state, observed), planned);
        return Decision.Of([observed, planned, .. RunAdmission.EndIfDone(next, report.At)]);

        Decision Refused(string why) => Decision.Of(observed, new RunEnded(RunOutcome.Refused, why) { At = report.At });
    }

    private static Decision ObservedAgain(RunState state, ScopeObserved observed) =>
        RunReplanning.Replan(state, state.LookCause ?? "", observed.At) is { } replanned ? Decision.Of(observed, replanned) : Decision.Of(observed);

    private static Decision Answered(RunState state, MoveAnswered answer)
    {
        if (state.Phase is not (RunPhase.Moving or RunPhase.Aborting)
            || !state.Vms.TryGetValue(answer.Vm.Value, out var vm) || vm.Open != answer.Move)
        {
            return Decision.Nothing;
        }

        var finished = Ending(state, vm, answer);
        var events = new List<object> { finished };
        var next = RunEvolution.Evolve(state, finished);
        if (RunAdmission.Retry(next, next.Vms[answer.Vm.Value], answer.At) is { } retry)
        {
            events.Add(retry);
            next = RunEvolution.Evolve(next, retry);
        }

        if (RunReplanning.Look(next, finished, answer.At) is { } look)
        {
            events.Add(look);
            next = RunEvolution.Evolve(next, look);
        }

        if (finished.LeftOut is not null && RunReplanning.Replan(next, RunReplanning.CauseOf(next, finished), answer.At) is { } replanned)
        {
            events.Add(replanned);
            next = RunEvolution.Evolve(next, replanned);
        }

        return Decision.Of([.. events, .. RunAdmission.EndIfDone(next, answer.At)]);
    }

    /// <summary>
    /// A move that was refused as its destination takes no VM any more was let through in good faith: that is news, and no attempt of its own.
    /// One that was let through all the same, as no other host had room, was tried; so a VM is turned back once for each host and look at most.
    /// </summary>
    private static MoveFinished Ending(RunState state, RunVm vm, MoveAnswered answer)
    {
        var finished = new MoveFinished(answer.Move, answer.Vm, answer.Outcome, answer.RunsAt, answer.Reason, answer.Uncleared, answer.Transferred) { At = answer.At };
        return state.Phase is RunPhase.Moving && !vm.Knowingly && answer is { Outcome: MoveOutcome.Refused, LeftOut: { } left }
            ? finished with { Outcome = MoveOutcome.Withdrawn, LeftOut = left }
            : finished;
    }

    private static Decision Slots(RunState state, AnswerSlots answer)
    {
        object[] events = [.. RunAdmission.Answer(state, answer)];
        return Decision.Of([.. events, .. RunAdmission.EndIfDone(events.Cast<RunEvent>().Aggregate(state, RunEvolution.Evolve), answer.At)]);
    }

    private static Decision UnderWay(RunState state, ReportUnderWay report)
    {
        var vm = state.IsHalted ? state.Open.FirstOrDefault(id => state.Vms[id].Open == report.Move) : null;
        return vm is null || state.UnderWay.Contains(vm)
            ? Decision.Nothing
            : Decision.Of(new MoveFoundUnderWay(report.Move, new VmId(vm)) { At = report.At });
    }

    private static Decision Pause(RunState state, PauseRun pause) => state.Phase switch
    {
        RunPhase.New => Decision.Refuse("There is no such run.", "See drctl run list."),
        RunPhase.Ended => Decision.Refuse($"The run has ended: {state.Ended!.Summary}", $"Nothing is under way; see drctl run show {state.Started!.Run}."),
        RunPhase.Aborting => Decision.Refuse("The run is being stopped.", $"Nothing new begins; see drctl run show {state.Started!.Run}."),
        _ => state.Paused is null ? Decision.Of(new RunPaused(pause.By, pause.Reason) { At = pause.At }) : Decision.Nothing,
    };

    private static Decision Resume(RunState state, ResumeRun resume) => state.Paused is null
        ? Decision.Refuse("The run is not paused.", state.Started is { } started ? $"See drctl run show {started.Run}." : "See drctl run list.")
        : Decision.Of(new RunResumed(resume.By, resume.Reason) { At = resume.At });

    private static Decision Abort(RunState state, AbortRun abort)
    {
        switch (state.Phase)
        {
            case RunPhase.New:
                return Decision.Refuse("There is no such run.", "See drctl run list.");
            case RunPhase.Ended:
                return Decision.Refuse($"The run has ended: {state.Ended!.Summary}", $"Nothing is under way; see drctl run show {state.Started!.Run}.");
            case RunPhase.Aborting:
                return Decision.Nothing;
            default:
                var requested = new RunAbortRequested(abort.By, abort.Reason) { At = abort.At };
                return Decision.Of([requested, .. RunAdmission.EndIfDone(RunEvolution.Evolve(state, requested), abort.At)]);
        }
    }
}
