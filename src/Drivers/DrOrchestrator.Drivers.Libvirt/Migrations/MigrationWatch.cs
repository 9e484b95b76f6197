using System.Runtime.CompilerServices;
using System.Threading.Channels;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Drivers.Libvirt.Connections;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt.Migrations;

/// <summary>
/// Watches a migration from the outside: the source's job for its figures, both hosts' events for the two
/// steps that are over in a few milliseconds, both hosts' copies for the judgement. It needs nothing
/// from whoever gave the order.
/// <para>
/// A step that passed between two looks is reported without figures as soon as a later one proves it.
/// </para>
/// </summary>
internal sealed class MigrationWatch(
    HostCalls source,
    HostCalls destination,
    MigrationCalls calls,
    MigrationAbort abort,
    MigrationRequest request,
    LibvirtDriverOptions options,
    TimeProvider time)
{
    // A step that an event proves, or null: something happened, look again.
    private readonly Channel<MigrationStep?> signs = Channel.CreateUnbounded<MigrationStep?>();
    private MigrationStep? reached;
    private JobStatistics last = JobStatistics.None;
    private long? silentSince;
    private long began;
    private bool abortTried;
    private readonly TaskCompletionSource sourceStopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? why;

    public async IAsyncEnumerable<MigrationReport> Run([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        began = time.GetTimestamp();
        using var atSource = source.Events.Listen(sign => Hear(sign, DomainEventIds.Suspended, MigrationStep.DestinationSetup));
        using var stopped = source.Events.Listen(HearItStopped);
        using var atDestination = destination.Events.Listen(sign => Hear(sign, DomainEventIds.Resumed, MigrationStep.Cutover));

        // Events come over an open connection only; that it opens is all that is wanted here.
        _ = await destination.Call(_ => new Outcome<Nothing>.Done(Nothing.Value), cancellationToken);
        var handover = options.ConfirmedHandover ? HandOverOnceStopped(cancellationToken) : Task.CompletedTask;
        var turns = new TransferTurns(source, request);
        using var unwatched = new Ending(() => sourceStopped.TrySetCanceled(CancellationToken.None));
        MigrationProgress? told = null;
        while (await UnderWay(cancellationToken) is { } job)
        {
            await turns.Take(last, cancellationToken);
            foreach (var step in PassedTo(job.Step).Where(passed => passed < job.Step))
            {
                yield return new MigrationReport.Running(new MigrationProgress(step));
            }

            var progress = last.Progress(reached!.Value);
            if (progress != told)
            {
                told = progress;
                yield return new MigrationReport.Running(progress);
            }

            await Pause(cancellationToken);
            while (signs.Reader.TryRead(out var sign))
            {
                foreach (var step in sign is { } proven ? PassedTo(proven) : [])
                {
                    yield return new MigrationReport.Running(new MigrationProgress(step));
                }
            }
        }

        if (sourceStopped.Task.IsCompleted)
        {
            await handover;
        }

        var end = await End(cancellationToken);
        if (end.Result is Outcome<Nothing>.Done)
        {
            foreach (var step in PassedTo(MigrationStep.Cutover))
            {
                yield return new MigrationReport.Running(new MigrationProgress(step));
            }
        }

        yield return new MigrationReport.Ended(end);
    }

    /// <summary>The source's own word that its copy is gone; asking it again would only lengthen the guest's pause.</summary>
    private void HearItStopped(DomainSign sign)
    {
        if (sign is DomainSign.Lifecycle { Event: DomainEventIds.Stopped, Detail: DomainEventIds.StoppedMigrated } && sign.Uuid == request.Vm.Id.Value)
        {
            sourceStopped.TrySetResult();
        }
    }

    /// <summary>
    /// Beside the looks, not between them: the guest stands still until this is done. Nothing is asked ahead of the source's word:
    /// a worker that then stood still could start what a later move had brought. Where no event came, the end's own look does it.
    /// </summary>
    private async Task HandOverOnceStopped(CancellationToken cancellationToken)
    {
        try
        {
            await sourceStopped.Task.WaitAsync(cancellationToken);
            await new BothEnds(source, destination, request, options, time).HandOver(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Nobody watches any more, or there was nothing to hand over.
        }
    }

    private void Hear(DomainSign sign, int kind, MigrationStep step)
    {
        if (sign.Uuid == request.Vm.Id.Value)
        {
            var postCopied = kind == DomainEventIds.Suspended ? DomainEventIds.SuspendedPostCopy : DomainEventIds.ResumedPostCopy;
            signs.Writer.TryWrite(
                sign is DomainSign.Lifecycle lifecycle && lifecycle.Event == kind && (lifecycle.Detail == DomainEventIds.Migrated || lifecycle.Detail == postCopied) ? step : null);
        }
    }

    /// <summary>The steps from where we were to this one; figures are given for the current one only.</summary>
    private IEnumerable<MigrationStep> PassedTo(MigrationStep step)
    {
        for (var next = reached is { } current ? current + 1 : MigrationStep.SourcePreparation; next <= step; next++)
        {
            reached = next;
            yield return next;
        }
    }

    /// <summary>Null: it is over, was never begun, or nobody can be asked any more.</summary>
    private async Task<Seen?> UnderWay(CancellationToken cancellationToken)
    {
        var asked = await source.Call<DomainSnapshot>(
            connection => new Outcome<DomainSnapshot>.Done(
                DomainReader.Snapshot(connection, request.Source.Host, request.Vm)
                    ?? DomainSnapshot.NotThere(request.Vm, request.Source.Host)),
            cancellationToken);
        if (asked is not Outcome<DomainSnapshot>.Done { Value: var snapshot })
        {
            silentSince ??= time.GetTimestamp();
            var silent = time.GetElapsedTime(silentSince.Value);
            return silent < options.ContactBound && await InTime(time.GetElapsedTime(began), cancellationToken)
                ? new Seen(reached ?? MigrationStep.SourcePreparation)
                : null;
        }

        silentSince = null;
        if (!snapshot.Copy.MigratingOut)
        {
            return null;
        }

        last = snapshot.Job;
        var elapsed = last.Elapsed > TimeSpan.Zero ? last.Elapsed : time.GetElapsedTime(began);
        return await InTime(elapsed, cancellationToken) ? new Seen(StepOf(snapshot)) : null;
    }

    private MigrationStep StepOf(DomainSnapshot snapshot)
    {
        var step = snapshot.Copy.State == VmState.Paused ? MigrationStep.DestinationSetup
            : last.Numbers.GetValueOrDefault("data_total") > 0 ? MigrationStep.NetworkTransfer
            : MigrationStep.SourcePreparation;
        return reached > step ? reached.Value : step;
    }

    /// <summary>Past the transfer's deadline it is aborted, once; past the point of no return it is given its time.</summary>
    private async Task<bool> InTime(TimeSpan elapsed, CancellationToken cancellationToken)
    {
        if (elapsed < request.Options.Timeout)
        {
            return true;
        }

        if (!abortTried)
        {
            abortTried = true;
            why = $"The transfer did not end within {request.Options.Timeout.TotalSeconds:0.#} s and was aborted.";
            await abort.Ensure(cancellationToken);
        }

        return elapsed < request.Options.Timeout + options.ContactBound;
    }

    private async Task Pause(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(
            signs.Reader.WaitToReadAsync(either.Token).AsTask(),
            Task.Delay(options.WatchInterval, time, either.Token));
        await either.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task<MigrationEnd> End(CancellationToken cancellationToken)
    {
        var ends = await new BothEnds(source, destination, request, options, time).Settle(cancellationToken);
        if (why is null && calls.FailureOf(request.Move) is { IsConnectionLoss: false } failure)
        {
            why = Errors.Sentence(failure);
        }

        var completed = ends.Completed;
        return new MigrationEnd(
            MigrationVerdict.After(request, ends.AtSource, ends.AtDestination, why ?? Of(ends.Failed)),
            ends.AtSource,
            ends.AtDestination,
            completed?.Downtime,
            completed?.Processed ?? last.Processed);
    }

    private static string? Of(JobStatistics? failed) =>
        failed?.ErrorMessage is { Length: > 0 } message ? $"{message.TrimEnd('.')}." : failed?.Type is JobType.Cancelled ? "It was aborted." : null;

    private sealed record Seen(MigrationStep Step);

    private sealed class Ending(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
