using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;

namespace DrOrchestrator.Drivers;

/// <summary>One live migration. The same request, made again by another worker, means the same migration.</summary>
/// <param name="Move">The move that asks for it.</param>
/// <param name="Vm">The VM.</param>
/// <param name="Source">Where it runs.</param>
/// <param name="Destination">Where it is to run.</param>
/// <param name="Generation">The custody generation of the order; written into the VM's metadata where the hypervisor can hold it.</param>
/// <param name="Options">How.</param>
/// <param name="StaleBelow">A copy that waits at the destination under a lower generation is a leftover, as its source was seen running the guest since (<see cref="MoveState.StaleBelow"/>). 0: none is known to be.</param>
public sealed record MigrationRequest(
    MoveId Move, VmRef Vm, HostEndpoint Source, HostEndpoint Destination, long Generation, MigrationOptions Options, long StaleBelow = 0);
