using System.Collections.Immutable;
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
        ScopeObserved e => state with { Observation = e.Observation },
        RunPlanned e => Planned(state, e),
        MovesAdmitted e => Admitted(state, e),
        MoveFinished e => state with
        {
            Open = state.Open.Remove(e.Vm.Value),
            Vms = state.Vms.SetItem(e.Vm.Value, Finish(state.Vms[e.Vm.Value], e)),
        },
        MoveRetryScheduled e => state with
        {
            Retrying = state.Retrying.Add(e.Vm.Value),
            Vms = state.Vms.SetItem(e.Vm.Value, state.Vms[e.Vm.Value] with { NotBefore = e.NotBefore, Closed = false }),
        },
        RunAbortRequested e => state with { Abort = e },
        RunEnded e => state with { Ended = e },
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
            vms[id] = vms[id] with { Plan = move.Plan, Attempt = move.Attempt, Open = move.Move, OpenedAt = e.At, NotBefore = null };
        }

        return state with
        {
            Vms = vms.ToImmutable(),
            Open = open.ToImmutable(),
            Waiting = state.Waiting.RemoveAll(admitted.Contains),
            Retrying = state.Retrying.Except(admitted),
        };
    }
}
