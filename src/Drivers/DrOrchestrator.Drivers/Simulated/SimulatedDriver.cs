using System.Runtime.CompilerServices;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;

namespace DrOrchestrator.Drivers.Simulated;

/// <summary>
/// A client of a <see cref="SimulatedFleet"/>, as a real driver is one of its hypervisors: it knows what
/// it is told and keeps no state that matters. Many may look at one fleet.
/// </summary>
public sealed class SimulatedDriver(SimulatedFleet fleet, SimulatedDriverOptions? options = null) : IHypervisorDriver
{
    public const string DriverName = "simulated";

    private readonly SimulatedDriverOptions options = options ?? new SimulatedDriverOptions();

    public string Name => DriverName;

    public Capabilities Capabilities => new()
    {
        CopiesStorage = true,
        AbortsMigration = true,
        EncryptsTransfer = true,
        CapsBandwidth = true,
        AutoConverges = true,
        UsesMigrationNetwork = true,
        HoldsGeneration = true,
        PendingRequestBound = options.PendingRequestBound,
        PendingRequestSource = "Simulated: what the fleet's faults are set to.",
    };

    public Task<Outcome<HostFacts>> InspectHost(HostEndpoint host, CancellationToken cancellationToken) =>
        Send(SimulatedCallKind.InspectHost, host, null, null, SimulatedFleet.Facts, cancellationToken);

    public Task<Outcome<IReadOnlyList<VmCopy>>> ListVms(HostEndpoint host, CancellationToken cancellationToken) =>
        Send(SimulatedCallKind.ListVms, host, null, null, SimulatedFleet.List, cancellationToken);

    public Task<Outcome<VmCopy>> InspectVm(HostEndpoint host, VmRef vm, CancellationToken cancellationToken) =>
        Send(SimulatedCallKind.InspectVm, host, vm, null, h => SimulatedFleet.Inspect(h, vm), cancellationToken);

    public async Task<Outcome<IReadOnlyList<Finding>>> Preflight(MigrationRequest request, CancellationToken cancellationToken)
    {
        var source = await InspectVm(request.Source, request.Vm, cancellationToken);
        var destination = await InspectVm(request.Destination, request.Vm, cancellationToken);
        var facts = await InspectHost(request.Destination, cancellationToken);
        var foreign = await MoveUnderWay(request, source, cancellationToken) is Outcome<string?>.Done { Value: var move }
            && source is Outcome<VmCopy>.Done { Value.MigratingOut: true } && move != request.Move.Value
            ? new Finding(FindingArea.VmConfiguration, FindingSeverity.Error, MigrationVerdict.AlreadyMigrating(request, move), MigrationVerdict.WaitForIt)
            : null;
        return new Outcome<IReadOnlyList<Finding>>.Done(
        [
            .. foreign is null ? [] : new[] { foreign },
            .. SimulatedPreflight.Findings(
                request,
                source,
                destination,
                facts,
                fleet.CanEncrypt(request.Source.Host, request.Destination.Host),
                fleet.VirtualCpusOn(request.Destination.Host),
                fleet.OtherActorsOf(request.Vm.Id),
                fleet.NewDisksOf(request)),
        ]);
    }

    public async Task<Outcome<Nothing>> EnsureMigration(MigrationRequest request, CancellationToken cancellationToken)
    {
        var atSource = await InspectVm(request.Source, request.Vm, cancellationToken);
        if (atSource is not Outcome<VmCopy>.Done { Value: var source })
        {
            return atSource.As<Nothing>();
        }

        var atDestination = await InspectVm(request.Destination, request.Vm, cancellationToken);
        if (atDestination is not Outcome<VmCopy>.Done { Value: var destination })
        {
            return atDestination.As<Nothing>();
        }

        var asked = await MoveUnderWay(request, atSource, cancellationToken);
        if (asked is not Outcome<string?>.Done { Value: var moveUnderWay })
        {
            return asked.As<Nothing>();
        }

        if (MigrationVerdict.Before(request, source, destination, moveUnderWay) is { } verdict)
        {
            return verdict;
        }

        var facts = await InspectHost(request.Destination, cancellationToken);
        var error = SimulatedPreflight
            .Findings(
                request with { Options = request.Options with { Bounds = null } },
                atSource,
                atDestination,
                facts,
                fleet.CanEncrypt(request.Source.Host, request.Destination.Host),
                virtualCpusThere: 0,
                [],
                [])
            .Concat(CapabilityFindings.Of(request, this))
            .FirstOrDefault(f => f.Severity == FindingSeverity.Error);
        return error is null
            ? await Send(
                SimulatedCallKind.StartMigration,
                request.Source,
                request.Vm,
                request.Generation,
                h => fleet.Migrate(h, request),
                cancellationToken)
            : facts is Outcome<HostFacts>.Done
                ? new Outcome<Nothing>.Refused(error.Fact, error.WayOut ?? "Correct that first.")
                : facts.As<Nothing>();
    }

    public async IAsyncEnumerable<MigrationReport> WatchMigration(
        MigrationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watch = new SimulatedWatch(this, fleet, options, request);
        while (await watch.Next(cancellationToken))
        {
            foreach (var reading in watch.TakeNew())
            {
                yield return new MigrationReport.Running(reading);
            }

            await watch.Pause(cancellationToken);
        }

        foreach (var reading in watch.TakeNew())
        {
            yield return new MigrationReport.Running(reading);
        }

        yield return new MigrationReport.Ended(await watch.End(cancellationToken));
    }

    /// <summary>Nothing waits where <see cref="SimulatedFleetOptions.ConfirmedHandover"/> is off: the destination starts the guest by itself.</summary>
    public Task<Outcome<Nothing>> EnsureHandedOver(MigrationRequest request, CancellationToken cancellationToken) =>
        SettleWaiting(request, request.Generation, cancellationToken);

    /// <summary>
    /// Starts the copy that waits, or ends it where it is a leftover. It must be seen waiting before the source is asked: while it is
    /// there no other migration can come in, so a source that then says it runs without a job has taken the guest back.
    /// </summary>
    /// <param name="request">Whose copy.</param>
    /// <param name="leftBelow">With the guest running at its source, a copy of a lower generation is a leftover.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    internal async Task<Outcome<Nothing>> SettleWaiting(MigrationRequest request, long leftBelow, CancellationToken cancellationToken)
    {
        var done = new Outcome<Nothing>.Done(Nothing.Value);
        if (!fleet.Options.ConfirmedHandover)
        {
            return done;
        }

        var waiting = await Waits(request, cancellationToken);
        if (waiting is not Outcome<long?>.Done { Value: var generation })
        {
            return waiting.As<Nothing>();
        }

        if (generation is null)
        {
            return done;
        }

        if (generation < request.StaleBelow)
        {
            return await DropWaiting(request, request.StaleBelow, cancellationToken);
        }

        return await InspectVm(request.Source, request.Vm, cancellationToken) switch
        {
            Outcome<VmCopy>.Done { Value.State: VmState.Absent } => await Send(
                SimulatedCallKind.HandOver,
                request.Destination,
                request.Vm,
                request.Generation,
                h => fleet.HandOver(h, request),
                cancellationToken),
            Outcome<VmCopy>.Done { Value: { State: VmState.Running, MigratingOut: false } } when generation < leftBelow =>
                await DropWaiting(request, leftBelow, cancellationToken),
            Outcome<VmCopy>.Done => done,
            var silent => silent.As<Nothing>(),
        };
    }

    public async Task<Outcome<Nothing>> EnsureAborted(MigrationRequest request, CancellationToken cancellationToken)
    {
        var asked = await Send(
            SimulatedCallKind.AbortMigration,
            request.Source,
            request.Vm,
            request.Generation,
            h => SimulatedFleet.Abort(h, request),
            cancellationToken);
        if (asked is not Outcome<Nothing>.Done)
        {
            return asked;
        }

        return await InspectVm(request.Source, request.Vm, cancellationToken) switch
        {
            Outcome<VmCopy>.Done { Value: { State: VmState.Running, MigratingOut: false } } => await DropLeftover(request, asked, cancellationToken),
            Outcome<VmCopy>.Done { Value.State: VmState.Running } => asked,
            Outcome<VmCopy>.Done { Value.State: var state } => new Outcome<Nothing>.Failed(
                $"No migration of {request.Vm} is under way, and it is {MigrationVerdict.Word(state)} on {request.Source.Host}."),
            var other => other.As<Nothing>(),
        };
    }

    private async Task<Outcome<Nothing>> DropLeftover(MigrationRequest request, Outcome<Nothing> asked, CancellationToken cancellationToken)
    {
        if (fleet.Options.ConfirmedHandover
            && await Waits(request, cancellationToken) is Outcome<long?>.Done { Value: not null }
            && await InspectVm(request.Source, request.Vm, cancellationToken) is Outcome<VmCopy>.Done { Value: { State: VmState.Running, MigratingOut: false } })
        {
            await DropWaiting(request, request.Generation + 1, cancellationToken);
        }

        return asked;
    }

    /// <summary>The generation of the copy that waits for this move; null: none does.</summary>
    private Task<Outcome<long?>> Waits(MigrationRequest request, CancellationToken cancellationToken) =>
        Send(SimulatedCallKind.InspectVm, request.Destination, request.Vm, null, h => SimulatedFleet.Waits(h, request), cancellationToken);

    private Task<Outcome<Nothing>> DropWaiting(MigrationRequest request, long below, CancellationToken cancellationToken) => Send(
        SimulatedCallKind.DropWaiting,
        request.Destination,
        request.Vm,
        request.Generation,
        h => fleet.DropWaiting(h, request, below),
        cancellationToken);

    /// <summary>Whose migration the source shows, asked only where it shows one; null: nobody's here.</summary>
    private async Task<Outcome<string?>> MoveUnderWay(MigrationRequest request, Outcome<VmCopy> source, CancellationToken cancellationToken) =>
        source is Outcome<VmCopy>.Done { Value.MigratingOut: true }
            ? await Send(SimulatedCallKind.InspectMigration, request.Source, request.Vm, null, h => SimulatedFleet.MoveOfLast(h, request.Vm), cancellationToken)
            : new Outcome<string?>.Done(null);

    public Task<Outcome<Nothing>> EnsureGeneration(
        HostEndpoint host, VmRef vm, long generation, CancellationToken cancellationToken) =>
        Send(
            SimulatedCallKind.RaiseGeneration,
            host,
            vm,
            generation,
            h => SimulatedFleet.RaiseGeneration(h, vm, generation),
            cancellationToken);

    public Task<Outcome<Nothing>> EnsureStopped(HostEndpoint host, VmRef vm, CancellationToken cancellationToken) =>
        Send(SimulatedCallKind.Stop, host, vm, null, h => fleet.Stop(h, vm), cancellationToken);

    public async Task<Outcome<Nothing>> EnsureStarted(
        HostEndpoint host, VmRef vm, long generation, CancellationToken cancellationToken)
    {
        var inspected = await InspectVm(host, vm, cancellationToken);
        if (inspected is not Outcome<VmCopy>.Done { Value: var copy })
        {
            return inspected.As<Nothing>();
        }

        return copy.Generation > generation
            ? new Outcome<Nothing>.Refused(
                $"The order to start {vm} is of generation {generation}, but its metadata on {host.Host} says {copy.Generation}.",
                "Nothing needs to be done; the newer order stands.")
            : await Send(SimulatedCallKind.Start, host, vm, generation, h => fleet.Start(h, vm, generation), cancellationToken);
    }

    public Task<Outcome<Nothing>> EnsureRemoved(HostEndpoint host, VmRef vm, CancellationToken cancellationToken) =>
        Send(SimulatedCallKind.Remove, host, vm, null, h => fleet.Remove(h, vm), cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal Task<Outcome<SimulatedJob>> InspectJob(MigrationRequest request, CancellationToken cancellationToken) =>
        Send(
            SimulatedCallKind.InspectMigration,
            request.Source,
            request.Vm,
            null,
            h => SimulatedFleet.Job(h, request),
            cancellationToken);

    private Task<Outcome<T>> Send<T>(
        SimulatedCallKind kind,
        HostEndpoint host,
        VmRef? vm,
        long? generation,
        Func<SimulatedHost, Outcome<T>> execute,
        CancellationToken cancellationToken) =>
        fleet.Send(kind, host.Host, vm?.Id, generation, options.Place, options.CallDeadline, execute, cancellationToken);
}
