using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Planning;

/// <summary>A disk that is to be made at the destination, or written over.</summary>
/// <param name="Disk">Its name in the guest.</param>
/// <param name="Folder">The folder, as the destination calls it.</param>
/// <param name="GrowsTo">What the guest may write to it.</param>
/// <param name="Free">What is free there.</param>
/// <param name="Size">What the file system of the folder holds in all; zero: not known.</param>
/// <param name="There">What an older file, that it is written over, takes up already.</param>
/// <param name="Arriving">What copies that are on their way into the folder may still take of what is free.</param>
public sealed record NewDisk(string Disk, string Folder, Bytes GrowsTo, Bytes Free, Bytes Size, Bytes There = default, Bytes Arriving = default)
{
    internal string Name => There.Value > 0 ? $"{Disk} ({There} of it are there)" : Disk;
}

/// <summary>What the disks of one move may take of a folder at its destination.</summary>
/// <param name="Host">The destination.</param>
/// <param name="Folder">The folder.</param>
/// <param name="Needs">What they may take of it together.</param>
/// <param name="Free">What is free there for them.</param>
public sealed record FolderRoom(HostId Host, string Folder, Bytes Needs, Bytes Free);

/// <summary>
/// Whether the disks that a move makes at its destination find room there, and those of several moves together. Counted is what they may grow to:
/// a guest that finds its disk full stands still. Folders are told apart by their names. That two of them lie on one file system
/// can only be guessed, by their figures.
/// </summary>
public static class RoomFindings
{
    /// <summary>Two folders whose free space differs by less than this part of their size may have been looked at one after the other on one file system.</summary>
    private const int SameWithin = 100;

    /// <summary>One finding for each folder; those that fit say what they may take of it (<see cref="Finding.Room"/>).</summary>
    public static IEnumerable<Finding> Of(HostId there, IReadOnlyList<NewDisk> disks)
    {
        Need[] needs = [.. disks.GroupBy(disk => disk.Folder, StringComparer.Ordinal).Select(folder => new Need(folder.Key, [.. folder]))];
        foreach (var need in needs)
        {
            var arriving = need.Arriving > 0 ? $", of which copies that are arriving may take {new Bytes(need.Arriving)}" : "";
            yield return need.Fits
                ? new Finding(
                    FindingArea.Storage, FindingSeverity.Information,
                    $"{need.Names} may grow to {new Bytes(need.GrowsTo)} in {need.Folder} of {there}, where {new Bytes(need.Free)} are free{arriving}.",
                    Room: new FolderRoom(there, need.Folder, new Bytes(need.Takes), new Bytes(need.Free - need.Arriving)))
                : Error($"{there} has {new Bytes(need.Free)} free in {need.Folder}{arriving}; {need.Names} may grow to {new Bytes(need.GrowsTo)}.");
        }

        foreach (var like in needs.Where(need => need.Fits && need.Size > 0).GroupBy(need => need.Size))
        {
            Need[] alike = [.. like.Where(need => Math.Abs(need.Free - like.First().Free) < like.Key / SameWithin)];
            var free = alike.Min(need => need.Free);
            if (alike.Length > 1 && alike.Sum(need => need.Takes + need.Arriving) > free)
            {
                yield return new Finding(
                    FindingArea.Storage, FindingSeverity.Warning,
                    $"{Words(alike.Select(need => need.Folder))} of {there} show one size and about the same free space ({new Bytes(free)}); if they are on one file system, {Words(alike.Select(need => need.Names))} do not fit: together they may grow to {new Bytes(alike.Sum(need => need.GrowsTo))}.",
                    "Look with df there; free space if it is one, or choose another destination.");
            }
        }
    }

    /// <summary>What does not fit once the moves before it are counted, by destination and folder.</summary>
    /// <param name="moves">In the order in which they are to begin, each with its own findings.</param>
    /// <returns>The VMs that find no room any more, each with why. Those with a shortage of their own are not counted.</returns>
    public static IEnumerable<(VmRef Vm, Finding Finding)> Together(IEnumerable<(VmRef Vm, IReadOnlyList<Finding> Findings)> moves)
    {
        var folders = moves.SelectMany(move => move.Findings.Select(finding => finding.Room).OfType<FolderRoom>(), (move, room) => (move.Vm, Room: room))
            .GroupBy(entry => (entry.Room.Host, entry.Room.Folder));
        foreach (var folder in folders)
        {
            var (free, taken, before) = (folder.Min(entry => entry.Room.Free.Value), 0L, new List<string>());
            foreach (var (vm, room) in folder)
            {
                if (room.Needs.Value <= free - taken)
                {
                    taken += room.Needs.Value;
                    before.Add(vm.Name);
                    continue;
                }

                yield return (vm, Error(
                    before.Count == 0
                        ? $"{room.Host} has {new Bytes(free)} free in {room.Folder} by now; the disks of {vm} may grow to {room.Needs}."
                        : $"{room.Host} has {new Bytes(free)} free in {room.Folder}, of which {Words(before)} may take {new Bytes(taken)}; the disks of {vm} may grow to {room.Needs}."));
            }
        }
    }

    private static Finding Error(string fact) => new(FindingArea.Storage, FindingSeverity.Error, fact, "Free space there, or choose another destination.");

    private static string Words(IEnumerable<string> names) => names.ToArray() is [.. var first, var last] && first.Length > 0 ? $"{string.Join(", ", first)} and {last}" : names.Single();

    private sealed record Need(string Folder, NewDisk[] Disks)
    {
        public string Names => Words(Disks.Select(disk => disk.Name));

        public long GrowsTo => Disks.Sum(disk => disk.GrowsTo.Value);

        public long Takes => Disks.Sum(disk => Math.Max(0, disk.GrowsTo.Value - disk.There.Value));

        public long Free => Disks.Min(disk => disk.Free.Value);

        public long Size => Disks[0].Size.Value;

        public long Arriving => Disks.Max(disk => disk.Arriving.Value);

        public bool Fits => Takes <= Free - Arriving;
    }
}
