using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;

namespace DrOrchestrator.Server.Api.Fleet;

/// <summary>Why a VM's custody is not clear, so that it takes no move, and what clears it; the alerts of it say the same.</summary>
public static class HeldVm
{
    /// <summary>Null: its custody is clear.</summary>
    public static Refusal? Why(MoveState vm) => vm switch
    {
        { Duplicate.Count: > 0 } => new Refusal($"It runs at {string.Join(" and at ", vm.Duplicate)} at the same time.", "Decide which copy is to stop, and stop it there."),
        { Phase: MovePhase.Clearing or MovePhase.Investigating } => new Refusal(
            $"After its move a copy might be at {string.Join(" or at ", vm.Custody.MightRunAt)}.",
            "It is released when all of these but one have answered that they have none. Look at those that are silent; start no copy by hand before."),
        _ => null,
    };
}
