using System.Runtime.InteropServices;

namespace DrOrchestrator.Drivers.Libvirt.Native;

/// <summary>
/// The functions of libvirt.so.0 that the driver needs; names and meanings are libvirt's own
/// (libvirt.org, "API reference"). All of them block until the daemon answered and belong on a
/// thread of their own; errors are thread-local and read on the same thread.
/// </summary>
internal static unsafe partial class LibvirtNative
{
    private const string Library = LibvirtLibrary.DefaultName;
    private const StringMarshalling Utf8 = StringMarshalling.Utf8;

    [LibraryImport(Library)]
    internal static partial int virInitialize();

    [LibraryImport(Library)]
    internal static partial void virSetErrorFunc(nint userData, delegate* unmanaged[Cdecl]<nint, VirError*, void> handler);

    [LibraryImport(Library)]
    internal static partial VirError* virGetLastError();

    [LibraryImport(Library)]
    internal static partial int virEventRegisterDefaultImpl();

    [LibraryImport(Library)]
    internal static partial int virEventRunDefaultImpl();

    [LibraryImport(Library)]
    internal static partial int virEventAddTimeout(int milliseconds, delegate* unmanaged[Cdecl]<int, nint, void> callback, nint opaque, nint free);

    [LibraryImport(Library, StringMarshalling = Utf8)]
    internal static partial ConnectionHandle virConnectOpenAuth(string uri, nint auth, uint flags);

    [LibraryImport(Library)]
    internal static partial int virConnectClose(nint connection);

    [LibraryImport(Library)]
    internal static partial int virConnectIsAlive(ConnectionHandle connection);

    [LibraryImport(Library)]
    internal static partial int virConnectSetKeepAlive(ConnectionHandle connection, int intervalSeconds, uint count);

    [LibraryImport(Library)]
    internal static partial int virConnectDomainEventRegisterAny(
        ConnectionHandle connection, nint domain, int eventId, nint callback, nint opaque, nint free);

    [LibraryImport(Library)]
    internal static partial int virConnectDomainEventDeregisterAny(ConnectionHandle connection, int callbackId);

    [LibraryImport(Library)]
    internal static partial nint virConnectGetCapabilities(ConnectionHandle connection);

    [LibraryImport(Library)]
    internal static partial int virConnectGetVersion(ConnectionHandle connection, out ulong version);

    [LibraryImport(Library)]
    internal static partial int virConnectGetLibVersion(ConnectionHandle connection, out ulong version);

    [LibraryImport(Library, StringMarshalling = Utf8)]
    internal static partial int virConnectCompareHypervisorCPU(
        ConnectionHandle connection, string? emulator, string? architecture, string? machine, string? virtType, string xml, uint flags);

    /// <summary>Null arguments are the host's own choice.</summary>
    [LibraryImport(Library, StringMarshalling = Utf8)]
    internal static partial nint virConnectGetDomainCapabilities(
        ConnectionHandle connection, string? emulator, string? architecture, string? machine, string? virtType, uint flags);

    [LibraryImport(Library, StringMarshalling = Utf8)]
    internal static partial InterfaceHandle virInterfaceLookupByName(ConnectionHandle connection, string name);

    [LibraryImport(Library)]
    internal static partial int virInterfaceFree(nint device);

    [LibraryImport(Library, StringMarshalling = Utf8)]
    internal static partial NetworkHandle virNetworkLookupByName(ConnectionHandle connection, string name);

    [LibraryImport(Library)]
    internal static partial int virNetworkIsActive(NetworkHandle network);

    [LibraryImport(Library)]
    internal static partial int virNetworkFree(nint network);

    [LibraryImport(Library)]
    internal static partial int virNodeGetInfo(ConnectionHandle connection, out NodeInfo info);

    [LibraryImport(Library)]
    internal static partial ulong virNodeGetFreeMemory(ConnectionHandle connection);

    [LibraryImport(Library)]
    internal static partial int virConnectListAllDomains(ConnectionHandle connection, out nint* domains, uint flags);

    [LibraryImport(Library, StringMarshalling = Utf8)]
    internal static partial DomainHandle virDomainLookupByUUIDString(ConnectionHandle connection, string uuid);

    [LibraryImport(Library)]
    internal static partial int virDomainGetUUIDString(nint domain, byte* text);

    [LibraryImport(Library)]
    internal static partial int virDomainFree(nint domain);

    [LibraryImport(Library)]
    internal static partial int virDomainGetState(DomainHandle domain, out int state, out int reason, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainGetInfo(DomainHandle domain, out DomainInfo info);

    /// <summary>Kept by the domain object; not to be freed.</summary>
    [LibraryImport(Library)]
    internal static partial nint virDomainGetName(DomainHandle domain);

    [LibraryImport(Library)]
    internal static partial int virDomainIsPersistent(DomainHandle domain);

    [LibraryImport(Library)]
    internal static partial nint virDomainGetXMLDesc(DomainHandle domain, uint flags);

    [LibraryImport(Library, StringMarshalling = Utf8)]
    internal static partial nint virDomainGetMetadata(DomainHandle domain, int type, string uri, uint flags);

    [LibraryImport(Library, StringMarshalling = Utf8)]
    internal static partial int virDomainSetMetadata(DomainHandle domain, int type, string metadata, string key, string uri, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainGetJobStats(DomainHandle domain, out int type, out TypedParameter* parameters, out int count, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainAbortJob(DomainHandle domain);

    [LibraryImport(Library)]
    internal static partial int virDomainDestroyFlags(DomainHandle domain, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainCreateWithFlags(DomainHandle domain, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainResume(DomainHandle domain);

    [LibraryImport(Library)]
    internal static partial int virDomainUndefineFlags(DomainHandle domain, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainSnapshotNum(DomainHandle domain, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainListAllCheckpoints(DomainHandle domain, nint checkpoints, uint flags);

    [LibraryImport(Library, StringMarshalling = Utf8)]
    internal static partial int virDomainGetBlockJobInfo(DomainHandle domain, string disk, BlockJobInfo* info, uint flags);

    [LibraryImport(Library, StringMarshalling = Utf8)]
    internal static partial int virDomainGetBlockInfo(DomainHandle domain, string disk, BlockInfo* info, uint flags);

    [LibraryImport(Library, StringMarshalling = Utf8)]
    internal static partial int virDomainBlockStats(DomainHandle domain, string disk, BlockStatistics* statistics, nuint size);

    [LibraryImport(Library)]
    internal static partial int virDomainGetAutostart(DomainHandle domain, out int autostart);

    [LibraryImport(Library)]
    internal static partial int virDomainMigrateStartPostCopy(DomainHandle domain, uint flags);

    /// <summary>Of the memory; whole MiB/s.</summary>
    [LibraryImport(Library)]
    internal static partial int virDomainMigrateSetMaxSpeed(DomainHandle domain, nuint bandwidth, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainMigrateSetMaxDowntime(DomainHandle domain, ulong milliseconds, uint flags);

    [LibraryImport(Library, StringMarshalling = Utf8)]
    internal static partial int virDomainMigrateToURI3(DomainHandle domain, string destination, TypedParameter* parameters, uint count, uint flags);

    [LibraryImport(Library, StringMarshalling = Utf8)]
    internal static partial int virTypedParamsAddULLong(ref TypedParameter* parameters, ref int count, ref int capacity, string name, ulong value);

    [LibraryImport(Library, StringMarshalling = Utf8)]
    internal static partial int virTypedParamsAddString(ref TypedParameter* parameters, ref int count, ref int capacity, string name, string value);

    [LibraryImport(Library)]
    internal static partial void virTypedParamsFree(TypedParameter* parameters, int count);

    [LibraryImport(Library, StringMarshalling = Utf8)]
    internal static partial PoolHandle virStoragePoolLookupByTargetPath(ConnectionHandle connection, string path);

    [LibraryImport(Library, StringMarshalling = Utf8)]
    internal static partial PoolHandle virStoragePoolCreateXML(ConnectionHandle connection, string xml, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolRefresh(PoolHandle pool, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolGetInfo(PoolHandle pool, out PoolInfo info);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolDestroy(PoolHandle pool);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolFree(nint pool);

    [LibraryImport(Library, StringMarshalling = Utf8)]
    internal static partial VolumeHandle virStorageVolLookupByName(PoolHandle pool, string name);

    [LibraryImport(Library, StringMarshalling = Utf8)]
    internal static partial VolumeHandle virStorageVolCreateXML(PoolHandle pool, string xml, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStorageVolDelete(VolumeHandle volume, uint flags);

    [LibraryImport(Library)]
    internal static partial nint virStorageVolGetXMLDesc(VolumeHandle volume, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStorageVolFree(nint volume);

    /// <summary>What libvirt allocated and handed over is freed by libc.</summary>
    [LibraryImport("libc")]
    internal static partial void free(nint pointer);
}
