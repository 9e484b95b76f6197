using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Drivers.Simulated;

/// <summary>What truly happened, whoever was told what.</summary>
public enum SimulatedEffectKind
{
    MigrationStarted,
    MigrationCompleted,
    MigrationFailed,
    MigrationAborted,
    Started,
    Stopped,
    Paused,
    Resumed,
    Defined,
    Removed,
    PoweredOff,
    PoweredOn,
    Frozen,
    Thawed,

    /// <summary>A guest began to run from memory older than what it did elsewhere since: what it wrote to its disks then, it does not know.</summary>
    RanFromOldMemory,
}

/// <summary>One entry of the effect log.</summary>
/// <param name="At">When.</param>
/// <param name="Kind">What.</param>
/// <param name="Host">Where.</param>
/// <param name="Vm">To which VM; null: to the host itself.</param>
/// <param name="Generation">The generation of the order, or of the copy.</param>
/// <param name="Move">The move that a migration belongs to.</param>
/// <param name="Detail">Why, where there is more to say.</param>
public sealed record SimulatedEffect(
    DateTimeOffset At,
    SimulatedEffectKind Kind,
    HostId Host,
    VmId? Vm = null,
    long? Generation = null,
    MoveId? Move = null,
    string? Detail = null);

/// <summary>Where a VM's CPUs execute from now on. More than one host: two copies run.</summary>
public sealed record SimulatedRunning(DateTimeOffset At, VmId Vm, IReadOnlyList<HostId> Hosts);
