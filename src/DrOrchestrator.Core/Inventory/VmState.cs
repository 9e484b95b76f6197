namespace DrOrchestrator.Core.Inventory;

/// <summary>What a hypervisor says of one copy of a VM. Only <see cref="Absent"/> and <see cref="Shutoff"/> say that it does not run there.</summary>
public enum VmState
{
    /// <summary>The host answered and knows no such VM.</summary>
    Absent,

    /// <summary>Defined, not running.</summary>
    Shutoff,

    /// <summary>Its CPUs execute, or may execute at any moment.</summary>
    Running,

    /// <summary>In memory, CPUs stopped by somebody; can be resumed.</summary>
    Paused,

    /// <summary>The receiving half of a migration: in memory, CPUs not started yet.</summary>
    Incoming,

    /// <summary>In memory after a guest crash.</summary>
    Crashed,

    /// <summary>The host answered with something this driver has no word for; counts as possibly running.</summary>
    Other,
}
