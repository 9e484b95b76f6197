using System.Runtime.InteropServices;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Drivers.Libvirt.Connections;
using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt.Domains;

/// <summary>One domain as its host shows it at one moment.</summary>
internal sealed record DomainSnapshot(VmCopy Copy, CustodyMetadata? Custody, JobStatistics Job, bool Active)
{
    public static DomainSnapshot NotThere(VmRef vm, HostId host) => new(VmCopy.NotThere(vm, host), null, JobStatistics.None, false);
}

/// <summary>Reads domains. Runs on a thread of the host's calls.</summary>
internal static class DomainReader
{
    // virDomainXMLFlags.
    private const uint Inactive = 2;

    /// <summary>Null: the host knows no such domain.</summary>
    public static DomainHandle? Find(ConnectionHandle connection, VmRef vm)
    {
        var domain = LibvirtNative.virDomainLookupByUUIDString(connection, vm.Id.Value);
        if (!domain.IsInvalid)
        {
            return domain;
        }

        var error = LibvirtError.Last();
        domain.Dispose();
        return error.Code == ErrorCode.NoDomain ? null : throw new LibvirtException(error);
    }

    public static VmCopy Inspect(ConnectionHandle connection, HostId host, VmRef vm) =>
        Snapshot(connection, host, vm)?.Copy ?? VmCopy.NotThere(vm, host);

    public static DomainSnapshot? Snapshot(ConnectionHandle connection, HostId host, VmRef vm)
    {
        using var domain = Find(connection, vm);
        return domain is null ? null : Snapshot(domain, host);
    }

    /// <summary>
    /// Null: it vanished between two questions, as the source of a migration does at its end. Asks only what
    /// libvirt answers while a domain is being received: its whole description waits for the end of the
    /// migration (seen with libvirt 11.3), and with it would everybody who asks.
    /// </summary>
    public static DomainSnapshot? Snapshot(DomainHandle domain, HostId host)
    {
        try
        {
            Check.NotNegative(LibvirtNative.virDomainGetState(domain, out var number, out var reason, 0));
            var state = (DomainState)number;
            var persistent = Check.NotNegative(LibvirtNative.virDomainIsPersistent(domain)) == 1;
            var (job, receiving) = Job(domain, state);
            Check.NotNegative(LibvirtNative.virDomainGetInfo(domain, out var info));
            var custody = CustodyMetadata.Read(domain);
            return new DomainSnapshot(
                new VmCopy(
                    Name(domain),
                    host,
                    ToState(state, reason, persistent, receiving),
                    persistent,
                    new Bytes((long)info.MaximumMemory * 1024),
                    info.Vcpus,
                    // libvirt keeps the job of a split guest for a person to go on with; by itself it goes nowhere.
                    job.IsMigratingOut && !(state is DomainState.Paused && (PausedReason)reason is PausedReason.PostCopyFailed),
                    custody?.Generation,
                    MigratedAway: state is DomainState.Shutoff && (ShutoffReason)reason is ShutoffReason.Migrated),
                custody,
                job,
                Active: state is not (DomainState.Shutoff or DomainState.Crashed));
        }
        catch (LibvirtException error) when (error.Error.Code == ErrorCode.NoDomain)
        {
            return null;
        }
    }

    public static DomainDescription Describe(DomainHandle domain) =>
        DomainDescription.Parse(Check.Text(LibvirtNative.virDomainGetXMLDesc(domain, 0)));

    /// <summary>As it is stored, and would start next.</summary>
    public static DomainDescription DescribeStored(DomainHandle domain) =>
        DomainDescription.Parse(Check.Text(LibvirtNative.virDomainGetXMLDesc(domain, Inactive)));

    /// <summary>Virtual CPUs of everything that runs on a host.</summary>
    public static int VirtualCpusRunning(ConnectionHandle connection)
    {
        const uint Active = 1;
        return ForAll<Box>(connection, d => LibvirtNative.virDomainGetInfo(d, out var info) < 0 ? null : new Box(info.Vcpus), Active).Sum(d => d.Vcpus);
    }

    public static IReadOnlyList<VmCopy> List(ConnectionHandle connection, HostId host) =>
        ForAll(connection, d => Snapshot(d, host)?.Copy);

    /// <summary>Whether this active copy is still the receiving half of a migration.</summary>
    public static bool IsReceiving(DomainHandle domain) => Job(domain, DomainState.Paused).Receiving;

    /// <summary>As stored or as running, of all domains of a host. The stored form is answered at any time, by one being received too.</summary>
    public static IReadOnlyList<DomainDescription> DescribeAll(ConnectionHandle connection) =>
        ForAll(connection, d =>
            LibvirtNative.virDomainGetXMLDesc(d, Inactive) is var xml and not 0 ? DomainDescription.Parse(Check.Text(xml)) : null);

    private static VmRef Name(DomainHandle domain)
    {
        var held = false;
        domain.DangerousAddRef(ref held);
        try
        {
            return new VmRef(
                new VmId(DomainEvents.UuidOf(domain.DangerousGetHandle())),
                Marshal.PtrToStringUTF8(LibvirtNative.virDomainGetName(domain)) ?? "");
        }
        finally
        {
            if (held)
            {
                domain.DangerousRelease();
            }
        }
    }

    private static unsafe List<T> ForAll<T>(ConnectionHandle connection, Func<DomainHandle, T?> read, uint which = 0)
        where T : class
    {
        var count = Check.NotNegative(LibvirtNative.virConnectListAllDomains(connection, out var pointers, which));
        var domains = new List<DomainHandle>(count);
        for (var i = 0; i < count; i++)
        {
            domains.Add(new DomainHandle(pointers[i]));
        }

        LibvirtNative.free((nint)pointers);
        try
        {
            return [.. domains.Select(read).OfType<T>()];
        }
        finally
        {
            domains.ForEach(d => d.Dispose());
        }
    }

    /// <summary>
    /// libvirt's states in the contract's words. A copy that is paused for a migration and has an outgoing
    /// job is the source at its switch-over; the one whose host calls its job's figures available "only on
    /// the source host" is the receiving half. A transient domain that is shut off exists only while it
    /// is being prepared to receive.
    /// </summary>
    internal static VmState ToState(DomainState state, int reason, bool persistent, bool receiving) => state switch
    {
        // Part of its memory is still at the source, and may never come: it has not arrived, though its CPUs run.
        DomainState.Running when (RunningReason)reason is RunningReason.PostCopy or RunningReason.PostCopyFailed => VmState.Other,
        DomainState.Running or DomainState.Blocked or DomainState.Shutdown => VmState.Running,
        DomainState.Paused when (PausedReason)reason is PausedReason.Crashed => VmState.Crashed,
        DomainState.Paused when receiving => VmState.Incoming,
        DomainState.Paused when (PausedReason)reason is PausedReason.PostCopy or PausedReason.PostCopyFailed => VmState.Other,
        DomainState.Paused => VmState.Paused,
        DomainState.Shutoff when persistent => VmState.Shutoff,
        DomainState.Shutoff => VmState.Incoming,
        DomainState.Crashed => VmState.Crashed,
        _ => VmState.Other,
    };

    /// <summary>
    /// A domain that ends meanwhile has no job (code 55, "domain is not running"); one that is being received
    /// has none to tell of (code 84, "available only on the source host").
    /// </summary>
    private static (JobStatistics Job, bool Receiving) Job(DomainHandle domain, DomainState state)
    {
        if (state is DomainState.Shutoff or DomainState.Crashed)
        {
            return (JobStatistics.None, false);
        }

        try
        {
            return (JobStatistics.Read(domain), false);
        }
        catch (LibvirtException error) when (error.Error.Code is ErrorCode.OperationUnsupported)
        {
            return (JobStatistics.None, true);
        }
        catch (LibvirtException error) when (error.Error.Code is ErrorCode.OperationInvalid)
        {
            return (JobStatistics.None, false);
        }
    }

    private sealed record Box(int Vcpus);
}
