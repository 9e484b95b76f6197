using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Drivers.Libvirt.Native;
using DrOrchestrator.Drivers.Libvirt.Storage;

namespace DrOrchestrator.Drivers.Libvirt.Migrations;

/// <summary>
/// A request in the terms of virDomainMigrateToURI3. Always live, peer to peer, persisted at the destination
/// and undefined at the source: a definition exists only where the VM may run. Peer to peer, because
/// then the source's daemon carries it to its end whether or not we live to see it.
/// </summary>
internal sealed record MigrationOrder(string DestinationUri, MigrateFlags Flags, IReadOnlyList<KeyValuePair<string, object>> Parameters)
{
    private const double BytesPerMebibyte = 1024 * 1024;

    /// <param name="request">What is asked.</param>
    /// <param name="storage">How the disks travel.</param>
    /// <param name="confirmedHandover">Whether the destination must not start the guest by itself.</param>
    public static MigrationOrder For(MigrationRequest request, StoragePlan storage, bool confirmedHandover)
    {
        var flags = MigrateFlags.Live | MigrateFlags.PeerToPeer | MigrateFlags.PersistDestination | MigrateFlags.UndefineSource
            | MigrateFlags.AbortOnError;
        flags |= request.Options.AutoConverge ? MigrateFlags.AutoConverge : 0;
        flags |= request.Options.Encrypted ? MigrateFlags.Tls : 0;
        flags |= storage.Copied.Count > 0 ? MigrateFlags.NonSharedDisk : 0;
        flags |= storage.NeedsUnsafe ? MigrateFlags.Unsafe : 0;
        flags |= storage.Copied.Count > 0 && request.Options.CopySynchronously ? MigrateFlags.SynchronousCopy : 0;

        // A post-copy's guest must run at the destination while the source still has its memory: it can't wait for the source's end.
        flags |= request.Options.PostCopy ? MigrateFlags.PostCopy : confirmedHandover ? MigrateFlags.Paused : 0;

        // One number for disks and memory. The disks go first; the watch sets the memory's own when its turn has come.
        var cap = storage.Copied.Count > 0 ? request.Options.CopyBandwidthCap ?? request.Options.BandwidthCap : request.Options.BandwidthCap;
        var parameters = new List<KeyValuePair<string, object>>();
        if (cap is { } most)
        {
            Add("bandwidth", WholeMebibytes(most));
        }

        if (request.Destination.MigrationAddress is { } address)
        {
            Add("migrate_uri", $"tcp://{address}");
        }

        foreach (var copy in storage.Copied)
        {
            Add("migrate_disks", copy.Disk.Target);
        }

        return new MigrationOrder(request.Destination.PeerAddress ?? request.Destination.Address, flags, parameters);

        void Add(string name, object value) => parameters.Add(new KeyValuePair<string, object>(name, value));
    }

    /// <summary>Whole MiB/s, rounded down so that a cap holds; below one there is nothing smaller than one.</summary>
    public static ulong WholeMebibytes(Bandwidth cap) => (ulong)Math.Max(1, Math.Floor(cap.BytesPerSecond / BytesPerMebibyte));

    /// <summary>Blocks until the migration has ended, one way or the other.</summary>
    public unsafe void Carry(DomainHandle domain)
    {
        using var list = new TypedParameterList();
        foreach (var (name, value) in Parameters)
        {
            if (value is ulong number)
            {
                list.Add(name, number);
            }
            else
            {
                list.Add(name, (string)value);
            }
        }

        Check.NotNegative(LibvirtNative.virDomainMigrateToURI3(domain, DestinationUri, list.Pointer, list.Count, (uint)Flags));
    }
}
