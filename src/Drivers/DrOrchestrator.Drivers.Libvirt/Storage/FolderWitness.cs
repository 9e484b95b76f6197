using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Drivers.Libvirt.Connections;

namespace DrOrchestrator.Drivers.Libvirt.Storage;

/// <summary>
/// Whether the destination sees the very folder of the source: a file of one byte, with a name that nobody else can have, is made
/// at the source, looked for at the destination and taken away. Times alone can not tell that: a file system stamps what changes within
/// one tick of its clock (4 ms at 250 Hz) with one time, and a mount may show what it remembers. A process that dies
/// in between leaves the byte behind, as <c>drorchestrator-look-…</c>; nothing reads it.
/// </summary>
internal sealed class FolderWitness(HostCalls source, HostCalls destination)
{
    private readonly Dictionary<string, Outcome<bool>> told = [];

    /// <summary>Done with true: seen at the destination. Done with false: the destination listed the folder anew, without it.</summary>
    public async Task<Outcome<bool>> SeenByBoth(string folder, CancellationToken cancellationToken)
    {
        if (!told.TryGetValue(folder, out var known))
        {
            told[folder] = known = await Ask(folder, cancellationToken);
        }

        return known;
    }

    private async Task<Outcome<bool>> Ask(string folder, CancellationToken cancellationToken)
    {
        var name = $"drorchestrator-look-{Guid.NewGuid():N}";
        try
        {
            var made = await source.Call<Nothing>(
                connection =>
                {
                    using var pool = FolderPool.Open(connection, folder);
                    pool?.Create(name, "raw", 1);
                    return pool is null
                        ? new Outcome<Nothing>.Refused($"libvirt cannot look into {folder}.", "Make the folder readable to libvirt.")
                        : new Outcome<Nothing>.Done(Nothing.Value);
                },
                cancellationToken);
            return made is Outcome<Nothing>.Done
                ? await destination.Call<bool>(connection => Seen(connection, folder, name), cancellationToken)
                : made.As<bool>();
        }
        finally
        {
            // Also where the caller has given up, or the answer to the making was lost.
            _ = await source.Call<Nothing>(
                connection =>
                {
                    using var pool = FolderPool.Open(connection, folder);
                    pool?.Remove(name);
                    return new Outcome<Nothing>.Done(Nothing.Value);
                },
                CancellationToken.None);
        }
    }

    private static Outcome<bool> Seen(Native.ConnectionHandle connection, string folder, string name)
    {
        using var pool = FolderPool.Open(connection, folder);
        var seen = pool?.Find(name) is not null;
        return seen || pool is null or { IsFresh: true }
            ? new Outcome<bool>.Done(seen)
            : new Outcome<bool>.Unknown($"libvirt was at work in {folder} and did not list it anew.");
    }
}
