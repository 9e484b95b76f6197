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
/// Where the guest waits at the destination and the source has answered that its copy is gone, it is
/// started: the second half of a confirmed handover, whoever began it. Where the source runs it, what waits is a leftover and goes.
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
            if (inTime && seen.Item2?.Copy.State is VmState.Paused && await (WordOf(seen.Item1?.Copy) switch
            {
                SourceWord.Left => HandOver(cancellationToken),

                // What comes after this worker's own attempt has a higher generation: of its own or before it is what may be left.
                SourceWord.Runs => RemoveLeftover(request.Generation + 1, cancellationToken),
                _ => Task.FromResult(false),
            }))
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

    /// <summary>
    /// The same for whoever finds the guest waiting without having watched it come. It is seen waiting before the source is asked: while it
    /// is there no other migration can come in, so a source that then runs the guest without a job has taken it back.
    /// </summary>
    public async Task<Outcome<Nothing>> CompleteHandover(CancellationToken cancellationToken)
    {
        var waits = await Waits(cancellationToken);
        if (waits is not Outcome<long?>.Done { Value: var generation })
        {
            return waits.As<Nothing>();
        }

        if (generation is null)
        {
            return Done;
        }

        if (generation < request.StaleBelow)
        {
            return await destination.Call(connection => DomainOrders.RemoveWaiting(connection, request, request.StaleBelow), cancellationToken);
        }

        var asked = await AskSource(cancellationToken);
        return asked is not Outcome<VmCopy>.Done { Value: var copy } ? asked.As<Nothing>() : WordOf(copy) switch
        {
            SourceWord.Left => await destination.Call<Nothing>(
                connection =>
                {
                    DomainOrders.HandOver(connection, request);
                    return Done;
                },
                cancellationToken),
            SourceWord.Runs when generation < request.Generation => await destination.Call(
                connection => DomainOrders.RemoveWaiting(connection, request, request.Generation), cancellationToken),
            _ => Done,
        };
    }

    /// <summary>
    /// Whether the source took its guest back: a copy is seen waiting, and the source, asked after that, runs the guest. Whatever it sends
    /// then goes elsewhere, and to nobody who asked for this move; what waits would run from old memory once the guest has left, so it is removed while that still shows.
    /// </summary>
    public async Task<Outcome<bool>> RemoveTakenBack(CancellationToken cancellationToken)
    {
        var waits = await Waits(cancellationToken);
        if (waits is not Outcome<long?>.Done { Value: var generation })
        {
            return waits.As<bool>();
        }

        if (generation is null)
        {
            return new Outcome<bool>.Done(false);
        }

        var asked = await AskSource(cancellationToken);
        if (asked is not Outcome<VmCopy>.Done { Value: var copy })
        {
            return asked.As<bool>();
        }

        if (copy.State is not VmState.Running)
        {
            return new Outcome<bool>.Done(false);
        }

        var removed = await destination.Call(connection => DomainOrders.RemoveWaiting(connection, request, generation.Value + 1), cancellationToken);
        return removed is Outcome<Nothing>.Done ? new Outcome<bool>.Done(true) : removed.As<bool>();
    }

    /// <summary>
    /// What the source's copy says of one that waits. Shut off is no word for migrated away unless libvirt gives it as the reason: a guest
    /// that was taken back may have written to its disks and powered off since. A copy that is not there at all left with a migration, as far as
    /// this host can tell; what the record saw of it since decides too (<see cref="MigrationRequest.StaleBelow"/>).
    /// </summary>
    internal static SourceWord WordOf(VmCopy? copy) => copy switch
    {
        { State: VmState.Absent } or { State: VmState.Shutoff, MigratedAway: true } => SourceWord.Left,
        { State: VmState.Running, MigratingOut: false } => SourceWord.Runs,
        _ => SourceWord.None,
    };

    private async Task<bool> RemoveLeftover(long below, CancellationToken cancellationToken) =>
        await Waits(cancellationToken) is Outcome<long?>.Done { Value: { } generation } && generation < below
        && await AskSource(cancellationToken) is Outcome<VmCopy>.Done { Value: var copy } && WordOf(copy) is SourceWord.Runs
        && await destination.Call(connection => DomainOrders.RemoveWaiting(connection, request, below), cancellationToken) is Outcome<Nothing>.Done;

    private Task<Outcome<long?>> Waits(CancellationToken cancellationToken) => destination.Call<long?>(
        connection => new Outcome<long?>.Done(DomainOrders.WaitingGeneration(connection, request)), cancellationToken);

    private Task<Outcome<VmCopy>> AskSource(CancellationToken cancellationToken) => source.Call<VmCopy>(
        connection => new Outcome<VmCopy>.Done(DomainReader.Inspect(connection, request.Source.Host, request.Vm)), cancellationToken);

    private static Outcome<Nothing> Done { get; } = new Outcome<Nothing>.Done(Nothing.Value);

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

/// <summary>What the source's copy says of one that waits at the destination.</summary>
internal enum SourceWord
{
    /// <summary>Nothing: it is in between, or ended where it was.</summary>
    None,

    /// <summary>It was migrated away.</summary>
    Left,

    /// <summary>It runs here, and is not being sent.</summary>
    Runs,
}
