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

/// <summary>Asks both ends until neither is in between any more, for as long as libvirt may need to clean up.</summary>
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
            var inBetween = seen.Item2?.Copy.State is VmState.Incoming
                || seen.Item1?.Copy is { MigratingOut: true } or { State: VmState.Paused }
                // A moment before the source's definition goes, its copy is shut off.
                || (seen.Item1?.Copy.State is VmState.Shutoff && seen.Item2?.Copy.State is VmState.Running);
            if (!inBetween || time.GetElapsedTime(began) >= options.CleanUpBound)
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
