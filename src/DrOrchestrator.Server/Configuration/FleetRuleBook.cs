using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;

namespace DrOrchestrator.Server.Configuration;

/// <summary>What the inventory says of VMs by name or id, before it is known which VMs there are.</summary>
internal sealed record FleetRuleBook(
    IReadOnlyList<HostLimit> Hosts, IReadOnlyList<HypervisorLimit> Hypervisors, IReadOnlyList<GroupEntry> Groups, IReadOnlyDictionary<string, VmEntry> Vms)
{
    /// <summary>A member is whatever VM has that name or id; two VMs that share a name are both members.</summary>
    public FleetRules For(IReadOnlyCollection<VmRef> vms)
    {
        var spoken = vms.SelectMany(vm => new[] { vm.Id.Value, vm.Name }.Distinct(StringComparer.Ordinal), (vm, name) => (name, vm))
            .ToLookup(entry => entry.name, entry => entry.vm.Id, StringComparer.Ordinal);
        var rules = new List<VmRule>();
        foreach (var vm in Vms.Count == 0 ? [] : vms)
        {
            // The id is the stronger name, as with guest checks.
            if (Vms.TryGetValue(vm.Id.Value, out var entry) || Vms.TryGetValue(vm.Name, out entry))
            {
                rules.Add(new VmRule(vm.Id, entry.Priority, entry.DirtyRate));
            }
        }

        VmGroup[] groups = [.. Groups.Select(group => new VmGroup(group.Name, group.Rule, [.. group.Vms.SelectMany(name => spoken[name]).Distinct()]))];
        return new FleetRules(Hosts, Hypervisors, [.. groups.Where(group => group.Vms.Count > 1)], rules);
    }
}

/// <summary>A group as it is written: members by name or id.</summary>
internal sealed record GroupEntry(string Name, GroupRule Rule, IReadOnlyList<string> Vms);

/// <summary>A VM as it is written.</summary>
internal sealed record VmEntry(int? Priority, Bandwidth? DirtyRate, HostId? Home = null);
