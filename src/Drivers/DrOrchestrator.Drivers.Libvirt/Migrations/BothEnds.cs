using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Drivers.Libvirt.Connections;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt.Migrations;

/// <summary>Both copies after a migration; null where a host did not answer.</summary>
/// <param name="AtSource">The copy at the source.</param>
/// <param name="AtDestination">The copy at the destination.</param>
/// <param name="Completed">The figures of a job that succeeded; the destination has them.</param>
/// <param name="Failed">The figures of a job that did not; the source may have them.</param>
internal sealed record EndsSeen(VmCopy? AtSource, VmCopy? AtDestination, JobStatistics? Completed, JobStatistics? Failed);

/// <summary>
/// Asks both ends until neither is in between any more, for as long as libvirt may need to clean up.
/// Where the guest waits at the destination and the source has answered that its copy is stopped, it is
/// started: the second half of a confirmed handover, whoever began it.
/// </summary>
internal sealed class BothEnds(
    HostCalls source, HostCalls destination, MigrationRequest request, LibvirtDriverOptions options, TimeProvider time)
{
    public async Task<EndsSeen> Settle(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var asking = (Look(source, request.Source, cancellationToken), Look(destination, request.Destination, cancellationToken));
            var seen = (await asking.Item1, await asking.Item2);
            var inBetween = seen.Item2?.Copy.State is VmState.Incoming or VmState.Other
                || seen.Item1?.Copy is { MigratingOut: true } or { State: VmState.Paused }
                // A moment before the source's definition goes, its copy is shut off.
                || (seen.Item1?.Copy.State is VmState.Shutoff && seen.Item2?.Copy.State is VmState.Running);
            var inTime = time.GetElapsedTime(began) < options.CleanUpBound;
            if (inTime
                && seen.Item1?.Copy.State is VmState.Absent or VmState.Shutoff
                && seen.Item2?.Copy.State is VmState.Paused
                && await HandOver(cancellationToken))
            {
                continue;
            }

            if (seen.Item1?.Copy.State is VmState.Shutoff && seen.Item2?.Copy.State is VmState.Running && !inTime)
            {
                // libvirt takes the definition away itself, unless it died just then. Left there, it could be started.
                await source.Call(connection => DomainOrders.RemoveLeftover(connection, request.Source, request), cancellationToken);
                seen.Item1 = await Look(source, request.Source, cancellationToken);
            }

            if (!inBetween || !inTime)
            {
                return new EndsSeen(
                    seen.Item1?.Copy,
                    seen.Item2?.Copy,
                    seen.Item2?.Completed is { Type: JobType.Completed } completed ? completed : null,
                    seen.Item1?.Completed is { Type: JobType.Failed or JobType.Cancelled } failed ? failed : null);
            }

            await Task.Delay(options.PollInterval, time, cancellationToken);
        }
    }

    /// <summary>The source has said that its copy is stopped: starts the guest that waits at the destination. False: it does not wait for that.</summary>
    public async Task<bool> HandOver(CancellationToken cancellationToken) =>
        await destination.Call<bool>(
            connection => new Outcome<bool>.Done(DomainOrders.HandOver(connection, request)), cancellationToken)
            is Outcome<bool>.Done { Value: true };

    /// <summary>The same, asking the source first: for whoever finds the guest waiting without having watched it come.</summary>
    public async Task<Outcome<Nothing>> CompleteHandover(CancellationToken cancellationToken)
    {
        var asked = await source.Call<VmCopy>(
            connection => new Outcome<VmCopy>.Done(DomainReader.Inspect(connection, request.Source.Host, request.Vm)), cancellationToken);
        return asked switch
        {
            Outcome<VmCopy>.Done { Value.State: VmState.Absent or VmState.Shutoff } => await destination.Call<Nothing>(
                connection =>
                {
                    DomainOrders.HandOver(connection, request);
                    return new Outcome<Nothing>.Done(Nothing.Value);
                },
                cancellationToken),
            Outcome<VmCopy>.Done => new Outcome<Nothing>.Done(Nothing.Value),
            var silent => silent.As<Nothing>(),
        };
    }

    private async Task<End?> Look(HostCalls host, HostEndpoint endpoint, CancellationToken cancellationToken) =>
        await host.Call<End>(
            connection =>
            {
                using var domain = DomainReader.Find(connection, request.Vm);
                return new Outcome<End>.Done(new End(
                    (domain is null ? null : DomainReader.Snapshot(domain, endpoint.Host))?.Copy ?? VmCopy.NotThere(request.Vm, endpoint.Host),
                    domain is null ? null : JobStatistics.ReadCompleted(domain)));
            },
            cancellationToken) is Outcome<End>.Done { Value: var end } ? end : null;

    private sealed record End(VmCopy Copy, JobStatistics? Completed);
}
