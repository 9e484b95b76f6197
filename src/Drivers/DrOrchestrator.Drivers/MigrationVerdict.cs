using DrOrchestrator.Core.Inventory;

namespace DrOrchestrator.Drivers;

/// <summary>
/// The two judgements that every driver makes alike from what both ends answered: whether a migration
/// may begin, and how one ended. A hypervisor's "success" never decides; the copies seen do.
/// </summary>
public static class MigrationVerdict
{
    /// <summary>
    /// Before anything is sent. Null: start it. Done: it is under way or over. <paramref name="moveUnderWay"/> is the mark that the VM
    /// carries at its source, written before every order of ours; a running job without this move's is somebody else's.
    /// </summary>
    public static Outcome<Nothing>? Before(MigrationRequest request, VmCopy source, VmCopy destination, string? moveUnderWay)
    {
        var vm = request.Vm;
        if (source.MigratingOut)
        {
            return moveUnderWay == request.Move.Value
                ? Done
                : new Outcome<Nothing>.Refused(AlreadyMigrating(request, moveUnderWay), WaitForIt);
        }

        var newest = Math.Max(source.Generation ?? long.MinValue, destination.Generation ?? long.MinValue);
        if (newest > request.Generation)
        {
            return new Outcome<Nothing>.Refused(
                $"The order for {vm} is of generation {request.Generation}, but its metadata says {newest}: the order is out of date.",
                "Nothing needs to be done; the newer order stands.");
        }

        if (destination.State is VmState.Running or VmState.Paused && !MayExecute(source))
        {
            return Done;
        }

        if (source.State is not VmState.Running)
        {
            return new Outcome<Nothing>.Refused(
                $"{vm} does not run on {request.Source.Host}: it is {Word(source.State)} there.",
                "Look where it runs, or recover it from its replica.");
        }

        return destination.State is VmState.Absent or VmState.Shutoff
            ? null
            : new Outcome<Nothing>.Refused(
                $"{request.Destination.Host} already has a copy of {vm} that is {Word(destination.State)}.",
                "Find out which copy is the right one, and stop and remove the other.");
    }

    /// <summary>After the end, from what was seen. <paramref name="why"/> is the hypervisor's own word for a failure.</summary>
    public static Outcome<Nothing> After(MigrationRequest request, VmCopy? source, VmCopy? destination, string? why)
    {
        var because = why is null ? "" : $" {why}";
        if (source is null || destination is null)
        {
            var silent = source is null
                ? destination is null ? $"Neither {request.Source.Host} nor {request.Destination.Host}" : $"{request.Source.Host}"
                : $"{request.Destination.Host}";
            var seen = (source ?? destination) is { } copy ? $" {copy.Host} reports it {Word(copy.State)}." : "";
            var verb = source is null && destination is null ? "answered" : "did not answer";
            return new Outcome<Nothing>.Unknown($"{silent} {verb} when asked for {request.Vm} after the migration.{seen}{because}");
        }

        if (MayExecute(source) && MayExecute(destination))
        {
            return new Outcome<Nothing>.Unknown(
                $"{request.Vm} is {Word(source.State)} on {source.Host} and {Word(destination.State)} on {destination.Host}.{because}");
        }

        return (source.State, destination.State) switch
        {
            (VmState.Absent or VmState.Shutoff, VmState.Running) => Done,
            (VmState.Running, VmState.Absent or VmState.Shutoff) => new Outcome<Nothing>.Failed(
                $"{request.Vm} stayed on {source.Host}.{because}{(why is null ? " No migration of it is under way." : "")}"),
            (_, VmState.Absent) when source is { State: VmState.Absent } or { State: VmState.Shutoff, MigratedAway: true } => new Outcome<Nothing>.Unknown(
                $"Neither {source.Host} nor {destination.Host} has {request.Vm} any more: somebody else moved or removed it.{because}"),
            (_, VmState.Crashed) => new Outcome<Nothing>.Failed($"{request.Vm} crashed; {destination.Host} still holds it.{because}"),
            (VmState.Absent or VmState.Shutoff, VmState.Absent or VmState.Shutoff) => new Outcome<Nothing>.Failed(
                $"{request.Vm} runs neither on {source.Host} nor on {destination.Host}.{because}"),
            _ => new Outcome<Nothing>.Unknown(
                $"{request.Vm} is {Word(source.State)} on {source.Host} and {Word(destination.State)} on {destination.Host}.{because}"),
        };
    }

    /// <summary>What is found of a migration that is not this move's.</summary>
    /// <param name="request">What was to be done.</param>
    /// <param name="move">The mark that the VM carries; null: none.</param>
    public static string AlreadyMigrating(MigrationRequest request, string? move) =>
        $"{request.Vm} is already migrating from {request.Source.Host}, {(move is null ? "and nobody here asked for that" : $"and was last marked for move {move}")}.";

    /// <summary>What unblocks it.</summary>
    public const string WaitForIt = "Wait for that migration to end, or abort it.";

    /// <summary>A state in an operator's words.</summary>
    public static string Word(VmState state) => state switch
    {
        VmState.Absent => "absent",
        VmState.Shutoff => "shut off",
        VmState.Running => "running",
        VmState.Paused => "paused",
        VmState.Incoming => "still being received",
        VmState.Crashed => "crashed",
        _ => "in an unknown state",
    };

    private static Outcome<Nothing> Done { get; } = new Outcome<Nothing>.Done(Nothing.Value);

    private static bool MayExecute(VmCopy copy) => copy.MayRun;
}
