namespace DrOrchestrator.Core.Moves;

/// <summary>
/// The four steps of a live migration. libvirt's version 3 handshake has them as Begin and Prepare,
/// Perform, Finish (definition and devices at the destination), and resume with Confirm.
/// </summary>
public enum MigrationStep
{
    /// <summary>Checked, destination reserved and made ready; the guest runs at the source.</summary>
    SourcePreparation,

    /// <summary>Memory (and disks, where copied) go over the network while the guest runs at the source.</summary>
    NetworkTransfer,

    /// <summary>The source's CPUs have stopped for the switch-over; devices, network and definition are set up at the destination.</summary>
    DestinationSetup,

    /// <summary>The destination's CPUs run; the source copy is taken down.</summary>
    Cutover,
}
