using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Drivers.Libvirt.Connections;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt.Migrations;

/// <summary>
/// EnsureAborted: asks the source to cancel its job and waits until the guest runs there without one; a copy of this very
/// move that then still waits, paused, at the destination is a leftover and goes. The job of another move is left alone.
/// </summary>
internal sealed class MigrationAbort(
    HostCalls source, HostCalls destination, MigrationRequest request, LibvirtDriverOptions options, TimeProvider time)
{
    public async Task<Outcome<Nothing>> Ensure(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var asked = await source.Call(Ask, cancellationToken);
        if (asked is Outcome<VmCopy>.Done { Value: { MigratingOut: true, State: VmState.Other } })
        {
            return new Outcome<Nothing>.Failed(
                $"{request.Vm} goes on at {request.Destination.Host} already and fetches the rest of its memory (post-copy): it can not be taken back.");
        }

        while (asked is Outcome<VmCopy>.Done { Value: { MigratingOut: true } or { State: VmState.Paused } } &&
            time.GetElapsedTime(began) < options.CleanUpBound)
        {
            await Task.Delay(options.PollInterval, time, cancellationToken);
            asked = await source.Call(Look, cancellationToken);
        }

        return asked switch
        {
            Outcome<VmCopy>.Done { Value: { State: VmState.Running, MigratingOut: false } } => await RemoveLeftover(cancellationToken),
            Outcome<VmCopy>.Done { Value: { MigratingOut: true } } => new Outcome<Nothing>.Failed(
                $"The migration of {request.Vm} was told to stop and is still under way after {options.CleanUpBound.TotalSeconds:0.#} s."),
            Outcome<VmCopy>.Done { Value: var copy } => await NotThere(copy, cancellationToken),
            var other => other.As<Nothing>(),
        };
    }

    private Outcome<VmCopy> Ask(ConnectionHandle connection)
    {
        using var domain = DomainReader.Find(connection, request.Vm);
        var snapshot = domain is null ? null : DomainReader.Snapshot(domain, request.Source.Host);
        if (snapshot is { Job.IsMigratingOut: true } && IsOurs(snapshot, request) && LibvirtNative.virDomainAbortJob(domain!) < 0)
        {
            var error = LibvirtError.Last();

            // "No job is active": it ended between the two questions.
            if (error.Code is not (ErrorCode.OperationInvalid or ErrorCode.NoDomain))
            {
                throw new LibvirtException(error);
            }
        }

        return Look(connection);
    }

    private Outcome<VmCopy> Look(ConnectionHandle connection)
    {
        var copy = DomainReader.Snapshot(connection, request.Source.Host, request.Vm) is { } snapshot
            ? IsOurs(snapshot, request) ? snapshot.Copy : snapshot.Copy with { MigratingOut = false }
            : VmCopy.NotThere(request.Vm, request.Source.Host);
        return new Outcome<VmCopy>.Done(copy);
    }

    /// <summary>
    /// With a confirmed handover, hosts that lose each other at the finish leave the guest running at the source and a
    /// paused copy at the destination, which nobody will ever start. The copy must be seen waiting before the source is asked:
    /// while it is there no other migration can come in, so a source that then says it runs without a job has taken it back. The
    /// other way round, a transfer that completes between the two answers would lose its only copy.
    /// A destination that does not answer is asked another time.
    /// </summary>
    private async Task<Outcome<Nothing>> RemoveLeftover(CancellationToken cancellationToken)
    {
        var waits = await destination.Call(
            connection => new Outcome<long?>.Done(DomainOrders.WaitingGeneration(connection, request)), cancellationToken);
        if (waits is Outcome<long?>.Done { Value: not null }
            && await source.Call(Look, cancellationToken) is Outcome<VmCopy>.Done { Value: { State: VmState.Running, MigratingOut: false } })
        {
            await destination.Call(connection => DomainOrders.RemoveWaiting(connection, request, request.Generation + 1), cancellationToken);
        }

        return new Outcome<Nothing>.Done(Nothing.Value);
    }

    /// <summary>Our mark is written before our order: a job without it is somebody else's.</summary>
    internal static bool IsOurs(DomainSnapshot snapshot, MigrationRequest request) => snapshot.Custody?.Move == request.Move;

    private async Task<Outcome<Nothing>> NotThere(VmCopy atSource, CancellationToken cancellationToken)
    {
        var there = await destination.Call<VmCopy>(
            connection => new Outcome<VmCopy>.Done(DomainReader.Inspect(connection, request.Destination.Host, request.Vm)),
            cancellationToken);
        return there is Outcome<VmCopy>.Done { Value.State: VmState.Running or VmState.Paused }
            ? new Outcome<Nothing>.Failed($"The migration of {request.Vm} has completed: it is on {request.Destination.Host}.")
            : new Outcome<Nothing>.Failed(
                $"No migration of {request.Vm} is under way, and it is {MigrationVerdict.Word(atSource.State)} on {request.Source.Host}.");
    }
}
