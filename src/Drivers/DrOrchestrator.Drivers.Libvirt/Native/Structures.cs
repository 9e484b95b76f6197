using System.Runtime.InteropServices;

namespace DrOrchestrator.Drivers.Libvirt.Native;

/// <summary>virError. Only its first four fields are of use; the rest are kept for the layout.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VirError
{
    public int Code;
    public int Domain;
    public nint Message;
    public int Level;
    public nint Connection;
    public nint DomainObject;
    public nint Text1;
    public nint Text2;
    public nint Text3;
    public int Number1;
    public int Number2;
    public nint Network;
}

/// <summary>virTypedParameter: 80 bytes of name, the type, and a union aligned to 8; 96 bytes in all.</summary>
[StructLayout(LayoutKind.Explicit, Size = 96)]
internal unsafe struct TypedParameter
{
    [FieldOffset(0)]
    public fixed byte Field[80];

    [FieldOffset(80)]
    public int Type;

    [FieldOffset(88)]
    public int Int;

    [FieldOffset(88)]
    public uint UInt;

    [FieldOffset(88)]
    public long Long;

    [FieldOffset(88)]
    public ulong ULong;

    [FieldOffset(88)]
    public double Double;

    [FieldOffset(88)]
    public byte Boolean;

    [FieldOffset(88)]
    public nint Text;
}

/// <summary>virNodeInfo; memory in KiB.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NodeInfo
{
    public fixed byte Model[32];
    public ulong Memory;
    public uint Cpus;
    public uint Mhz;
    public uint Nodes;
    public uint Sockets;
    public uint Cores;
    public uint Threads;
}

/// <summary>virDomainInfo; memory in KiB.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DomainInfo
{
    public byte State;
    public ulong MaximumMemory;
    public ulong Memory;
    public ushort Vcpus;
    public ulong CpuTime;
}

/// <summary>virDomainBlockJobInfo.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BlockJobInfo
{
    public int Type;
    public ulong Bandwidth;
    public ulong Current;
    public ulong End;
}

/// <summary>virDomainBlockInfo; bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BlockInfo
{
    public ulong Capacity;
    public ulong Allocation;
    public ulong Physical;
}

/// <summary>virDomainBlockStatsStruct, all since the guest's start; -1 where libvirt does not know.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BlockStatistics
{
    public long ReadRequests;
    public long ReadBytes;
    public long WriteRequests;
    public long WrittenBytes;
    public long Errors;
}

/// <summary>virStoragePoolInfo; bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PoolInfo
{
    public int State;
    public ulong Capacity;
    public ulong Allocation;
    public ulong Available;
}
