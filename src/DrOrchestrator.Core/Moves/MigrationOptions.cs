using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;

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

/// <summary>What a move does where somebody else acts on its VM too: native HA, auto-evacuation, rebalancing, an autostart, another manager.</summary>
public enum OtherActorsRule
{
    /// <summary>It is not begun: two who act at once may start a VM twice.</summary>
    Refuse,

    /// <summary>The plan says that the orchestrator acts first, and that the others are known to keep still. They are shown all the same.</summary>
    Tolerate,
}

/// <summary>How a live migration is to be done. Part of a plan's policy. What came later than the first version has a default: older records do not have it.</summary>
/// <param name="BandwidthCap">Upper bound of the data rate of one migration; null: none.</param>
/// <param name="Encrypted">Whether the data channel must be encrypted. A driver that can't must refuse.</param>
/// <param name="AutoConverge">Whether the hypervisor may slow the guest's CPUs so that pre-copy ends.</param>
/// <param name="Storage">How disks travel.</param>
/// <param name="MaxDowntime">The pause that the hypervisor may plan for at the switch-over; null: its default.</param>
/// <param name="Timeout">The whole transfer's deadline. When it has passed, the migration is aborted and the guest stays at the source.</param>
/// <param name="PostCopy">
/// Whether the guest may go on at the destination after one pass over its memory, and fetch the rest from the source as it needs it. From
/// then on it is on two hosts, and lost with either: never off a suspect source (<see cref="Runs.MoveTerms"/>).
/// </param>
/// <param name="CopyBandwidthCap">Upper bound of the rate at which disks are copied, before the memory is; null: <paramref name="BandwidthCap"/>.</param>
/// <param name="CopySynchronously">Whether a write of the guest to a disk that is being copied ends only when the copy has it: the copy then always ends, and the guest's writes are as slow as the way.</param>
/// <param name="BandwidthShare">Above 0, at most 1: the share of the narrowest known part of the way that one migration may take; null: all of it.</param>
/// <param name="OtherActors">What is done where somebody else acts on the VM too.</param>
/// <param name="Bounds">What the run knows of the way and wants kept at the destination; null: nothing.</param>
public sealed record MigrationOptions(
    Bandwidth? BandwidthCap,
    bool Encrypted,
    bool AutoConverge,
    StorageMode Storage,
    TimeSpan? MaxDowntime,
    TimeSpan Timeout,
    bool PostCopy = false,
    Bandwidth? CopyBandwidthCap = null,
    bool CopySynchronously = false,
    double? BandwidthShare = null,
    OtherActorsRule OtherActors = OtherActorsRule.Refuse,
    MoveBounds? Bounds = null)
{
    public static MigrationOptions Default { get; } =
        new(null, Encrypted: true, AutoConverge: true, StorageMode.Auto, null, TimeSpan.FromMinutes(30));
}

/// <summary>What a run knows of one move's surroundings, for the look at both hosts right before it.</summary>
/// <param name="MemoryHeadroom">Memory that stays free at the destination.</param>
/// <param name="CpuOvercommit">Virtual CPUs that the destination may carry for each of its logical CPUs; above 0.</param>
/// <param name="Way">What the narrowest known part of the way carries; null: nothing of it is known.</param>
/// <param name="WithoutPostCopy">What is foreseen where post-copy is allowed and then not used after all; null: nothing, or nothing else.</param>
public sealed record MoveBounds(Bytes MemoryHeadroom, double CpuOvercommit, Bandwidth? Way, Finding? WithoutPostCopy = null);
