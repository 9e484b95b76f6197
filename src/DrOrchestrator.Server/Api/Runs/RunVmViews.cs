using System.Globalization;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Runs;

namespace DrOrchestrator.Server.Api.Runs;

/// <summary>One VM of a run as it is shown.</summary>
internal static class RunVmViews
{
    public static RunVmView Of(RunState run, RunVm vm, MoveTimeline line, DateTimeOffset now)
    {
        var state = StateOf(run, vm, line);
        var finished = vm.Open is null ? vm.Finished : null;
        bool? moved = finished is null ? null : finished.Outcome is MoveOutcome.Moved;
        return new RunVmView
        {
            Id = vm.Plan.Vm.Id.Value,
            Name = vm.Plan.Vm.Name,
            From = vm.Plan.Source.Host.Value,
            To = vm.Plan.Destination.Host.Value,
            Attempt = vm.Attempt,
            State = state,
            Steps = MoveSteps.Of(line, moved, now),
            Transfer = line.Progress is { } progress ? Transfer(progress, line.ProgressAt!.Value) : null,
            StartedAt = line.StartedAt,
            EndedAt = line.EndedAt,
            ElapsedSeconds = line.StartedAt is { } started ? Math.Round(((line.EndedAt ?? now) - started).TotalSeconds, 3) : null,
            PredictedBeginSeconds = vm.Plan.Forecast is { } forecast ? Math.Round(forecast.Begin.TotalSeconds, 3) : null,
            PredictedEndSeconds = vm.Plan.Forecast is { } expected ? Math.Round(expected.End.TotalSeconds, 3) : null,
            Doubt = vm.Plan.Forecast?.Doubt,
            MemoryBytes = vm.Plan.Memory.Value,
            ReportedDowntimeSeconds = line.ReportedDowntime?.TotalSeconds,
            RunsAt = finished is null && vm.Open is null ? vm.Plan.Source.Host.Value : finished?.RunsAt?.Value,
            Uncleared = [.. (finished?.Uncleared ?? []).Select(host => host.Value)],
            NextAttemptAt = state == "retrying" ? vm.NotBefore : null,
            Sentence = SentenceOf(run, state, vm, line, finished),
            Warnings = line.Warnings,
        };
    }

    public static RunVmView Unplaced(RunState run, Unplaced vm) => new()
    {
        Id = vm.Vm.Id.Value,
        Name = vm.Vm.Name,
        From = run.Started!.Scope.Value,
        State = "unplaced",
        Steps = MoveSteps.Of(MoveTimeline.NotBegun, null, default),
        RunsAt = run.Started.Scope.Value,
        Sentence = vm.Reason,
    };

    private static string StateOf(RunState run, RunVm vm, MoveTimeline line) => RunVmState.Of(run, vm) switch
    {
        RunVmState.UnderWay when line.StartedAt is null => "starting",
        RunVmState.UnderWay when line.Investigating is not null => "investigating",
        RunVmState.UnderWay when line.Aborting is not null => "aborting",
        var word => word,
    };

    private static string? SentenceOf(RunState run, string state, RunVm vm, MoveTimeline line, RunEvent.MoveFinished? finished) => state switch
    {
        "investigating" => line.Investigating,
        "aborting" => line.Aborting,
        "retrying" => string.Create(CultureInfo.InvariantCulture, $"Attempt {vm.Attempt + 1} follows. The last one: {finished?.Reason}"),
        "waiting" when run.Wanted.Contains(vm.Plan.Vm.Id.Value) && !run.AwaitsAnswer => "It waits for a slot, which moves of all runs share (drctl admission).",
        "aborted" when finished is null => $"It was not begun; the run left it at {vm.Plan.Source.Host}.",
        _ => finished?.Reason,
    };

    private static TransferView Transfer(MigrationProgress progress, DateTimeOffset at) => new(
        at,
        progress.Total?.Value,
        progress.Transferred?.Value,
        progress.Remaining?.Value,
        progress.DirtyRate?.BytesPerSecond,
        progress.Throughput?.BytesPerSecond,
        progress.Iteration,
        progress.ExpectedDowntime?.TotalSeconds,
        progress.ThrottlePercent);
}
