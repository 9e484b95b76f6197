using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt.Storage;

/// <summary>A file as a host's storage pool shows it.</summary>
/// <param name="Capacity">Bytes that a guest sees.</param>
/// <param name="Format">qcow2, raw.</param>
/// <param name="Changed">The inode's change time to the nanosecond; null: libvirt told none.</param>
/// <param name="Allocated">Bytes that the file takes up.</param>
internal sealed record VolumeFacts(long Capacity, string Format, decimal? Changed, long Allocated = 0);

/// <summary>
/// A folder of a host, looked at through libvirt: the pool that has it as its target, or else a transient
/// pool made for it. The transient pool is left there (it goes with libvirtd's next start): taking it
/// away would pull it from under another worker that found it, and libvirt itself needs one.
/// </summary>
internal sealed class FolderPool : IDisposable
{
    private readonly PoolHandle pool;

    private FolderPool(PoolHandle pool, bool fresh)
    {
        this.pool = pool;
        IsFresh = fresh;
    }

    /// <summary>False: libvirt was at work in the folder and would not list it anew, so that what is not in the list may be there all the same.</summary>
    public bool IsFresh { get; }

    /// <summary>Null: the host has no such folder, or does not let libvirt look into it.</summary>
    public static FolderPool? Open(ConnectionHandle connection, string folder)
    {
        var found = LibvirtNative.virStoragePoolLookupByTargetPath(connection, folder);
        if (found.IsInvalid)
        {
            found.Dispose();
            found = LibvirtNative.virStoragePoolCreateXML(connection, Definition(folder), 0);
            if (found.IsInvalid)
            {
                var error = LibvirtError.Last();
                found.Dispose();
                return error.IsConnectionLoss ? throw new LibvirtException(error) : null;
            }
        }

        // A pool lists what it found at its last refresh, and refuses one while it makes a volume.
        return new FolderPool(found, LibvirtNative.virStoragePoolRefresh(found, 0) == 0);
    }

    /// <summary>Bytes of the folder's file system: all of them, and those that are free.</summary>
    public (long Size, long Available) Room
    {
        get
        {
            Check.NotNegative(LibvirtNative.virStoragePoolGetInfo(pool, out var info));
            return ((long)info.Capacity, (long)info.Available);
        }
    }

    /// <summary>Null: no such file.</summary>
    public VolumeFacts? Find(string name)
    {
        using var volume = LibvirtNative.virStorageVolLookupByName(pool, name);
        if (volume.IsInvalid)
        {
            var error = LibvirtError.Last();
            return error.Code == ErrorCode.NoStorageVolume ? null : throw new LibvirtException(error);
        }

        // Describing a volume makes libvirt stat the file again.
        var target = XElement.Parse(Check.Text(LibvirtNative.virStorageVolGetXMLDesc(volume, 0)));
        return new VolumeFacts(
            long.Parse(target.Element("capacity")?.Value ?? "0", CultureInfo.InvariantCulture),
            target.Element("target")?.Element("format")?.Attribute("type")?.Value ?? "raw",
            decimal.TryParse(target.Element("target")?.Element("timestamps")?.Element("ctime")?.Value, CultureInfo.InvariantCulture, out var changed) ? changed : null,
            long.Parse(target.Element("allocation")?.Value ?? "0", CultureInfo.InvariantCulture));
    }

    public void Create(string name, string format, long capacity)
    {
        var definition = new XElement(
            "volume",
            new XElement("name", name),
            new XElement("capacity", new XAttribute("unit", "bytes"), capacity),
            new XElement("allocation", 0),
            new XElement("target", new XElement("format", new XAttribute("type", format))));
        using var volume = Check.Valid(LibvirtNative.virStorageVolCreateXML(pool, definition.ToString(), 0));
    }

    /// <summary>No such file is well.</summary>
    public void Remove(string name)
    {
        using var volume = LibvirtNative.virStorageVolLookupByName(pool, name);
        if (!volume.IsInvalid)
        {
            Check.NotNegative(LibvirtNative.virStorageVolDelete(volume, 0));
        }
    }

    public void Dispose() => pool.Dispose();

    private static string Definition(string folder)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..12];
        return new XElement(
            "pool",
            new XAttribute("type", "dir"),
            new XElement("name", $"drorchestrator-{name}"),
            new XElement("target", new XElement("path", folder))).ToString();
    }
}
