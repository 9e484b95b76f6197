using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Planning;

namespace DrOrchestrator.Engine.Ports;

/// <summary>The inventory as configured: where the hosts are, how guests are asked, what joins the sites.</summary>
public interface IInventory
{
    /// <summary>SHA-256 of the text it was read from.</summary>
    string ContentHash { get; }

    IReadOnlyList<HostEndpoint> Hosts { get; }

    IReadOnlyList<SiteLink> Links { get; }

    /// <summary>How this VM's guest is asked whether it lives; null: it has no check.</summary>
    GuestCheck? CheckOf(VmRef vm);
}
