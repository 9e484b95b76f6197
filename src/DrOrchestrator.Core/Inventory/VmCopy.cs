using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Inventory;

/// <summary>A VM's identity: the id that travels, and the name that people use.</summary>
public sealed record VmRef(VmId Id, string Name)
{
    public override string ToString() => Name;
}

/// <summary>A copy of a VM as one host reports it.</summary>
/// <param name="Vm">Which VM.</param>
/// <param name="Host">The host that answered.</param>
/// <param name="State">What the hypervisor says of it.</param>
/// <param name="Persistent">Whether a definition is stored on the host, which could be started later.</param>
/// <param name="Memory">Configured memory.</param>
/// <param name="Vcpus">Configured virtual CPUs, 1 or more.</param>
/// <param name="MigratingOut">Whether an outgoing migration job is active on this copy.</param>
/// <param name="Generation">The custody generation written into its metadata; null where the driver can't or never did.</param>
/// <param name="MigratedAway">With <see cref="VmState.Shutoff"/>: whether the host says that it does not run there because it was migrated away, by whomever.</param>
public sealed record VmCopy(
    VmRef Vm, HostId Host, VmState State, bool Persistent, Bytes Memory, int Vcpus, bool MigratingOut = false, long? Generation = null,
    bool MigratedAway = false)
{
    /// <summary>Whether this copy may execute guest code now or without anybody else's help.</summary>
    public bool MayRun => State is VmState.Running or VmState.Paused or VmState.Other;

    public static VmCopy NotThere(VmRef vm, HostId host) => new(vm, host, VmState.Absent, false, Bytes.Zero, 0);
}
