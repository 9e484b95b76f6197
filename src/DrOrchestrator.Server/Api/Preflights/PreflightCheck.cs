using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Plans;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Drivers;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Work;

namespace DrOrchestrator.Server.Api.Preflights;

/// <summary>
/// Looks, plans and asks both ends of every move, as a run would, and begins nothing. The plan that a run makes later may be another one:
/// it looks for itself.
/// </summary>
public sealed class PreflightCheck(ScopeReader scopes, IDrivers drivers, StateReader states, TimeProvider clock)
{
    /// <summary>VMs asked about at once; each asks both of its hosts, and hosts answer few questions at a time.</summary>
    private const int AtOnce = 4;

    /// <summary>The report, or why there is nothing to report on.</summary>
    public async Task<(PreflightReport? Report, Refusal? Refusal)> Make(RecoveryPlan plan, HostId host, CancellationToken cancellationToken)
    {
        var at = clock.GetUtcNow();
        var scope = await scopes.Look(host, cancellationToken);
        var source = scope.Hosts.FirstOrDefault(candidate => candidate.Host == host);
        if (source is not { Answered: true })
        {
            return (null, new Refusal($"{host} does not answer ({source?.Silence}), so nothing can be live-migrated off it.", "Restore its management connection."));
        }

        var planned = EvacuationPlanner.Plan(host, plan, scope);
        if (EmptyScope.WhyNothing(source, planned) is { } nothing)
        {
            return (null, nothing);
        }

        // A person asks, so this is what a run that a person starts now would be given.
        var trigger = new RunTrigger(RunTriggerKind.Operator, new Actor("preflight"), "Preflight on demand.", Doubt: await states.DoubtOf(host, cancellationToken));
        using var lanes = new SemaphoreSlim(AtOnce);
        var moving = await Task.WhenAll(planned.Moves.Select(move => Ask(move, MoveTerms.Of(move, plan.Policy, scope, trigger), lanes, cancellationToken)));
        var crowded = RoomFindings.Together(moving).ToLookup(entry => entry.Vm.Id, entry => entry.Finding);
        PreflightVm[] vms =
        [
            .. planned.Unplaced.Select(unplaced => new PreflightVm(
                unplaced.Vm.Id.Value, unplaced.Vm.Name, host.Value, null, [View(new Finding(FindingArea.Capacity, FindingSeverity.Error, unplaced.Reason))])),
            .. planned.Moves.Zip(moving, (move, asked) => new PreflightVm(
                move.Vm.Id.Value, move.Vm.Name, move.Source.Host.Value, move.Destination.Host.Value,
                [.. asked.Findings.Concat(crowded[move.Vm.Id]).OrderByDescending(finding => finding.Severity).Select(View)])),
        ];
        FindingView[] findings = [.. OfHosts(host, planned, scope).Select(View)];
        var severities = vms.SelectMany(vm => vm.Findings).Concat(findings).Select(finding => finding.Severity).ToHashSet(StringComparer.Ordinal);
        return (
            new PreflightReport
            {
                Plan = plan.Name,
                PlanHash = plan.ContentHash,
                Host = host.Value,
                At = at,
                Verdict = severities.Contains("error") ? "errors" : severities.Contains("warning") ? "warnings" : "clear",
                PredictedSeconds = planned.PredictedMakespan?.TotalSeconds,
                LowerBoundSeconds = planned.LowerBound?.TotalSeconds,
                PredictionLeavesOut = planned.PredictedMakespan is null ? null : Prediction.LeavesOut(plan.Policy),
                Findings = findings,
                Vms = vms,
            },
            null);
    }

    /// <summary>Hosts at the sites that the plan names which take no VM; and whether the host that was named is worked on.</summary>
    private static IEnumerable<Finding> OfHosts(HostId host, EvacuationPlan planned, ScopeObservation scope)
    {
        foreach (var left in planned.LeftOut ?? [])
        {
            yield return left.Finding(FindingSeverity.Warning);
        }

        if (scope.WorkOn(host) is { } why)
        {
            yield return new Finding(FindingArea.Capacity, FindingSeverity.Information, $"{why} Nothing begins for it by itself; a run that a person starts does.");
        }
    }

    private async Task<(VmRef Vm, IReadOnlyList<Finding> Findings)> Ask(PlannedMove move, MoveTerms terms, SemaphoreSlim lanes, CancellationToken cancellationToken)
    {
        await lanes.WaitAsync(cancellationToken);
        try
        {
            // Generation 0 and a move of no run: whatever a driver does with it, it is older than any order.
            var request = new MigrationRequest(
                MoveId.Of(new RunId("preflight"), move.Vm.Id, 0), move.Vm, move.Source, move.Destination, 0, terms.Policy.Migration);
            var answer = await CapabilityFindings.Preflight(drivers.For(move.Source), request, cancellationToken);
            List<Finding> findings = answer switch
            {
                Outcome<IReadOnlyList<Finding>>.Done done => [.. done.Value],
                Outcome<IReadOnlyList<Finding>>.Refused refused => [new Finding(FindingArea.VmConfiguration, FindingSeverity.Error, refused.Reason, refused.WayOut)],
                Outcome<IReadOnlyList<Finding>>.Failed failed => [Unanswered(failed.Reason)],
                Outcome<IReadOnlyList<Finding>>.Unknown unknown => [Unanswered(unknown.Reason)],
                _ => throw new InvalidOperationException($"{answer.GetType().Name} is no outcome."),
            };
            findings.AddRange(terms.Foreseen);
            return (move.Vm, findings);
        }
        finally
        {
            lanes.Release();
        }
    }

    private static Finding Unanswered(string reason) =>
        new(FindingArea.Reachability, FindingSeverity.Error, $"Preflight gave no answer: {reason}", "Check that both hosts answer, then ask again.");

    private static FindingView View(Finding finding) => new(Words.Of(finding.Area), Words.Of(finding.Severity), finding.Fact, finding.WayOut);
}
