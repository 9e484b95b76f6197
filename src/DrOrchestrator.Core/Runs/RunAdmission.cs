using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Planning.Scheduling;
using static DrOrchestrator.Core.Runs.RunEvent;
using static DrOrchestrator.Core.Runs.RunMessage;

namespace DrOrchestrator.Core.Runs;

/// <summary>Which moves may begin, which are tried again, and when a run is over.</summary>
internal static class RunAdmission
{
    /// <summary>
    /// At most one statement to admission: the moves that fit within the plan's limits now and have not been named, the slots
    /// that are free again, and how far the run has come with a stop. None while the last one waits for its answer: what
    /// changes meanwhile goes with the next. The first says which host the run empties, and the last that it does no more.
    /// </summary>
    public static IEnumerable<object> Request(RunState state, DateTimeOffset now)
    {
        if (state.Phase is RunPhase.New or RunPhase.Observing || state.AwaitsAnswer)
        {
            yield break;
        }

        var wants = state.Phase is RunPhase.Moving && !state.IsHalted ? Candidates(state, now) : [];
        var stop = state.Stop?.Stop;
        MoveId[] underWay = stop is null ? [] : [.. state.Open.Where(state.UnderWay.Contains).Select(vm => state.Vms[vm].Open!.Value)];
        var unresolved = stop is null ? 0 : state.Open.Count - underWay.Length;
        HostId? emptying = state.Phase is RunPhase.Ended ? null : state.Started!.Scope;
        var last = state.Requested;
        if (wants.Count > 0 || state.ToRelease.Count > 0 || last?.Emptying != emptying || last?.Stop != stop || (stop is not null && last?.Unresolved != unresolved))
        {
            yield return new SlotsRequested((last?.Number ?? 0) + 1, wants, state.ToRelease, stop, underWay, unresolved, emptying) { At = now };
        }
    }

    /// <summary>What lost its room is planned again from a look that is newer than the loss, where one is still to come.</summary>
    public static bool AwaitsLook(RunState state, string vm) => state.Look is not null && state.Vms[vm].IsCrowded;

    private static List<AdmittedMove> Candidates(RunState state, DateTimeOffset now)
    {
        var wants = new List<AdmittedMove>();
        if (state.Open.Count + state.Wanted.Count >= AtOnce(state))
        {
            return wants;
        }

        var (network, slots) = Slots(state);
        var due = state.Retrying.Where(vm => state.Vms[vm].NotBefore <= now && !AwaitsLook(state, vm));
        foreach (var vm in due.Concat(state.Waiting).Select(id => state.Vms[id]))
        {
            if (slots.IsFull)
            {
                break;
            }

            var plan = vm.Finished is null or { Outcome: MoveOutcome.Withdrawn } ? vm.Plan : Again(state, vm, wants);
            var route = network.RouteOf(plan);
            if (slots.WhyNot(route) is SlotLimit.None)
            {
                slots.Take(route);
                wants.Add(new AdmittedMove(MoveId.Of(state.Started!.Run, plan.Vm.Id, vm.Attempt + 1), plan, vm.Attempt + 1));
            }
        }

        return wants;
    }

    /// <summary>What admission is told, of the statement that was recorded.</summary>
    public static SlotStatement Statement(RunState state)
    {
        var request = state.Requested!;
        return new SlotStatement(
            state.Started!.Run,
            request.Number,
            [.. request.Wants.Select(want => new WantedSlot(
                want.Move, want.Plan.Vm.Name, want.Plan.Source.Host, want.Plan.Destination.Host, want.Plan.Source.Site, want.Plan.Destination.Site, want.Plan.Memory,
                state.Observation!.Hosts.FirstOrDefault(host => host.Host == want.Plan.Destination.Host)?.Facts?.MemoryFree - state.Started.Plan.Policy.MemoryHeadroom,
                state.ObservedSince,
                want.Plan.Vm.Id,
                state.Observation.Arrived,
                want.Plan.Source.Driver,
                want.Plan.Destination.Driver))],
            request.Released,
            state.Answered?.Heard ?? 0,
            request.Stop,
            request.UnderWay,
            request.Unresolved,
            request.Emptying);
    }

    /// <summary>Admission's answer to the last statement; an older one, which knows of fewer grants, says nothing.</summary>
    public static IEnumerable<object> Answer(RunState state, AnswerSlots answer)
    {
        var known = state.Answered?.Heard ?? 0;
        if (state.Requested?.Number != answer.Number || answer.Grants < known)
        {
            yield break;
        }

        // Also a run that is being stopped answers for its moves: one of them may have been let through and not heard of it.
        if (state.Phase is RunPhase.Moving or RunPhase.Aborting && answer.Stop != state.Stop)
        {
            yield return answer.Stop is { } stop ? new RunStopped(stop) { At = answer.At } : new RunReleased { At = answer.At };
        }

        // Grants that come with a stop are heeded after it: they are told again.
        var heeds = state.Phase is not RunPhase.Moving || (answer.Stop is null && state.Paused is null);
        var heard = heeds ? answer.Grants : known;
        if (state.AwaitsAnswer || heard != known)
        {
            yield return new SlotsAnswered(answer.Number, heard) { At = answer.At };
        }

        if (state.Phase is not RunPhase.Moving || !heeds)
        {
            yield break;
        }

        var wanted = state.Wanted.Select(vm => state.Vms[vm].Wanted!).ToDictionary(want => want.Move);
        AdmittedMove[] admitted = [.. answer.Granted.Where(wanted.ContainsKey).Select(move => wanted[move])];
        if (admitted.Length > 0)
        {
            yield return new MovesAdmitted(admitted) { At = answer.At };
        }

        foreach (var want in answer.Crowded.Where(wanted.ContainsKey).Select(move => wanted[move]))
        {
            var crowded = new MoveCrowdedOut(
                want.Move, want.Plan.Vm.Id, want.Attempt, $"Other runs took the room at {want.Plan.Destination.Host}, or empty it, before its turn came.") { At = answer.At };
            yield return crowded;
            state = RunEvolution.Evolve(state, crowded);
            if (Retry(state, state.Vms[want.Plan.Vm.Id.Value], answer.At) is { } retry)
            {
                yield return retry;
                state = RunEvolution.Evolve(state, retry);
            }

            if (RunReplanning.Look(state, crowded) is { } look)
            {
                yield return look;
                state = RunEvolution.Evolve(state, look);
            }
        }
    }

    /// <summary>Whether policy gives a VM another attempt. One that is lost, or runs at its destination already, gets none.</summary>
    public static MoveRetryScheduled? Retry(RunState state, RunVm vm, DateTimeOffset now)
    {
        var policy = state.Started!.Plan.Policy;
        var again = state.Phase is RunPhase.Moving
            && vm.Finished is { Outcome: MoveOutcome.Failed or MoveOutcome.Refused } finished
            && (finished.RunsAt == vm.Plan.Source.Host || finished.RunsAt is null && finished.Outcome is MoveOutcome.Refused)
            && vm.Attempt - vm.Withdrawals < policy.Attempts;
        return again ? new MoveRetryScheduled(vm.Plan.Vm.Id, vm.Attempt + 1, now + policy.RetryDelay) { At = now } : null;
    }

    public static IEnumerable<object> EndIfDone(RunState state, DateTimeOffset now)
    {
        var stopped = state.Phase is RunPhase.Aborting;
        if (state.Phase is not (RunPhase.Moving or RunPhase.Aborting) || state.Open.Count > 0
            || (!stopped && (state.Waiting.Count > 0 || state.Wanted.Count > 0 || state.Retrying.Count > 0)))
        {
            yield break;
        }

        var moved = state.Vms.Values.Count(vm => vm.Finished?.Outcome is MoveOutcome.Moved);
        var total = state.Vms.Count + (state.Plan?.Unplaced.Count ?? 0);
        var outcome = stopped ? RunOutcome.Aborted : moved == total ? RunOutcome.Completed : RunOutcome.CompletedWithFailures;
        var reason = stopped ? $" Stopped by {state.Abort!.By}: {state.Abort.Reason}" : "";
        yield return new RunEnded(outcome, $"{moved} of {total} VMs moved.{reason}") { At = now };
    }

    private static int AtOnce(RunState state) =>
        Math.Min(state.Started!.Plan.Policy.Parallel, state.Plan!.AtOnce ?? int.MaxValue);

    /// <summary>What is under way now or waits for its slot, in the same slots in which the plan was predicted: of this run alone. Over all runs admission counts.</summary>
    private static (Network Network, MoveSlots Slots) Slots(RunState state)
    {
        var policy = state.Started!.Plan.Policy;
        var network = new Network(policy, state.Observation!);
        var slots = new MoveSlots(network, policy, AtOnce(state));
        foreach (var plan in state.Open.Select(vm => state.Vms[vm].Plan).Concat(state.Wanted.Select(vm => state.Vms[vm].Wanted!.Plan)))
        {
            slots.Take(network.RouteOf(plan));
        }

        return (network, slots);
    }

    /// <summary>Where it is tried again, beside what is let through in the same breath: a group that failed together goes elsewhere together.</summary>
    private static PlannedMove Again(RunState state, RunVm vm, IReadOnlyList<AdmittedMove> admitted)
    {
        var others = state.Vms.Values
            .Where(other => other.Plan.Vm.Id != vm.Plan.Vm.Id && (other.Attempt == 0 || RunReplanning.HoldsRoom(other)) && !admitted.Any(one => one.Plan.Vm.Id == other.Plan.Vm.Id))
            .Select(other => other.Plan).Concat(admitted.Select(one => one.Plan));
        var destination = EvacuationPlanner.Replace(vm.Plan, state.Started!.Plan, state.Observation!, others, vm.Avoid);
        return destination is null ? vm.Plan : vm.Plan with { Destination = destination, Forecast = null };
    }
}
