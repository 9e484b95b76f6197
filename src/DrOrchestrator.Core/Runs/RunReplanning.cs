using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using static DrOrchestrator.Core.Runs.RunEvent;

namespace DrOrchestrator.Core.Runs;

/// <summary>
/// A move that did not succeed may mean that a host fell silent or that its room went: the hosts are looked at once more, and
/// moves that have not begun go elsewhere where their destination will not do any more. What is under way stays as it is. One that is
/// turned back, as its destination takes no VM any more, shows it by itself: the others do not wait for the look.
/// </summary>
internal static class RunReplanning
{
    /// <summary>How often a run looks again. After that it goes on by the last look; retries avoid hosts that failed all the same.</summary>
    public const int MostLooks = 8;

    /// <summary>So many VMs that a host failed, and none that it took, make it one to be avoided.</summary>
    private const int FailuresToAvoid = 2;

    /// <summary>Whether the end of a move calls for another look.</summary>
    public static LookRequested? Look(RunState state, MoveFinished finished, DateTimeOffset now)
    {
        var wanted = state.Phase is RunPhase.Moving && state.Look is null && state.Waiting.Count > 0 && state.Looks < MostLooks
            && (finished.Outcome is MoveOutcome.Failed or MoveOutcome.Refused or MoveOutcome.Unknown || finished.LeftOut is not null);
        return wanted ? new LookRequested(state.Looks + 1, CauseOf(state, finished)) { At = now } : null;
    }

    public static string CauseOf(RunState state, MoveFinished finished) => $"{state.Vms[finished.Vm.Value].Plan.Vm}: {finished.Reason}";

    /// <summary>Whether a loss of room calls for another look: the room that was seen is not there, and what goes on by it would lose again.</summary>
    public static LookRequested? Look(RunState state, MoveCrowdedOut crowded) =>
        state.Look is null && state.Waiting.Count + state.Retrying.Count > 0 && state.Looks < MostLooks
            ? new LookRequested(state.Looks + 1, $"{state.Vms[crowded.Vm.Value].Plan.Vm}: {crowded.Reason}") { At = crowded.At }
            : null;

    /// <summary>What was learned since the moves were planned changes; null: every move that has not begun keeps its destination.</summary>
    /// <param name="state">The run, with what was learned.</param>
    /// <param name="cause">What it was learned by, a sentence.</param>
    /// <param name="now">When.</param>
    public static RunReplanned? Replan(RunState state, string cause, DateTimeOffset now)
    {
        var (plan, scope) = (state.Started!.Plan, state.Observation!);

        // What waits for its slot towards a host that takes nothing any more would only be turned back.
        var asked = state.Wanted.Select(vm => state.Vms[vm].Wanted!).Where(want => scope.LeavesOut(want.Plan.Destination.Host)).ToDictionary(want => want.Plan.Vm.Id);
        PlannedMove[] waiting = [.. asked.Values.Select(want => want.Plan), .. state.Waiting.Select(vm => state.Vms[vm].Plan)];
        var decided = state.Vms.Values.Where(vm => !asked.ContainsKey(vm.Plan.Vm.Id) && (vm.Wanted is not null || (vm.Attempt > 0 && HoldsRoom(vm))))
            .Select(vm => vm.Wanted?.Plan ?? vm.Plan).ToArray();
        var moves = EvacuationPlanner.Replan([state.Started.Scope], waiting, plan, scope, decided, Failing(state));
        VmId[] elsewhere = [.. waiting.Zip(moves).Where(pair => pair.First.Destination.Host != pair.Second.Destination.Host).Select(pair => pair.First.Vm.Id)];
        if (elsewhere.Length == 0)
        {
            return null;
        }

        // The others that asked keep their slots, or their place in the queue: no other host takes them.
        var takenBack = elsewhere.Where(asked.ContainsKey).ToDictionary(vm => vm, vm => asked[vm].Move);
        moves = [.. moves.Where(move => !asked.ContainsKey(move.Vm.Id) || takenBack.ContainsKey(move.Vm.Id))];

        var table = Timetable.Of(moves, plan.Policy, scope, state.Plan!.AtOnce);
        var since = now - state.PlannedAt!.Value;
        return new RunReplanned(
            cause,
            [.. moves.Select((move, index) => move with { Forecast = table is null ? null : Later(table.Forecasts[index], since) })],
            elsewhere,
            takenBack.Count == 0 ? null : [.. takenBack.Values]) { At = now };
    }

    /// <summary>
    /// Whether something of it is at its destination, on its way there, or may be. What is to be tried again holds nothing: its group would
    /// be bound to the host that failed it.
    /// </summary>
    public static bool HoldsRoom(RunVm vm) => vm.Open is not null || vm.Finished is { Outcome: MoveOutcome.Moved or MoveOutcome.Unknown };

    private static MoveForecast Later(MoveForecast forecast, TimeSpan since) => forecast with { Begin = forecast.Begin + since, End = forecast.End + since };

    private static HostId[] Failing(RunState state)
    {
        var took = state.Vms.Values.Select(vm => vm.Finished).OfType<MoveFinished>().Where(end => end.Outcome is MoveOutcome.Moved).Select(end => end.RunsAt).ToHashSet();
        return
        [
            .. state.Vms.Values.SelectMany(vm => vm.Avoid).GroupBy(host => host)
                .Where(failures => failures.Count() >= FailuresToAvoid && !took.Contains(failures.Key)).Select(failures => failures.Key),
        ];
    }
}
