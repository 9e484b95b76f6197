using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Drivers.Libvirt.Connections;
using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt.Domains;

/// <summary>One domain as its host shows it at one moment.</summary>
internal sealed record DomainSnapshot(VmCopy Copy, DomainDescription Description, JobStatistics Job, bool Active)
{
    public static DomainSnapshot NotThere(VmRef vm, HostId host) =>
        new(VmCopy.NotThere(vm, host), DomainDescription.Parse("<domain/>"), JobStatistics.None, false);
}

/// <summary>Reads domains. Runs on a thread of the host's calls.</summary>
internal static class DomainReader
{
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

    /// <summary>Null: it vanished between two questions, as the source of a migration does at its end.</summary>
    public static DomainSnapshot? Snapshot(DomainHandle domain, HostId host)
    {
        try
        {
            Check.NotNegative(LibvirtNative.virDomainGetState(domain, out var state, out var reason, 0));
            var persistent = Check.NotNegative(LibvirtNative.virDomainIsPersistent(domain)) == 1;
            var description = DomainDescription.Parse(Check.Text(LibvirtNative.virDomainGetXMLDesc(domain, 0)));
            var (job, receiving) = Job(domain, (DomainState)state);
            var active = (DomainState)state is not (DomainState.Shutoff or DomainState.Crashed);
            return new DomainSnapshot(
                new VmCopy(
                    description.Vm,
                    host,
                    ToState((DomainState)state, (PausedReason)reason, persistent, receiving),
                    persistent,
                    description.Memory,
                    description.Vcpus,
                    job.IsMigratingOut,
                    description.Custody?.Generation),
                description,
                job,
                active);
        }
        catch (LibvirtException error) when (error.Error.Code == ErrorCode.NoDomain)
        {
            return null;
        }
    }

    public static IReadOnlyList<VmCopy> List(ConnectionHandle connection, HostId host) =>
        ForAll(connection, d => Snapshot(d, host)?.Copy);

    /// <summary>The descriptions of all domains of a host.</summary>
    public static IReadOnlyList<DomainDescription> Describe(ConnectionHandle connection) =>
        ForAll(connection, d => LibvirtNative.virDomainGetXMLDesc(d, 0) is var xml and not 0 ? DomainDescription.Parse(Check.Text(xml)) : null);

    private static unsafe List<T> ForAll<T>(ConnectionHandle connection, Func<DomainHandle, T?> read)
        where T : class
    {
        var count = Check.NotNegative(LibvirtNative.virConnectListAllDomains(connection, out var pointers, 0));
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
    internal static VmState ToState(DomainState state, PausedReason reason, bool persistent, bool receiving) => state switch
    {
        DomainState.Running or DomainState.Blocked or DomainState.Shutdown => VmState.Running,
        DomainState.Paused when reason is PausedReason.Crashed => VmState.Crashed,
        DomainState.Paused when receiving => VmState.Incoming,
        DomainState.Paused when reason is PausedReason.PostCopy or PausedReason.PostCopyFailed => VmState.Other,
        DomainState.Paused => VmState.Paused,
        DomainState.Shutoff when persistent => VmState.Shutoff,
        DomainState.Shutoff => VmState.Incoming,
        DomainState.Crashed => VmState.Crashed,
        _ => VmState.Other,
    };

    /// <summary>A domain that ends meanwhile has no job (code 55, "domain is not running").</summary>
    private static (JobStatistics Job, bool Receiving) Job(DomainHandle domain, DomainState state)
    {
        if (state is DomainState.Shutoff or DomainState.Crashed)
        {
            return (JobStatistics.None, false);
        }

        try
        {
            var job = JobStatistics.Read(domain);
            return (job, job.Operation is JobOperation.MigrationIn && job.Type is JobType.Bounded or JobType.Unbounded && !job.IsMigratingOut);
        }
        catch (LibvirtException error) when (error.Error.Code is ErrorCode.OperationInvalid)
        {
            return (JobStatistics.None, state is DomainState.Paused);
        }
    }
}
