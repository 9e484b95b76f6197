using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Runs;

namespace DrOrchestrator.Server.Concerns;

/// <summary>What stands by the record alone: a pure function of the streams' states.</summary>
public static class RecordConcerns
{
    /// <summary>Looking into a transfer's end takes seconds where both ends answer; before this it is no news.</summary>
    private static readonly TimeSpan Investigating = TimeSpan.FromMinutes(1);

    /// <summary>A run's failures stand until the next run of its host, and no longer than this: then they are history.</summary>
    private static readonly TimeSpan RunIsNews = TimeSpan.FromHours(24);

    /// <summary>VMs told by name in a summary; the rest is counted.</summary>
    private const int Told = 5;

    public static IEnumerable<Concern> Of(IReadOnlyCollection<HostState> hosts, IReadOnlyCollection<MoveState> vms, IReadOnlyCollection<RunState> runs, DateTimeOffset now)
    {
        RunState[] latest = [.. runs.Where(run => run.Started is not null).GroupBy(run => run.Started!.Scope).Select(ofHost => ofHost.MaxBy(run => run.Started!.At)!)];
        return hosts.SelectMany(host => new[] { Waiting(host), Postponed(host) })
            .Concat(vms.SelectMany(vm => new[] { Duplicate(vm), Unknown(vm, now) }))
            .Concat(runs.Select(Paused))
            .Concat(Failures(latest, now))
            .Concat(hosts.Select(host => InUseAgain(host, vms, latest)))
            .Concat(hosts.SelectMany(ProbeConcerns.Of))
            .OfType<Concern>();
    }

    private static Concern? Waiting(HostState host)
    {
        if (host is not { Phase: HostPhase.Withheld, Host: { } name, Withheld: { } withheld })
        {
            return null;
        }

        var diagnosis = host.Diagnosed?.Diagnosis.ToString() ?? "unknown";
        return new Concern(
            ConcernKind.DrDecisionWaiting,
            [new("host", name.Value), new("diagnosis", diagnosis)],
            $"{name} ({diagnosis}): {withheld.Why.Reason}",
            withheld.Why.WayOut,
            host.Plan is { } plan ? $"drctl run start {plan.Name} --host {name} --reason \"…\"" : "drctl hosts",
            withheld.At);
    }

    /// <summary>It ends by itself; told, for whoever wonders why nothing happens.</summary>
    private static Concern? Postponed(HostState host) => host is not { Phase: HostPhase.Postponed, Host: { } name, Postponed: { } postponed } ? null : new Concern(
        ConcernKind.DrRecoveryPostponed,
        [new("host", name.Value)],
        $"{name}: its recovery waits until {postponed.Until:yyyy-MM-dd HH:mm:ss} UTC. {postponed.Why.Reason}",
        postponed.Why.WayOut,
        "drctl brakes",
        postponed.At);

    private static Concern? Duplicate(MoveState vm) => vm is not { Duplicate.Count: > 0, Vm: { } id } ? null : new Concern(
        ConcernKind.DrDuplicateRunning,
        [new("vm", id.Name), new("vm_id", id.Id.Value)],
        $"{id.Name} runs at {string.Join(" and at ", vm.Duplicate)} at the same time.",
        "Decide which copy is to stop, and stop it there.",
        $"drctl audit show vm-{id.Id}",
        Since: null);

    private static Concern? Unknown(MoveState vm, DateTimeOffset now)
    {
        var move = vm.Phase switch
        {
            MovePhase.Clearing => vm.Last,
            MovePhase.Investigating when now - vm.Move!.PhaseSince > Investigating => vm.Move,
            _ => null,
        };
        if (move is null || vm.Vm is not { } id)
        {
            return null;
        }

        return new Concern(
            ConcernKind.DrOutcomeUnknown,
            [new("vm", id.Name), new("vm_id", id.Id.Value), new("run", move.Run.Value)],
            $"{id.Name} is held: after its move a copy might be at {string.Join(" or at ", vm.Custody.MightRunAt)}.",
            HeldVm.Until(vm),
            $"drctl audit show vm-{id.Id}",
            move.PhaseSince);
    }

    private static Concern? Paused(RunState run) => run is not { Paused: { } paused, Started: { } started, Phase: not RunPhase.Ended } ? null : new Concern(
        ConcernKind.DrRunPaused,
        [new("host", started.Scope.Value), new("run", started.Run.Value)],
        $"The run {started.Run} is paused by {paused.By} since {paused.At:yyyy-MM-dd HH:mm:ss} UTC: {paused.Reason} {Left(run)}",
        "Let it go on when the reason is over, or stop it.",
        $"drctl run resume {started.Run} --reason \"…\"",
        paused.At);

    private static string Left(RunState run)
    {
        var left = run.Waiting.Count + run.Wanted.Count + run.Retrying.Count;
        return run.Plan is null ? "It has planned nothing yet." : left == 0 ? "None of its VMs waits." : $"{left} of its VMs {(left == 1 ? "waits" : "wait")} at {run.Started!.Scope}.";
    }

    /// <summary>Of each host's runs the one that began last counts: what an earlier one left undone, it has taken up.</summary>
    private static IEnumerable<Concern> Failures(IEnumerable<RunState> latest, DateTimeOffset now) => latest
        .Where(run => run.Ended is { Outcome: RunOutcome.CompletedWithFailures or RunOutcome.Refused } ended && now - ended.At < RunIsNews)
        .Select(run => Withheld(run) ?? new Concern(
            ConcernKind.DrRunEndedWithFailures,
            [new("host", run.Started!.Scope.Value), new("run", run.Started.Run.Value)],
            $"The run {run.Started.Run} of {run.Started.Plan.Name} ended: {run.Ended!.Summary}",
            "Look at the VMs that did not move and why; then correct that and run the plan again.",
            $"drctl run show {run.Started.Run}",
            run.Ended.At));

    /// <summary>What came to a sick host after its run had looked: the run is complete, and the host is not empty.</summary>
    private static Concern? InUseAgain(HostState host, IEnumerable<MoveState> vms, IEnumerable<RunState> latest)
    {
        if (host is not { Phase: HostPhase.Handled, Host: { } name }
            || latest.FirstOrDefault(run => run.Started!.Scope == name) is not { Started: { } started, Ended: { Outcome: RunOutcome.Completed } ended })
        {
            return null;
        }

        string[] there = [.. vms.Where(vm => vm.RunsAt == name && vm is { Vm: not null, Move: null }).Select(vm => vm.Vm!.Name).Order(StringComparer.Ordinal)];
        return there.Length == 0 ? null : new Concern(
            ConcernKind.DrHostInUseAgain,
            [new("host", name.Value), new("run", started.Run.Value)],
            $"{name} is sick and was emptied by the run {started.Run}, and {(there.Length == 1 ? "a VM runs" : $"{there.Length} VMs run")} there again: "
            + $"{string.Join(", ", there.Take(Told))}{(there.Length > Told ? $" and {there.Length - Told} more" : "")}.",
            "Find out who brought them (drctl audit show vm-ID has our own moves), and keep it from that; then run the plan again.",
            $"drctl run start {started.Plan.Name} --host {name} --reason \"…\"",
            ended.At);
    }

    /// <summary>Whoever started it, nothing was tried, for nothing can be live-migrated off a silent host: a person decides, as where automation stopped before.</summary>
    private static Concern? Withheld(RunState run)
    {
        var scope = run.Started!.Scope;
        return run.Ended!.Outcome is not RunOutcome.Refused || run.Observation?.Hosts.Any(host => host.Host == scope && !host.Answered) is not true ? null : new Concern(
            ConcernKind.DrDecisionWaiting,
            [new("host", scope.Value), new("run", run.Started.Run.Value)],
            $"The run {run.Started.Run} of {run.Started.Plan.Name}, by {run.Started.Trigger.By}, began nothing: {run.Ended.Summary}",
            $"Find out whether {scope} or only the way to it is lost; when it answers again, start the plan again.",
            $"drctl run show {run.Started.Run}",
            run.Ended.At);
    }
}
