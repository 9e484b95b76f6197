using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Runs;

namespace DrOrchestrator.Server.Api.Runs;

/// <summary>A run in one line, from its stream alone.</summary>
internal static class RunSummaries
{
    public static RunSummary Of(RunState state, DateTimeOffset now)
    {
        var started = state.Started!;
        return new RunSummary
        {
            Id = started.Run.Value,
            Plan = started.Plan.Name,
            Host = started.Scope.Value,
            Phase = Words.Of(state.Phase),
            Halted = Halted(state),
            Outcome = state.Ended is { } ended ? Words.Of(ended.Outcome) : null,
            Summary = state.Ended?.Summary,
            Trigger = new RunTriggerView(Words.Of(started.Trigger.Kind), started.Trigger.By.Subject, started.Trigger.Cause),
            StartedAt = started.At,
            EndedAt = state.Ended?.At,
            ElapsedSeconds = Math.Round(((state.Ended?.At ?? now) - started.At).TotalSeconds, 3),
            Vms = Count(state),
        };
    }

    /// <summary>Why nothing new begins; null: it may.</summary>
    public static string? Halted(RunState state) => state switch
    {
        { Phase: RunPhase.Ended or RunPhase.Aborting } => null,
        { Paused: { } paused } => $"Paused by {paused.By}: {paused.Reason}",
        { Stop: { } stop } => $"Everything is stopped by {stop.By}: {stop.Reason}",
        _ => null,
    };

    private static RunCounts Count(RunState state)
    {
        var unplaced = state.Plan?.Unplaced.Count ?? 0;
        var states = state.Vms.Values.Select(vm => RunVmState.Of(state, vm)).CountBy(word => word).ToDictionary();
        int Of(params ReadOnlySpan<string> words)
        {
            var sum = 0;
            foreach (var word in words)
            {
                sum += states.GetValueOrDefault(word);
            }

            return sum;
        }

        return new RunCounts(
            state.Vms.Count + unplaced,
            Of("moved"),
            Of(RunVmState.UnderWay),
            Of("waiting", "retrying"),
            Of("refused", "failed", "unknown") + unplaced,
            Of("aborted"));
    }
}

/// <summary>Where one VM of a run stands, by what the run's stream knows.</summary>
internal static class RunVmState
{
    public const string UnderWay = "moving";

    public static string Of(RunState run, RunVm vm) => vm switch
    {
        { Open: not null } => UnderWay,
        { Closed: true, Finished: { } finished } => Words.Of(finished.Outcome),
        _ when run.Phase is RunPhase.Aborting or RunPhase.Ended => vm.Finished is { Outcome: not (MoveOutcome.Moved or MoveOutcome.Withdrawn) } last ? Words.Of(last.Outcome) : "aborted",
        { NotBefore: not null } => "retrying",
        _ => "waiting",
    };
}
