using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Inventory.Drift;
using DrOrchestrator.Core.Planning;

namespace DrOrchestrator.Engine.Ports;

/// <summary>The inventory as configured: where the hosts are, how guests are asked, what joins the sites.</summary>
public interface IInventory
{
    /// <summary>SHA-256 of the text it was read from.</summary>
    string ContentHash { get; }

    IReadOnlyList<HostEndpoint> Hosts { get; }

    IReadOnlyList<SiteLink> Links { get; }

    /// <summary>How many moves may be under way at once, over all runs.</summary>
    FleetLimits Limits { get; }

    /// <summary>How much automation may begin by itself.</summary>
    BrakeRules Brakes { get; }

    /// <summary>What can be held against what hosts say.</summary>
    DeclaredFleet Declared => DeclaredFleet.None;

    /// <summary>How this VM's guest is asked whether it lives; null: it has no check.</summary>
    GuestCheck? CheckOf(VmRef vm);

    /// <summary>What is said of hosts, hypervisors, groups and VMs besides, for the VMs that a look found.</summary>
    FleetRules RulesFor(IReadOnlyCollection<VmRef> vms);
}
