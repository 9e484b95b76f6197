using DrOrchestrator.Core.Inventory;

namespace DrOrchestrator.Core.Moves;

/// <summary>What two answers, or one, say about where the guest is.</summary>
public enum TransferVerdict
{
    /// <summary>Only the destination has it, running.</summary>
    AtDestination,

    /// <summary>Only the source has it, running.</summary>
    AtSource,

    /// <summary>It runs at the source; the destination did not answer and stays a place.</summary>
    AtSourceDestinationSilent,

    /// <summary>Neither has it in memory, or it crashed where it is.</summary>
    NotRunning,

    /// <summary>Neither has it, and it did not end at the source but left it, to nobody knows where: somebody else moved or removed it.</summary>
    Vanished,

    /// <summary>Both hosts say that they run it.</summary>
    RunsTwice,

    /// <summary>Nothing can be concluded: ask again.</summary>
    Unclear,
}

/// <summary>
/// The table that turns answers into a verdict. Silence is never read as absence: a row that clears
/// a place needs that place's own answer.
/// </summary>
public static class TransferJudgement
{
    public static TransferVerdict Of(PlaceReport source, PlaceReport destination) => (source.State, destination.State) switch
    {
        _ when source.MigratingOut => TransferVerdict.Unclear,
        (VmState.Running, VmState.Running) => TransferVerdict.RunsTwice,
        (VmState.Running, { } there) when IsGone(there) => TransferVerdict.AtSource,
        (VmState.Running, null) => TransferVerdict.AtSourceDestinationSilent,
        ({ } here, VmState.Running) when IsGone(here) => TransferVerdict.AtDestination,
        (_, VmState.Absent) when HasLeft(source) => TransferVerdict.Vanished,
        ({ } here, { } there) when HasEnded(here) && HasEnded(there) => TransferVerdict.NotRunning,
        _ => TransferVerdict.Unclear,
    };

    /// <summary>
    /// After a refusal, with nothing of ours on its way: a migration that the source shows is somebody else's, and says nothing of this move.
    /// </summary>
    public static TransferVerdict OfRefused(PlaceReport source, PlaceReport destination) =>
        Of(source with { MigratingOut = source.MigratingOut && source.State is not VmState.Running }, destination);

    /// <summary>Whether this answer says that the copy does not run there and will not by itself.</summary>
    public static bool IsGone(VmState state) => state is VmState.Absent or VmState.Shutoff;

    private static bool HasLeft(PlaceReport place) => place is { State: VmState.Absent } or { State: VmState.Shutoff, MigratedAway: true };

    private static bool HasEnded(VmState state) => IsGone(state) || state is VmState.Crashed;
}
