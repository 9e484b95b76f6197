using System.Collections.Immutable;
using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using static DrOrchestrator.Core.Runs.RunEvent;

namespace DrOrchestrator.Core.Runs;

/// <summary>The fold of a run's events.</summary>
internal static class RunEvolution
{
    public static RunState Evolve(RunState state, RunEvent @event) =>
        Apply(state, @event) with { Phase = RunGraph.Graph.Next(state.Phase, @event) };

    private static RunState Apply(RunState state, RunEvent @event) => @event switch
    {
        RunStarted e => state with { Started = e },
        ScopeObserved e => state with { Observation = e.Observation, ObservedSince = state.LookSince ?? state.Started!.At, Look = null, LookSince = null },
        RunPlanned e => Planned(state, e),
        SlotsRequested e => Requested(state, e),
        SlotsAnswered e => state with { Answered = e },
        MovesAdmitted e => Admitted(state, e),
        MoveCrowdedOut e => CrowdedOut(state, e),
        MoveFinished e => Finished(state, e),
        RunStopped e => state with { Stop = e.Stop },
        RunReleased => state with { Stop = null, UnderWay = state.Paused is null ? state.UnderWay.Clear() : state.UnderWay },
        RunPaused e => Unwanted(state) with { Paused = e },
        RunResumed => state with { Paused = null, UnderWay = state.Stop is null ? state.UnderWay.Clear() : state.UnderWay },
        MoveFoundUnderWay e => state with { UnderWay = state.UnderWay.Add(e.Vm.Value) },
        MoveRetryScheduled e => state with
        {
            Retrying = state.Retrying.Add(e.Vm.Value),
            Vms = state.Vms.SetItem(e.Vm.Value, state.Vms[e.Vm.Value] with { NotBefore = e.NotBefore, Closed = false }),
        },
        LookRequested e => state with { Look = e.Number, Looks = e.Number, LookCause = e.Cause, LookSince = e.At },
        RunReplanned e => Replanned(state, e),
        RunAbortRequested e => Unwanted(state) with { Abort = e, Paused = null, UnderWay = state.Stop is null ? state.UnderWay.Clear() : state.UnderWay },
        RunEnded e => state with { Ended = e, Stop = null, Paused = null, UnderWay = state.UnderWay.Clear() },
        EndNoted => state with { IsEndNoted = true },
        _ => throw new InvalidOperationException($"A run's stream has no {@event.GetType().Name}."),
    };

    private static RunState Planned(RunState state, RunPlanned e)
    {
        var hosts = state.Observation!.Hosts.Select(host => (host, Copies: host.Copies.ToDictionary(copy => copy.Vm.Id))).ToArray();
        IReadOnlyList<PlaceReport> Seen(VmId vm) =>
        [
            .. hosts.Select(entry => entry.Copies.TryGetValue(vm, out var copy)
                ? new PlaceReport(entry.host.Host, copy.State, copy.MigratingOut)
                : new PlaceReport(entry.host.Host, entry.host.Answered ? VmState.Absent : null)),
        ];
        return state with
        {
            Plan = e.Plan,
            PlannedAt = e.At,
            Vms = state.Vms.AddRange(e.Plan.Moves.Select(move =>
                KeyValuePair.Create(move.Vm.Id.Value, new RunVm(move, 0) { Seen = Seen(move.Vm.Id) }))),
            Waiting = [.. e.Plan.Moves.Select(move => move.Vm.Id.Value)],
        };
    }

    private static RunState Requested(RunState state, SlotsRequested e)
    {
        var released = e.Released.Select(slot => slot.Move).ToHashSet();
        var wanted = e.Wants.Select(want => want.Plan.Vm.Id.Value).ToHashSet(StringComparer.Ordinal);
        return state with
        {
            Requested = e,
            ToRelease = state.ToRelease.RemoveAll(slot => released.Contains(slot.Move)),
            Wanted = state.Wanted.Union(wanted),
            Waiting = state.Waiting.RemoveAll(wanted.Contains),
            Retrying = state.Retrying.Except(wanted),
            Vms = state.Vms.SetItems(e.Wants.Select(want => KeyValuePair.Create(
                want.Plan.Vm.Id.Value, state.Vms[want.Plan.Vm.Id.Value] with { Wanted = want }))),
        };
    }

    private static RunState Replanned(RunState state, RunReplanned e)
    {
        var next = e.TakenBack is { Count: > 0 } back ? Unwanted(state, back.Contains) : state;
        return next with
        {
            Replans = next.Replans.Add(e),
            Waiting = [.. e.Moves.Select(move => move.Vm.Id.Value)],
            Vms = next.Vms.SetItems(e.Moves.Select(move => KeyValuePair.Create(move.Vm.Id.Value, next.Vms[move.Vm.Id.Value] with { Plan = move }))),
        };
    }

    /// <summary>What waits for its slot waits for its turn again, in front.</summary>
    private static RunState Unwanted(RunState state, Func<MoveId, bool>? which = null)
    {
        var wanted = state.Wanted.Select(id => state.Vms[id]).Where(vm => which is null || which(vm.Wanted!.Move)).ToArray();
        return state with
        {
            ToRelease = state.ToRelease.AddRange(wanted.Select(vm => new ReleasedSlot(vm.Wanted!.Move, Landed: false))),
            Wanted = state.Wanted.Except(wanted.Select(vm => vm.Plan.Vm.Id.Value)),
            Waiting = state.Waiting.InsertRange(0, wanted.Select(vm => vm.Plan.Vm.Id.Value)),
            Vms = state.Vms.SetItems(wanted.Select(vm => KeyValuePair.Create(vm.Plan.Vm.Id.Value, vm with { Wanted = null }))),
        };
    }

    private static RunState CrowdedOut(RunState state, MoveCrowdedOut e)
    {
        var id = e.Vm.Value;
        var vm = state.Vms[id];
        var refused = new MoveFinished(e.Move, e.Vm, MoveOutcome.Refused, vm.Plan.Source.Host, e.Reason, [], null) { At = e.At };
        return state with
        {
            Wanted = state.Wanted.Remove(id),
            ToRelease = state.ToRelease.Add(new ReleasedSlot(e.Move, Landed: false)),
            Vms = state.Vms.SetItem(id, Finish(vm with { Plan = vm.Wanted!.Plan, Wanted = null, Attempt = e.Attempt, IsCrowded = true }, refused)),
        };
    }

    private static RunState Finished(RunState state, MoveFinished e)
    {
        var id = e.Vm.Value;
        var vm = state.Vms[id];
        var withdrawn = e.Outcome is MoveOutcome.Withdrawn;
        return state with
        {
            Open = state.Open.Remove(id),
            Observation = e.LeftOut is { } left ? state.Observation!.LeavingOut(left) : state.Observation,
            UnderWay = state.UnderWay.Remove(id),
            Tried = state.Tried || e.Outcome is not (MoveOutcome.Refused or MoveOutcome.Withdrawn),
            ToRelease = state.ToRelease.Add(new ReleasedSlot(
                e.Move, Landed: e.RunsAt != vm.Plan.Source.Host && !withdrawn, e.Outcome is MoveOutcome.Unknown ? new SlotDoubt(e.Vm, e.Reason) : null)),
            Waiting = withdrawn ? state.Waiting.Insert(0, id) : state.Waiting,
            Vms = state.Vms.SetItem(id, withdrawn
                ? vm with { Open = null, Finished = e, Withdrawals = vm.Withdrawals + 1 }
                : Finish(vm, e)),
        };
    }

    private static RunVm Finish(RunVm vm, MoveFinished e) => vm with
    {
        Open = null,
        Finished = e,
        Closed = true,
        Avoid = e.Outcome is MoveOutcome.Moved or MoveOutcome.Aborted || vm.Avoid.Contains(vm.Plan.Destination.Host)
            ? vm.Avoid
            : vm.Avoid.Add(vm.Plan.Destination.Host),
    };

    private static RunState Admitted(RunState state, MovesAdmitted e)
    {
        var vms = state.Vms.ToBuilder();
        var open = state.Open.ToBuilder();
        var admitted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var move in e.Moves)
        {
            var id = move.Plan.Vm.Id.Value;
            admitted.Add(id);
            open.Add(id);
            vms[id] = vms[id] with
            {
                Plan = move.Plan, Attempt = move.Attempt, Open = move.Move, OpenedAt = e.At, NotBefore = null, Wanted = null, IsCrowded = false,
                Knowingly = state.Observation!.LeavesOut(move.Plan.Destination.Host),
            };
        }

        return state with
        {
            Vms = vms.ToImmutable(),
            Open = open.ToImmutable(),
            Wanted = state.Wanted.Except(admitted),
            Waiting = state.Waiting.RemoveAll(admitted.Contains),
            Retrying = state.Retrying.Except(admitted),
        };
    }
}
