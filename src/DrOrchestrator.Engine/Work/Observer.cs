using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers;
using DrOrchestrator.Engine.Ports;

namespace DrOrchestrator.Engine.Work;

/// <summary>Looks at hosts and says what they said, silence included.</summary>
public sealed class Observer(IDrivers drivers, IInventory inventory)
{
    /// <summary>One look at every host of the inventory, all at once.</summary>
    public async Task<ScopeObservation> Look(CancellationToken cancellationToken)
    {
        var hosts = await Task.WhenAll(inventory.Hosts.Select(host => Observe(host, cancellationToken)));
        VmCheck[] checks = [.. hosts.SelectMany(host => host.Copies).Select(copy => copy.Vm).DistinctBy(vm => vm.Id)
            .Select(vm => (vm, check: inventory.CheckOf(vm))).Where(entry => entry.check is not null)
            .Select(entry => new VmCheck(entry.vm.Id, entry.check!))];
        return new ScopeObservation(inventory.ContentHash, hosts, checks, inventory.Links);
    }

    /// <summary>One host: its facts and its copies, or why there are none.</summary>
    public async Task<HostObservation> Observe(HostEndpoint endpoint, CancellationToken cancellationToken)
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

    private static string Sentence<T>(Outcome<T> outcome) => outcome switch
    {
        Outcome<T>.Refused refused => refused.Reason,
        Outcome<T>.Failed failed => failed.Reason,
        Outcome<T>.Unknown unknown => unknown.Reason,
        _ => "",
    };
}
