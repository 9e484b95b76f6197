using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Plans;
using DrOrchestrator.Core.Runs;
using static DrOrchestrator.Core.Runs.RunEvent;
using static DrOrchestrator.Core.Runs.RunMessage;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Runs;

/// <summary>A run that takes everything off a1.</summary>
internal static class RunStory
{
    public static RunTrigger ByHand { get; } = new(RunTriggerKind.Operator, Night, "It smells of smoke.");

    public static RunTrigger ByAlert { get; } = new(RunTriggerKind.Alert, new Actor("host-a1"), "It is hot.", A1.Host);

    public static string ScopeKey { get; } = $"{Sample.Run}/observe";

    public static VmRef[] Vms { get; } = [.. Enumerable.Range(1, 6).Select(number => new VmRef(new VmId($"vm-{number}"), $"vm-{number}"))];

    public static Spec Run => Spec.Of(RunDecider.Instance, Noon);

    public static StartRun Start(RunTrigger? trigger = null, PlanPolicy? policy = null) =>
        new(Sample.Run, Plan with { Policy = policy ?? Plan.Policy }, A1.Host, trigger ?? ByHand);

    public static Spec Observing(PlanPolicy? policy = null, RunTrigger? trigger = null) => Run.When(Start(trigger, policy)).ThenGoOn();

    /// <summary>So many VMs of 1 GiB each on a1, and room for all of them on b1 and b2.</summary>
    public static ReportScope Scoped(int vms) => new(ScopeKey, Scope(
        Seen(A1, 1024, [.. Vms.Take(vms).Select(vm => Copy(vm, A1))]), Seen(A2, 65536), Seen(B1, 32768), Seen(B2, 32768)));

    public static Spec Moving(int vms, PlanPolicy? policy = null, RunTrigger? trigger = null) =>
        Observing(policy, trigger).When(Scoped(vms)).ThenGoOn().Granted();

    /// <summary>Admission lets through all that the run wants.</summary>
    public static Spec Granted(this Spec spec) => spec.When(Grant(spec)).ThenGoOn();

    /// <summary>Admission's answer to the last statement, with everything that the run wants.</summary>
    public static AnswerSlots Grant(Spec spec)
    {
        var state = spec.StateOf<RunState>();
        return new AnswerSlots(
            state.Requested?.Number ?? 0, (state.Answered?.Heard ?? 0) + state.Wanted.Count, [.. state.Wanted.Select(vm => state.Vms[vm].Wanted!.Move)], [], null);
    }

    public static AnswerSlots Grant(Spec spec, StopNotice stop) => Grant(spec) with { Stop = stop };

    public static MoveAnswered Ended(int vm, MoveOutcome outcome, int attempt = 1, HostId? runsAt = null) => new(
        MoveId.Of(Sample.Run, Vms[vm - 1].Id, attempt), Vms[vm - 1].Id, outcome, runsAt ?? (outcome is MoveOutcome.Moved ? B1.Host : A1.Host), "So it went.", [], null);

    public static AbortRun Abort { get; } = new(Night, "Wrong host.");

    public static string[] WantedMoves(this Spec spec) => [.. spec.StateOf<RunState>().Wanted];

    public static string[] OpenMoves(this Spec spec) => [.. spec.StateOf<RunState>().Open];

    public static RunEnded? End(this Spec spec) => spec.StateOf<RunState>().Ended;
}
