using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Drivers;
using DrOrchestrator.Engine.Ports;

namespace DrOrchestrator.Engine.Work;

/// <summary>Looks at hosts.</summary>
internal sealed class ObservationWorker(Reporter reports, IDrivers drivers, IInventory inventory)
{
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(10);

    public async Task ObserveHost(HostOrder.ObserveHost order, CancellationToken cancellationToken)
    {
        var endpoint = inventory.Hosts.FirstOrDefault(host => host.Host == order.Host);
        var observation = endpoint is null ? null : await Observe(endpoint, cancellationToken);
        var report = new HostMessage.ReportHost(order.Key, endpoint is not null, observation?.Silence, Describe(observation));
        await reports.Report(order.From, report, GiveUpAfter, cancellationToken);
    }

    public async Task ObserveScope(RunOrder.ObserveScope order, CancellationToken cancellationToken)
    {
        var observation = await Look(cancellationToken);
        await reports.Report(order.From, new RunMessage.ReportScope(order.Key, observation), GiveUpAfter, cancellationToken);
    }

    /// <summary>One look at every host of the inventory, all at once.</summary>
    public async Task<ScopeObservation> Look(CancellationToken cancellationToken)
    {
        var hosts = await Task.WhenAll(inventory.Hosts.Select(host => Observe(host, cancellationToken)));
        VmCheck[] checks = [.. hosts.SelectMany(host => host.Copies).Select(copy => copy.Vm).DistinctBy(vm => vm.Id)
            .Select(vm => (vm, check: inventory.CheckOf(vm))).Where(entry => entry.check is not null)
            .Select(entry => new VmCheck(entry.vm.Id, entry.check!))];
        return new ScopeObservation(inventory.ContentHash, hosts, checks, inventory.Links);
    }

    private async Task<HostObservation> Observe(HostEndpoint endpoint, CancellationToken cancellationToken)
    {
        var driver = drivers.For(endpoint);
        var facts = await driver.InspectHost(endpoint, cancellationToken);
        if (facts is not Outcome<HostFacts>.Done { Value: var host })
        {
            return new HostObservation(endpoint, null, [], Sentence(facts));
        }

        var copies = await driver.ListVms(endpoint, cancellationToken);
        return copies is Outcome<IReadOnlyList<VmCopy>>.Done { Value: var list }
            ? new HostObservation(endpoint, host, list, null)
            : new HostObservation(endpoint, null, [], Sentence(copies));
    }

    private static string Describe(HostObservation? observation) => observation?.Facts is { } facts
        ? $"{facts.Hypervisor}, {facts.MemoryFree} of {facts.MemoryTotal} free, {observation.Copies.Count(copy => copy.State is VmState.Running)} VMs running"
        : "";

    private static string Sentence<T>(Outcome<T> outcome) => outcome switch
    {
        Outcome<T>.Refused refused => refused.Reason,
        Outcome<T>.Failed failed => failed.Reason,
        Outcome<T>.Unknown unknown => unknown.Reason,
        _ => "",
    };
}
