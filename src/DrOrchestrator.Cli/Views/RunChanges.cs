using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Cli.Views;

/// <summary>A run as plain lines, one for each change: for logs and pipes.</summary>
internal sealed class RunChanges
{
    private readonly Dictionary<string, string> said = [];
    private string? phase;

    /// <summary>What is new since the last time.</summary>
    public IEnumerable<string> Since(RunDetail detail)
    {
        var at = Measures.Time(detail.At);
        var run = detail.Run;
        if (phase is null)
        {
            yield return $"{at} {run.Id}: {run.Plan} of {run.Host}, started by {run.Trigger.By}: {Clean.Of(run.Trigger.Cause)}";
        }

        foreach (var vm in detail.Vms)
        {
            var now = Sentence(vm);
            if (said.GetValueOrDefault(vm.Id) != now)
            {
                said[vm.Id] = now;
                yield return $"{at} {vm.Name} {vm.From}->{vm.To ?? "?"}: {Clean.Of(now)}";
            }
        }

        if (phase != run.Phase)
        {
            phase = run.Phase;
            var counts = run.Vms.Total == 0 ? "" : $" ({run.Vms.Moved} of {run.Vms.Total} moved, {run.Vms.Failed} need a look)";
            yield return run.Outcome is { } outcome
                ? $"{at} {run.Id}: {Words.Plain(outcome)} after {Measures.Clock(run.ElapsedSeconds)}. {Clean.Of(run.Summary)}"
                : $"{at} {run.Id}: {run.Phase}{counts}";
        }
    }

    /// <summary>Changes with every step and with every quarter of the transfer, not with every byte.</summary>
    private static string Sentence(RunVmView vm)
    {
        var step = vm.Steps.LastOrDefault(candidate => candidate.State == "current")?.Step;
        return vm.State switch
        {
            "moving" when step == "network-transfer" && vm.Transfer is { TotalBytes: > 0 and { } total, RemainingBytes: { } remaining } =>
                $"network transfer, pass {vm.Transfer.Iteration ?? 1}, {Math.Floor(4 * (1 - ((double)remaining / total))) * 25:0} %",
            "moving" when step is not null => Words.Plain(step),
            "waiting" or "starting" => vm.State,
            _ => $"{vm.State}{(vm.Sentence is { } sentence ? $": {sentence}" : "")}",
        };
    }
}
