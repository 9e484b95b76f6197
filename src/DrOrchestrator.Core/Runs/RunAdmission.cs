using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using static DrOrchestrator.Core.Runs.RunEvent;

namespace DrOrchestrator.Core.Runs;

/// <summary>Which moves may begin, which are tried again, and when a run is over.</summary>
internal static class RunAdmission
{
    /// <summary>At most one event with every move that fits within the plan's limits now.</summary>
    public static IEnumerable<object> Admit(RunState state, DateTimeOffset now)
    {
        if (state.Phase is not RunPhase.Moving)
        {
            yield break;
        }

        var policy = state.Started!.Plan.Policy;
        var room = policy.Parallel - state.Open.Count;
        if (room <= 0)
        {
            yield break;
        }

        var towards = state.Open.Select(vm => state.Vms[vm].Plan.Destination.Host).GroupBy(host => host).ToDictionary(group => group.Key, group => group.Count());
        var admitted = new List<AdmittedMove>();
        var due = state.Retrying.Where(vm => state.Vms[vm].NotBefore <= now);
        foreach (var vm in due.Concat(state.Waiting).Select(id => state.Vms[id]))
        {
            var plan = vm.Attempt == 0 ? vm.Plan : Again(state, vm);
            if (admitted.Count == room)
            {
                break;
            }

            var there = towards.GetValueOrDefault(plan.Destination.Host);
            if (there < policy.PerDestination)
            {
                towards[plan.Destination.Host] = there + 1;
                admitted.Add(new AdmittedMove(MoveId.Of(state.Started.Run, plan.Vm.Id, vm.Attempt + 1), plan, vm.Attempt + 1));
            }
        }

        if (admitted.Count > 0)
        {
            yield return new MovesAdmitted(admitted) { At = now };
        }
    }

    /// <summary>Whether policy gives a VM another attempt. One that is lost, or runs at its destination already, gets none.</summary>
    public static MoveRetryScheduled? Retry(RunState state, RunVm vm, DateTimeOffset now)
    {
        var policy = state.Started!.Plan.Policy;
        var again = state.Phase is RunPhase.Moving
            && vm.Finished is { Outcome: MoveOutcome.Failed or MoveOutcome.Refused } finished
            && (finished.RunsAt == vm.Plan.Source.Host || finished.RunsAt is null && finished.Outcome is MoveOutcome.Refused)
            && vm.Attempt < policy.Attempts;
        return again ? new MoveRetryScheduled(vm.Plan.Vm.Id, vm.Attempt + 1, now + policy.RetryDelay) { At = now } : null;
    }

    public static IEnumerable<object> EndIfDone(RunState state, DateTimeOffset now)
    {
        var stopped = state.Phase is RunPhase.Aborting;
        if (state.Phase is not (RunPhase.Moving or RunPhase.Aborting) || state.Open.Count > 0
            || (!stopped && (state.Waiting.Count > 0 || state.Retrying.Count > 0)))
        {
            yield break;
        }

        var moved = state.Vms.Values.Count(vm => vm.Finished?.Outcome is MoveOutcome.Moved);
        var total = state.Vms.Count + (state.Plan?.Unplaced.Count ?? 0);
        var outcome = stopped ? RunOutcome.Aborted : moved == total ? RunOutcome.Completed : RunOutcome.CompletedWithFailures;
        var reason = stopped ? $" Stopped by {state.Abort!.By}: {state.Abort.Reason}" : "";
        yield return new RunEnded(outcome, $"{moved} of {total} VMs moved.{reason}") { At = now };
    }

    private static PlannedMove Again(RunState state, RunVm vm)
    {
        var others = state.Vms.Values.Where(other => other.Plan.Vm.Id != vm.Plan.Vm.Id).Select(other => other.Plan);
        var destination = EvacuationPlanner.Replace(vm.Plan, state.Started!.Plan, state.Observation!, others, vm.Avoid);
        return destination is null ? vm.Plan : vm.Plan with { Destination = destination };
    }
}
