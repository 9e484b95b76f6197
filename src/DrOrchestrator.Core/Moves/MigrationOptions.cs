using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Moves;

/// <summary>How disks get to the destination.</summary>
public enum StorageMode
{
    /// <summary>As the VM's disks say: copied where they lie on host-local storage, else shared.</summary>
    Auto,

    /// <summary>The destination sees the same storage; nothing is copied.</summary>
    Shared,

    /// <summary>Disks are copied with the memory.</summary>
    Copied,
}

/// <summary>How a live migration is to be done. Part of a plan's policy.</summary>
/// <param name="BandwidthCap">Upper bound of the data rate of one migration; null: none.</param>
/// <param name="Encrypted">Whether the data channel must be encrypted. A driver that can't must refuse.</param>
/// <param name="AutoConverge">Whether the hypervisor may slow the guest's CPUs so that pre-copy ends.</param>
/// <param name="Storage">How disks travel.</param>
/// <param name="MaxDowntime">The pause that the hypervisor may plan for at the switch-over; null: its default.</param>
/// <param name="Timeout">The whole transfer's deadline. When it has passed, the migration is aborted and the guest stays at the source.</param>
public sealed record MigrationOptions(
    Bandwidth? BandwidthCap,
    bool Encrypted,
    bool AutoConverge,
    StorageMode Storage,
    TimeSpan? MaxDowntime,
    TimeSpan Timeout)
{
    public static MigrationOptions Default { get; } =
        new(null, Encrypted: true, AutoConverge: true, StorageMode.Auto, null, TimeSpan.FromMinutes(30));
}
