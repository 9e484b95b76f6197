using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Libvirt.Domains;

namespace DrOrchestrator.Drivers.Libvirt.Storage;

/// <summary>How each disk gets to the destination.</summary>
/// <param name="Copied">Disks that are copied with the memory, and must exist at the destination before.</param>
/// <param name="Shared">Disks that the destination sees as they are.</param>
/// <param name="Findings">What an operator should know; an error means that the plan must not be used.</param>
internal sealed record StoragePlan(
    IReadOnlyList<CopiedDisk> Copied, IReadOnlyList<DomainDisk> Shared, IReadOnlyList<Finding> Findings)
{
    /// <summary>
    /// libvirt calls a shared disk unsafe when the file system is not one it knows as shared. Told to us by
    /// the plan or seen by us to be the same file, it is safe where no host's page cache stands between.
    /// Any other cache mode is left to libvirt's refusal.
    /// </summary>
    public bool NeedsUnsafe => Shared.Any(d => d.Kind == "file") && Shared.All(d => d.BypassesHostCache);
}

/// <summary>A disk to be copied.</summary>
/// <param name="Disk">Which.</param>
/// <param name="Capacity">Bytes that the guest sees.</param>
/// <param name="Exists">A file of that format and capacity lies at the destination already and is written over.</param>
internal sealed record CopiedDisk(DomainDisk Disk, long Capacity, bool Exists);
