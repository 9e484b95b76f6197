using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;

namespace DrOrchestrator.Drivers.Conformance;

/// <summary>What a lab can do beyond the ordinary. What it can't, is skipped with its reason.</summary>
[Flags]
public enum LabAbilities
{
    None = 0,

    /// <summary>Stop a host from answering, and let it answer again.</summary>
    FreezeHosts = 1 << 0,

    /// <summary>Make a VM that the destination has no memory for.</summary>
    MakeTooBig = 1 << 1,

    /// <summary>Take the means of encryption from a host.</summary>
    PreventEncryption = 1 << 2,

    /// <summary>Make a VM with a disk on storage of its host alone.</summary>
    LocalDisks = 1 << 3,

    /// <summary>Cut the hosts off from each other.</summary>
    CutHosts = 1 << 4,

    /// <summary>Let somebody else act on a VM too.</summary>
    LetOthersAct = 1 << 5,

    /// <summary>Let somebody else migrate a VM.</summary>
    MigrateByAnother = 1 << 6,
}

/// <summary>What kind of VM a case needs.</summary>
public enum VmKind
{
    /// <summary>Small, and quick to migrate.</summary>
    Ordinary,

    /// <summary>Its memory changes faster than <see cref="IConformanceLab.Slow"/> lets it be sent: a transfer that does not end by itself.</summary>
    NeverConverging,

    /// <summary>Larger than the destination's free memory.</summary>
    TooBig,

    /// <summary>With a disk on storage of its host alone.</summary>
    WithLocalDisk,
}

/// <summary>
/// Two hosts and VMs to try a driver on. Each case gets a lab of its own and disposes it; disposing
/// takes away every VM that was made and puts everything right that was broken.
/// </summary>
public interface IConformanceLab : IAsyncDisposable
{
    LabAbilities Abilities { get; }

    HostEndpoint Source { get; }

    HostEndpoint Destination { get; }

    /// <summary>Options that suit the lab: encrypted, not capped, a minute at most.</summary>
    MigrationOptions Quick { get; }

    /// <summary>The same with a cap under which <see cref="VmKind.NeverConverging"/> never ends.</summary>
    MigrationOptions Slow { get; }

    /// <summary>A new instance that shares nothing with an earlier one, as after a restart of the process.</summary>
    IHypervisorDriver NewDriver();

    /// <summary>A new VM that runs at the source.</summary>
    Task<VmRef> RunningVm(VmKind kind);

    /// <summary>A new VM that is defined at the source and does not run.</summary>
    Task<VmRef> StoppedVm();

    /// <summary>Asks the guest itself; null where this kind of guest can't be asked.</summary>
    Task<GuestObservation?> Observe(VmRef vm);

    Task Freeze(HostEndpoint host);

    Task Thaw(HostEndpoint host);

    Task PreventEncryption();

    /// <summary>Lets the hypervisor, or what stands above it, act on this VM by itself.</summary>
    Task LetOthersAct(VmRef vm);

    /// <summary>Begins to migrate this VM from source to destination, slowly, as an operator would who knows nothing of us; ends when that is under way.</summary>
    Task MigrateByAnother(VmRef vm);

    /// <summary>Cuts source and destination off from each other; both stay reachable for the driver.</summary>
    Task CutHosts();
}
