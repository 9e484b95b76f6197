using DrOrchestrator.Core.Custody;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Moves;

/// <summary>Why a VM's custody is not clear, so that it takes no move, and what clears it: one sentence for whoever tells it.</summary>
public static class HeldVm
{
    /// <summary>Null: its custody is clear, or a move is under way and known to be.</summary>
    public static Refusal? Why(MoveState vm) => vm switch
    {
        { Duplicate.Count: > 0 } => new Refusal($"It runs at {string.Join(" and at ", vm.Duplicate)} at the same time.", "Decide which copy is to stop, and stop it there."),
        { Phase: MovePhase.Clearing or MovePhase.Investigating } => new Refusal($"After its move a copy might be at {string.Join(" or at ", vm.Custody.MightRunAt)}.", Until(vm)),
        _ => null,
    };

    /// <summary>What releases it, by what the places of its last move said when they were asked last.</summary>
    public static string Until(MoveState vm)
    {
        if (Said(vm) is var (source, destination))
        {
            switch (TransferJudgement.Of(source, destination), source.State, destination.State)
            {
                case (TransferVerdict.Vanished, _, _):
                    return $"Neither {source.Host} nor {destination.Host} has it any more: somebody else moved or removed it. It is released when a host of the inventory runs it.";
                case (_, VmState.Shutoff, VmState.Paused):
                    return $"It ended at {source.Host}, and {destination.Host} has a copy that waits, as old as the transfer. It is released when a person has stopped the one that is wrong.";
                default:
                    break;
            }
        }

        return "It is released when all of these but one have answered that they have none. Look at those that are silent; start no copy by hand before.";
    }

    private static (PlaceReport Source, PlaceReport Destination)? Said(MoveState vm) =>
        (vm.Move ?? vm.Last) is { } move
        && vm.LastInspection.FirstOrDefault(place => place.Host == move.Source.Host) is { } source
        && vm.LastInspection.FirstOrDefault(place => place.Host == move.Destination.Host) is { } destination
            ? (source, destination)
            : null;
}
