using System.Reflection;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Server.Api.Admission;
using DrOrchestrator.Server.Configuration;

namespace DrOrchestrator.Server.Api.Fleet;

/// <summary>The state of the whole in one look, and what a person should see first.</summary>
public sealed class StatusViews(
    HostViews hostViews, VmViews vmViews, StateReader states, IInventory inventory, IPlanCatalog plans, IFleetView fleet, EngineOptions engine, TimeProvider clock)
{
    /// <summary>Runs counted; older ones are not looked at.</summary>
    private const int Runs = 1000;

    private static readonly string Version =
        typeof(StatusViews).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public async Task<ServerStatus> Now(CancellationToken cancellationToken)
    {
        var hosts = await hostViews.List(cancellationToken);
        var vms = await vmViews.List(cancellationToken);
        var admission = (AdmissionState)(await states.Read(StreamId.Admission, cancellationToken)).State;
        var runs = await states.List("run", Runs, cancellationToken);
        return new ServerStatus(
            engine.Worker,
            Version,
            clock.GetUtcNow(),
            inventory.ContentHash,
            [.. plans.Plans.Select(plan => new PlanSummary(plan.Name, plan.Description, plan.ContentHash, plan.Triggers.Count))],
            Count(hosts.Select(host => host.Health)),
            Count(runs.Select(run => Words.Of(((Core.Runs.RunState)run.State).Phase))),
            Count(vms.Select(vm => vm.Phase)),
            [.. hosts.Where(host => host.Answered is false).Select(host => host.Name)],
            fleet.Last?.At,
            [.. Attention(admission, hosts, vms)]);
    }

    private static PhaseCount[] Count(IEnumerable<string> phases) =>
        [.. phases.CountBy(phase => phase).Select(entry => new PhaseCount(entry.Key, entry.Value)).OrderBy(count => count.Phase, StringComparer.Ordinal)];

    /// <summary>Most urgent first: two running copies, then a stop of everything, then VMs held, then automation that stopped, then silence.</summary>
    private static IEnumerable<string> Attention(AdmissionState admission, IReadOnlyList<HostView> hosts, IReadOnlyList<VmView> vms)
    {
        foreach (var vm in vms.Where(vm => vm.Duplicate.Count > 0))
        {
            yield return $"{vm.Name} runs at {string.Join(" and at ", vm.Duplicate)} at the same time. Decide which copy is to stop, and stop it there.";
        }

        if (AdmissionViews.Sentence(admission) is { } stopped)
        {
            yield return stopped;
        }

        foreach (var vm in vms.Where(vm => vm is { Phase: "clearing", Duplicate.Count: 0 }))
        {
            yield return $"{vm.Name} is held. {vm.Held}";
        }

        foreach (var host in hosts.Where(host => host.Withheld is not null))
        {
            yield return $"{host.Name}: {host.Diagnosis}. {host.Withheld}";
        }

        foreach (var host in hosts.Where(host => host.Postponed is not null))
        {
            yield return $"{host.Name}: {host.Diagnosis}. {host.Postponed}";
        }

        foreach (var host in hosts.Where(host => host.Answered is false && host.Withheld is null))
        {
            yield return $"{host.Name} does not answer: {host.Silence}";
        }
    }
}
