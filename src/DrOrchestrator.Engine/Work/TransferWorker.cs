using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers;
using DrOrchestrator.Engine.Ports;
using Microsoft.Extensions.Logging;

namespace DrOrchestrator.Engine.Work;

/// <summary>Carries out what a move asks of the hypervisors.</summary>
internal sealed class TransferWorker(
    Reporter reports, IDeadlines deadlines, IDrivers drivers, EngineOptions options, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(10);

    public async Task Prepare(MoveOrder.PrepareSource order, CancellationToken cancellationToken)
    {
        var request = Request(order, order.Source, order.Destination, order.Policy);
        var preflight = await drivers.For(order.Source).Preflight(request, cancellationToken);
        var baseline = order.Check is { } check ? await drivers.Guests.Observe(order.Vm, check, cancellationToken) : null;
        var guest = baseline is Outcome<GuestObservation>.Done { Value: var seen } ? seen : null;
        var findings = preflight is Outcome<IReadOnlyList<Finding>>.Done { Value: var found } ? found : [];
        if (order.Check is not null && guest is null)
        {
            findings = [.. findings, new Finding(
                FindingArea.VmConfiguration,
                FindingSeverity.Warning,
                $"The guest did not answer its check before the move, so a restart in the move could not be told: {Reason(baseline!)}",
                "Look at the guest, or correct its check in the inventory.")];
        }

        Refusal? unanswered = preflight switch
        {
            Outcome<IReadOnlyList<Finding>>.Done => null,
            Outcome<IReadOnlyList<Finding>>.Refused refused => new Refusal(refused.Reason, refused.WayOut),
            _ => new Refusal(Reason(preflight), "Check that both hosts answer, then run the plan again."),
        };
        await reports.Report(order.From, new MoveMessage.ReportPreparation(order.Key, findings, guest, unanswered), GiveUpAfter, cancellationToken);
    }

    /// <summary>
    /// Starts or re-attaches, or only follows what was seen under way, then watches to the end. The claim is looked at once more right before the
    /// effect, and kept alive beside it; when it is lost, this stops watching and says nothing more.
    /// </summary>
    public async Task Transfer(MoveOrder.Transfer order, CancellationToken stopping)
    {
        var claim = new Claim(order.Key, order.Attempt);
        if (!await deadlines.Heartbeat(order.From, claim, options.ClaimLifetime, stopping))
        {
            return;
        }

        using var held = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var heartbeat = KeepAlive(order.From, claim, held);
        try
        {
            var request = Request(order, order.Source, order.Destination, order.Policy);
            var report = await Migrate(order, claim, request, held.Token);
            await reports.Report(order.From, new MoveMessage.ReportTransfer(claim, report), giveUpAfter: null, held.Token);
        }
        catch (OperationCanceledException) when (held.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            log.LogWarning("{Vm}: the claim {Claim} went to somebody else; this worker stops watching", order.Vm, claim);
        }
        finally
        {
            // Not CancelAsync: it calls back on a thread of the pool, where nothing has an order that can be replayed.
            held.Cancel();
            await heartbeat;
        }
    }

    public async Task Abort(MoveOrder.AbortTransfer order, CancellationToken cancellationToken)
    {
        var outcome = await drivers.For(order.Source).EnsureAborted(Request(order, order.Source, order.Destination, order.Policy), cancellationToken);
        if (outcome is not Outcome<Nothing>.Done)
        {
            log.LogWarning("{Vm}: the stop of {Move} was not confirmed: {Reason}", order.Vm, order.Move, Reason(outcome));
        }
    }

    public async Task Inspect(MoveOrder.InspectPlaces order, CancellationToken cancellationToken)
    {
        var driver = drivers.For(order.Source);
        var request = Request(order, order.Source, order.Destination, order.Policy);

        // The generation first: after this an order of an older generation that wakes up finds itself outdated.
        var raised = await driver.EnsureGeneration(order.Source, order.Vm, order.Generation, cancellationToken);
        var guarded = raised is Outcome<Nothing>.Done || !driver.Capabilities.HoldsGeneration;
        if (order.StopTransfer)
        {
            await driver.EnsureAborted(request, cancellationToken);
        }

        // A worker that vanished between the source's last word and the guest's start leaves the guest waiting: what it
        // began is completed here, or the guest would stand still for as long as this is looked into.
        await driver.EnsureHandedOver(request, cancellationToken);
        var askedAt = clock.GetUtcNow() - options.ClockAllowance;
        var places = new List<PlaceReport>();

        // The source is asked first and each place only after the one before it answered: a guest travels from
        // the source to the destination, so asked at the same time both could say that they have it not.
        foreach (var place in order.Places.OrderByDescending(place => place.Host == order.Source.Host))
        {
            var seen = Place(place.Host, await drivers.For(place).InspectVm(place, order.Vm, cancellationToken));

            // A source that may not have heard of the generation can still take an older order: its answer clears nothing. That
            // it is migrating just now is told all the same: a hypervisor may let nobody mark the VM for just that reason.
            places.Add(place.Host == order.Source.Host && !guarded ? new PlaceReport(place.Host, null, seen.MigratingOut) : seen);
        }

        await reports.Report(
            order.From, new MoveMessage.ReportPlaces(order.Key, places, askedAt, driver.Capabilities.PendingRequestBound), GiveUpAfter, cancellationToken);
    }

    private async Task<TransferReport> Migrate(MoveOrder.Transfer order, Claim claim, MigrationRequest request, CancellationToken cancellationToken)
    {
        var driver = drivers.For(order.Source);
        var started = order.Follow ? new Outcome<Nothing>.Done(Nothing.Value) : await driver.EnsureMigration(request, cancellationToken);
        if (started is not Outcome<Nothing>.Done)
        {
            var source = await driver.InspectVm(order.Source, order.Vm, cancellationToken);
            var destination = await drivers.For(order.Destination).InspectVm(order.Destination, order.Vm, cancellationToken);
            return new TransferReport(
                ResultOf(started), Reason(started), Place(order.Source.Host, source), Place(order.Destination.Host, destination));
        }

        var last = new MigrationProgress(MigrationStep.SourcePreparation);
        long? told = null;
        await foreach (var report in driver.WatchMigration(request, cancellationToken))
        {
            switch (report)
            {
                case MigrationReport.Running { Progress: var progress }:
                    if (told is null || progress.Step != last.Step || clock.GetElapsedTime(told.Value) >= options.ProgressEvery)
                    {
                        told = clock.GetTimestamp();
                        last = progress;
                        await Tell(order, claim, progress, cancellationToken);
                    }

                    break;

                case MigrationReport.Ended { End: var end }:
                    return new TransferReport(
                        ResultOf(end.Result),
                        Reason(end.Result),
                        Place(order.Source.Host, end.AtSource),
                        Place(order.Destination.Host, end.AtDestination),
                        end.ReportedDowntime,
                        end.Transferred);
            }
        }

        throw new InvalidOperationException($"The {driver.Name} driver's watch of {order.Move} ended without an end.");
    }

    /// <summary>Progress is worth nothing a moment later: what the record does not take is dropped, and the watch goes on.</summary>
    private async Task Tell(MoveOrder.Transfer order, Claim claim, MigrationProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            await reports.Report(order.From, new MoveMessage.ReportProgress(claim, progress), TimeSpan.Zero, cancellationToken);
        }
        catch (Exception exception)
        {
            // What fails while this is told to stop is the stop, whatever broke first.
            cancellationToken.ThrowIfCancellationRequested();
            log.LogWarning("{Vm}: its progress could not be recorded ({Error})", order.Vm, exception.Message);
        }
    }

    private async Task KeepAlive(StreamId stream, Claim claim, CancellationTokenSource held)
    {
        var renewed = clock.GetTimestamp();
        bool? mine = true;
        try
        {
            while (true)
            {
                // Sooner while the database is away: whoever comes first after it keeps the claim or takes it over.
                await Task.Delay(mine is null ? options.SweepEvery / 2 : options.ClaimLifetime / 3, clock, held.Token);
                try
                {
                    mine = await deadlines.Heartbeat(stream, claim, options.ClaimLifetime, held.Token);
                }
                catch (Exception)
                {
                    // What fails while this is told to stop is the stop, whatever broke first.
                    held.Token.ThrowIfCancellationRequested();
                    // The database is away. Nobody can take the claim over without it, and the sweep that could
                    // sees the same database; only our own patience is bounded, below.
                    mine = null;
                }

                if (mine is true)
                {
                    renewed = clock.GetTimestamp();
                }
                else if (mine is false || clock.GetElapsedTime(renewed) > options.ClaimLifetime * 20)
                {
                    held.Cancel();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The work is done, or the process ends.
        }
    }

    private static MigrationRequest Request(MoveOrder order, HostEndpoint source, HostEndpoint destination, MovePolicy policy) =>
        new(order.Move, order.Vm, source, destination, order.Generation, policy.Migration);

    private static PlaceReport Place(HostId host, Outcome<VmCopy> outcome) =>
        Place(host, outcome is Outcome<VmCopy>.Done { Value: var copy } ? copy : null);

    private static PlaceReport Place(HostId host, VmCopy? copy) => new(host, copy?.State, copy?.MigratingOut ?? false);

    private static TransferResult ResultOf(Outcome<Nothing> outcome) => outcome switch
    {
        Outcome<Nothing>.Done => TransferResult.Done,
        Outcome<Nothing>.Refused => TransferResult.Refused,
        Outcome<Nothing>.Failed => TransferResult.Failed,
        _ => TransferResult.Unknown,
    };

    private static string Reason<T>(Outcome<T> outcome) => outcome switch
    {
        Outcome<T>.Refused refused => $"{refused.Reason} {refused.WayOut}",
        Outcome<T>.Failed failed => failed.Reason,
        Outcome<T>.Unknown unknown => unknown.Reason,
        _ => "",
    };
}
