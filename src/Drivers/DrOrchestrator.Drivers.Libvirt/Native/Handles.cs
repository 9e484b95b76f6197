using Microsoft.Win32.SafeHandles;

namespace DrOrchestrator.Drivers.Libvirt.Native;

/// <summary>A virConnectPtr. Closing drops our reference; domains still held keep the rest alive.</summary>
internal sealed class ConnectionHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => LibvirtNative.virConnectClose(handle) >= 0;
}

/// <summary>A virDomainPtr.</summary>
internal sealed class DomainHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public DomainHandle()
        : base(ownsHandle: true)
    {
    }

    public DomainHandle(nint domain)
        : base(ownsHandle: true) => SetHandle(domain);

    protected override bool ReleaseHandle() => LibvirtNative.virDomainFree(handle) >= 0;
}

/// <summary>A virStoragePoolPtr.</summary>
internal sealed class PoolHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => LibvirtNative.virStoragePoolFree(handle) >= 0;
}

/// <summary>A virStorageVolPtr.</summary>
internal sealed class VolumeHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => LibvirtNative.virStorageVolFree(handle) >= 0;
}

/// <summary>A virInterfacePtr.</summary>
internal sealed class InterfaceHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => LibvirtNative.virInterfaceFree(handle) >= 0;
}

/// <summary>A virNetworkPtr.</summary>
internal sealed class NetworkHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => LibvirtNative.virNetworkFree(handle) >= 0;
}
