using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Runs;

namespace DrOrchestrator.Server.Api.Runs;

/// <summary>Runs as they are shown: the run's stream, and of each VM's stream what belongs to the run.</summary>
public sealed class RunViews(StateReader states, MoveTimelines timelines, TimeProvider clock)
{
    public async Task<IReadOnlyList<RunSummary>> List(int limit, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return [.. (await states.List("run", limit, cancellationToken)).Select(state => RunSummaries.Of((RunState)state.State, now))];
    }

    /// <summary>Null: there is no such run.</summary>
    public async Task<RunDetail?> Find(string id, CancellationToken cancellationToken)
    {
        var state = (RunState)(await states.Read(StreamId.Run(new RunId(id)), cancellationToken)).State;
        if (state.Started is null)
        {
            return null;
        }

        var lines = await timelines.Of([.. state.Vms.Values.Select(vm => (vm.Plan.Vm.Id, Move: MoveOf(vm))).Where(entry => entry.Move is not null).Select(entry => (entry.Id, entry.Move!.Value))], cancellationToken);
        var now = clock.GetUtcNow();
        var inPlan = state.Plan?.Moves.Select(move => state.Vms[move.Vm.Id.Value]) ?? [];
        return new RunDetail
        {
            Run = RunSummaries.Of(state, now),
            At = now,
            Simulated = state.Observation?.Hosts.Any(host => host.Endpoint.Driver == Drivers.Simulated.SimulatedDriver.DriverName) ?? false,
            PlanHash = state.Started.Plan.ContentHash,
            PlannedAt = state.PlannedAt,
            PredictedSeconds = Seconds(state.Plan?.PredictedMakespan),
            LowerBoundSeconds = Seconds(state.Plan?.LowerBound),
            PredictionLeavesOut = state.Plan?.PredictedMakespan is null ? null : Prediction.LeavesOut(state.Started.Plan.Policy),
            BoundBy = state.Plan?.BoundBy,
            HeldBackBy = state.Plan?.HeldBackBy,
            LeftOut = [.. (state.Plan?.LeftOut ?? []).Select(left => left.Why)],
            MovingSeconds = state.PlannedAt is { } planned ? Seconds((state.Ended?.At ?? now) - planned) : null,
            Abort = state.Abort is { } abort ? new RunAbortView(abort.By.Subject, abort.Reason, abort.At) : null,
            Replans = [.. state.Replans.Select(replan => new RunReplanView(replan.At, replan.Cause, [.. replan.Elsewhere.Select(vm => state.Vms[vm.Value].Plan.Vm.Name)]))],
            Vms =
            [
                .. inPlan.Select(vm => RunVmViews.Of(state, vm, MoveOf(vm) is { } move ? lines[move] : MoveTimeline.NotBegun, now)),
                .. (state.Plan?.Unplaced ?? []).Select(vm => RunVmViews.Unplaced(state, vm)),
            ],
        };
    }

    private static MoveId? MoveOf(RunVm vm) => vm.Open ?? vm.Finished?.Move;

    private static double? Seconds(TimeSpan? span) => span is { } value ? Math.Round(value.TotalSeconds, 3) : null;
}
