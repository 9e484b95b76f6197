using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers;
using DrOrchestrator.Engine.Ports;

namespace DrOrchestrator.Engine.Work;

/// <summary>Looks at hosts and says what they said, silence included. One for a process: it remembers what it saw lately.</summary>
public sealed class Observer(IDrivers drivers, IInventory inventory, TimeProvider clock)
{
    /// <summary>What was seen lately, whoever asked for the look.</summary>
    public LookHistory Seen { get; } = new(clock);

    /// <summary>One look at every host of the inventory, all at once.</summary>
    public async Task<ScopeObservation> Look(CancellationToken cancellationToken)
    {
        var hosts = await Task.WhenAll(inventory.Hosts.Select(host => Observe(host, cancellationToken)));
        VmRef[] vms = [.. hosts.SelectMany(host => host.Copies).Select(copy => copy.Vm).DistinctBy(vm => vm.Id)];
        VmCheck[] checks = [.. vms.Select(vm => (vm, check: inventory.CheckOf(vm))).Where(entry => entry.check is not null)
            .Select(entry => new VmCheck(entry.vm.Id, entry.check!))];
        return new ScopeObservation(inventory.ContentHash, hosts, checks, inventory.Links, inventory.RulesFor(vms));
    }

    /// <summary>One host: its facts and its copies, or why there are none.</summary>
    public async Task<HostObservation> Observe(HostEndpoint endpoint, CancellationToken cancellationToken)
    {
        var observation = await LookAt(endpoint, cancellationToken);
        Seen.Note(endpoint.Host, observation.Answered, observation.Answered ? observation.Copies : null);
        return observation;
    }

    /// <summary>The least of looks: whether the host answers over its management connection. Null: it does; else why it does not.</summary>
    public async Task<string?> Ask(HostEndpoint endpoint, CancellationToken cancellationToken)
    {
        var facts = await drivers.For(endpoint).InspectHost(endpoint, cancellationToken);
        var silence = facts is Outcome<HostFacts>.Done ? null : Sentence(facts);
        Seen.Note(endpoint.Host, silence is null, null);
        return silence;
    }

    private async Task<HostObservation> LookAt(HostEndpoint endpoint, CancellationToken cancellationToken)
    {
        // The copies first: what was seen running has taken its memory when the host is asked what is free.
        var driver = drivers.For(endpoint);
        var copies = await driver.ListVms(endpoint, cancellationToken);
        if (copies is not Outcome<IReadOnlyList<VmCopy>>.Done { Value: var list })
        {
            return new HostObservation(endpoint, null, [], Sentence(copies));
        }

        var facts = await driver.InspectHost(endpoint, cancellationToken);
        return facts is Outcome<HostFacts>.Done { Value: var host }
            ? new HostObservation(endpoint, host, list, null)
            : new HostObservation(endpoint, null, [], Sentence(facts));
    }

    private static string Sentence<T>(Outcome<T> outcome) => outcome switch
    {
        Outcome<T>.Refused refused => refused.Reason,
        Outcome<T>.Failed failed => failed.Reason,
        Outcome<T>.Unknown unknown => unknown.Reason,
        _ => "",
    };
}
