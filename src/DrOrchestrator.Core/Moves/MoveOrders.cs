using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Moves;

/// <summary>What a VM's stream asks of workers.</summary>
public abstract record MoveOrder : Order
{
    private MoveOrder()
    {
    }

    public required MoveId Move { get; init; }

    public required VmRef Vm { get; init; }

    /// <summary>The custody generation when the order was given. Older orders do nothing.</summary>
    public required long Generation { get; init; }

    /// <summary>Preflight, and a look at the guest. Changes nothing.</summary>
    public sealed record PrepareSource(HostEndpoint Source, HostEndpoint Destination, GuestCheck? Check, MovePolicy Policy) : MoveOrder;

    /// <summary>Start the live migration, or re-attach to it, and watch it to its end.</summary>
    /// <param name="Source">Where it runs.</param>
    /// <param name="Destination">Where it goes.</param>
    /// <param name="Policy">How.</param>
    /// <param name="Attempt">The attempt to claim, 1 for the first worker.</param>
    /// <param name="Follow">Whether it was seen under way and may only be watched: it is not to be started. False in orders of before this was said.</param>
    /// <param name="StaleBelow">As <see cref="MoveState.StaleBelow"/>; 0 in orders of before this was said.</param>
    public sealed record Transfer(
        HostEndpoint Source, HostEndpoint Destination, MovePolicy Policy, int Attempt, bool Follow = false, long StaleBelow = 0) : MoveOrder
    {
        public override bool NeedsClaim => true;
    }

    /// <summary>Stop the transfer; the guest stays at the source. Whoever watches it reports the end.</summary>
    public sealed record AbortTransfer(HostEndpoint Source, HostEndpoint Destination, MovePolicy Policy) : MoveOrder;

    /// <summary>
    /// Ask the places what they have. Before it asks, the worker writes the generation into the VM's
    /// metadata where the driver can, so that orders of older generations find themselves outdated,
    /// and settles a copy that waits at the destination: it is started where the source has it no more, and removed where it is a leftover.
    /// </summary>
    /// <param name="Places">The hosts to ask.</param>
    /// <param name="Source">Where the move began.</param>
    /// <param name="Destination">Where it was to go.</param>
    /// <param name="Policy">How.</param>
    /// <param name="StopTransfer">Whether a transfer that is still under way is stopped before.</param>
    /// <param name="StaleBelow">As <see cref="MoveState.StaleBelow"/>; 0 in orders of before this was said.</param>
    public sealed record InspectPlaces(
        IReadOnlyList<HostEndpoint> Places, HostEndpoint Source, HostEndpoint Destination, MovePolicy Policy, bool StopTransfer, long StaleBelow = 0) : MoveOrder;

    /// <summary>Ask the guest whether it lives and is the same.</summary>
    public sealed record VerifyGuest(HostEndpoint Host, GuestCheck? Check, GuestObservation? Baseline, TimeSpan Timeout) : MoveOrder;
}
