using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt.Domains;

/// <summary>The orders to a single copy. Each looks first, acts only if needed, and looks again.</summary>
internal static class DomainOrders
{
    // virDomainUndefineFlagsValues: its saved memory, snapshot and checkpoint metadata go; firmware variables and disks stay.
    private const uint UndefineAllButData = 1 | 2 | 8 | 16;

    private static readonly Outcome<Nothing> Done = new Outcome<Nothing>.Done(Nothing.Value);

    public static Outcome<Nothing> Stop(ConnectionHandle connection, HostEndpoint host, VmRef vm)
    {
        using var domain = DomainReader.Find(connection, vm);
        if (domain is null || DomainReader.Snapshot(domain, host.Host) is not { Copy.State: not VmState.Shutoff })
        {
            return Done;
        }

        if (LibvirtNative.virDomainDestroyFlags(domain, 0) < 0)
        {
            var error = LibvirtError.Last();

            // It ended by itself meanwhile: the look below tells.
            if (error.Code is not (ErrorCode.OperationInvalid or ErrorCode.NoDomain))
            {
                throw new LibvirtException(error);
            }
        }

        var after = DomainReader.Inspect(connection, host.Host, vm).State;
        return after is VmState.Absent or VmState.Shutoff
            ? Done
            : new Outcome<Nothing>.Failed($"{vm} is still {MigrationVerdict.Word(after)} on {host.Host} after it was stopped.");
    }

    public static Outcome<Nothing> Start(ConnectionHandle connection, HostEndpoint host, VmRef vm, long generation)
    {
        using var domain = DomainReader.Find(connection, vm);
        if (domain is null || DomainReader.Snapshot(domain, host.Host) is not { } before)
        {
            return new Outcome<Nothing>.Refused($"{host.Host} has no definition of {vm}.", "Define the VM there first.");
        }

        if (before.Copy.Generation > generation)
        {
            return new Outcome<Nothing>.Refused(
                $"The order to start {vm} is of generation {generation}, but its metadata on {host.Host} says {before.Copy.Generation}.",
                "Nothing needs to be done; the newer order stands.");
        }

        switch (before.Copy.State)
        {
            case VmState.Running:
                return Done;
            case VmState.Incoming:
                return new Outcome<Nothing>.Refused($"{host.Host} is receiving {vm} just now.", "Wait for that migration to end, or abort it.");
            case VmState.Paused when before.Copy.MigratingOut:
                return new Outcome<Nothing>.Refused($"{vm} is just being switched over from {host.Host}.", "Wait for that migration to end.");
            case VmState.Paused:
                Mark(domain, before, generation);
                Check.NotNegative(LibvirtNative.virDomainResume(domain));
                break;
            case VmState.Shutoff:
                Mark(domain, before, generation);
                Check.NotNegative(LibvirtNative.virDomainCreateWithFlags(domain, 0));
                break;
            default:
                return new Outcome<Nothing>.Refused(
                    $"{vm} is {MigrationVerdict.Word(before.Copy.State)} on {host.Host}.", "Stop that copy first.");
        }

        var after = DomainReader.Inspect(connection, host.Host, vm).State;
        return after is VmState.Running
            ? Done
            : new Outcome<Nothing>.Failed($"{vm} is {MigrationVerdict.Word(after)} on {host.Host} after it was started.");
    }

    /// <summary>
    /// Starts a copy that came here by this very move and waits, paused. Only to be called when the source has
    /// said that its copy is stopped. The mark that travelled is that of the worker who gave the order; one who took over
    /// has a higher generation, and one whose generation is lower than the mark is outdated.
    /// </summary>
    public static bool HandOver(ConnectionHandle connection, MigrationRequest request)
    {
        // As few questions as it can be done with: the guest stands still meanwhile.
        using var domain = DomainReader.Find(connection, request.Vm);
        if (domain is null || WaitingGeneration(domain, request) is not { } generation || generation < request.StaleBelow)
        {
            return false;
        }

        if (LibvirtNative.virDomainResume(domain) < 0)
        {
            // Two may do this at the same time: the watch, and whoever looks into the move.
            var error = LibvirtError.Last();
            Check.NotNegative(LibvirtNative.virDomainGetState(domain, out var state, out _, 0));
            return (DomainState)state is DomainState.Running ? true : throw new LibvirtException(error);
        }

        return true;
    }

    /// <summary>The generation of a copy that came here by this very move, is here to the end, and waits, paused, to be started; null: there is none.</summary>
    public static long? WaitingGeneration(ConnectionHandle connection, MigrationRequest request)
    {
        using var domain = DomainReader.Find(connection, request.Vm);
        return domain is null ? null : WaitingGeneration(domain, request);
    }

    /// <summary>Ends a copy that waits for this very move and came under a lower generation than this, and removes its definition.</summary>
    public static Outcome<Nothing> RemoveWaiting(ConnectionHandle connection, MigrationRequest request, long below) =>
        WaitingGeneration(connection, request) < below && Stop(connection, request.Destination, request.Vm) is Outcome<Nothing>.Done
            ? RemoveLeftover(connection, request.Destination, request)
            : Done;

    private static long? WaitingGeneration(DomainHandle domain, MigrationRequest request) =>
        WaitsForUs(domain) && CustodyMetadata.Read(domain) is { } custody
        && custody.Move == request.Move && custody.Generation <= request.Generation && !DomainReader.IsReceiving(domain)
            ? custody.Generation
            : null;

    public static Outcome<Nothing> Remove(ConnectionHandle connection, HostEndpoint host, VmRef vm)
    {
        using var domain = DomainReader.Find(connection, vm);
        if (domain is null || DomainReader.Snapshot(domain, host.Host) is not { } before)
        {
            return Done;
        }

        if (before.Copy.State is not VmState.Shutoff)
        {
            return new Outcome<Nothing>.Refused($"{vm} is {MigrationVerdict.Word(before.Copy.State)} on {host.Host}.", "Stop it there first.");
        }

        // Undefining a domain that was started in between would make it transient: still running, but not removed.
        Check.NotNegative(LibvirtNative.virDomainUndefineFlags(domain, UndefineAllButData));
        var after = DomainReader.Inspect(connection, host.Host, vm).State;
        return after is VmState.Absent
            ? Done
            : new Outcome<Nothing>.Failed($"{vm} is {MigrationVerdict.Word(after)} on {host.Host} after its definition was removed.");
    }

    /// <summary>Removes what this very move left defined; a copy that another move has marked since is not touched.</summary>
    public static Outcome<Nothing> RemoveLeftover(ConnectionHandle connection, HostEndpoint host, MigrationRequest request)
    {
        using var domain = DomainReader.Find(connection, request.Vm);
        return domain is not null && CustodyMetadata.Read(domain)?.Move == request.Move ? Remove(connection, host, request.Vm) : Done;
    }

    public static Outcome<Nothing> RaiseGeneration(ConnectionHandle connection, HostEndpoint host, VmRef vm, long generation)
    {
        using var domain = DomainReader.Find(connection, vm);
        if (domain is null || DomainReader.Snapshot(domain, host.Host) is not { } before || before.Copy.Generation >= generation)
        {
            return Done;
        }

        if (before.Copy.MigratingOut || before.Copy.State is VmState.Incoming)
        {
            // libvirt keeps a migrating domain from being modified; the call would wait for its end and act then.
            return new Outcome<Nothing>.Refused(
                $"{vm} is migrating, and libvirt lets nobody write its metadata until that ends.", "Abort the migration first, or wait for its end.");
        }

        // The move stays named: whoever looks into it finds its guest by that name, and nobody else's job is taken for it.
        new CustodyMetadata(generation, before.Custody?.Move).Write(domain, before.Active, before.Copy.Persistent);
        return Done;
    }

    /// <summary>Not paused by the guest's own trouble, such as a disk error.</summary>
    private static bool WaitsForUs(DomainHandle domain)
    {
        Check.NotNegative(LibvirtNative.virDomainGetState(domain, out var state, out var reason, 0));
        return (DomainState)state is DomainState.Paused && (PausedReason)reason is PausedReason.User or PausedReason.Migration;
    }

    private static void Mark(DomainHandle domain, DomainSnapshot before, long generation)
    {
        if (before.Copy.Generation != generation)
        {
            new CustodyMetadata(generation, Move: null).Write(domain, before.Active, before.Copy.Persistent);
        }
    }
}
