using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Inventory;

/// <summary>How a host is reached.</summary>
/// <param name="Host">Its id.</param>
/// <param name="Site">The site it stands in.</param>
/// <param name="Driver">The driver's name, for example <c>libvirt</c>.</param>
/// <param name="Address">The connection address in that driver's own form, for example <c>qemu+tls://a1/system</c>.</param>
/// <param name="MigrationAddress">The host's address on the dedicated migration network, used for the data of a live migration; null: the driver's default path, which preflight warns about.</param>
/// <param name="PeerAddress">The address by which another host's hypervisor reaches this one for a peer-to-peer migration; null: <paramref name="Address"/>.</param>
public sealed record HostEndpoint(
    HostId Host, SiteId Site, string Driver, string Address, string? MigrationAddress = null, string? PeerAddress = null);
