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
        return new Outcome<IReadOnlyList<Finding>>.Done(
            SimulatedPreflight.Findings(
                request,
                source,
                destination,
                facts,
                fleet.CanEncrypt(request.Source.Host, request.Destination.Host),
                fleet.VirtualCpusOn(request.Destination.Host),
                fleet.OtherActorsOf(request.Vm.Id)));
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

        string? moveUnderWay = null;
        if (source.MigratingOut)
        {
            var asked = await Send(
                SimulatedCallKind.InspectMigration,
                request.Source,
                request.Vm,
                null,
                h => SimulatedFleet.MoveUnderWay(h, request.Vm),
                cancellationToken);
            moveUnderWay = asked is Outcome<string>.Done { Value: { Length: > 0 } move } ? move : null;
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
    public async Task<Outcome<Nothing>> EnsureHandedOver(MigrationRequest request, CancellationToken cancellationToken)
    {
        if (!fleet.Options.ConfirmedHandover)
        {
            return new Outcome<Nothing>.Done(Nothing.Value);
        }

        return await InspectVm(request.Source, request.Vm, cancellationToken) switch
        {
            Outcome<VmCopy>.Done { Value.State: VmState.Absent or VmState.Shutoff } => await Send(
                SimulatedCallKind.HandOver,
                request.Destination,
                request.Vm,
                request.Generation,
                h => fleet.HandOver(h, request),
                cancellationToken),
            Outcome<VmCopy>.Done => new Outcome<Nothing>.Done(Nothing.Value),
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

    /// <summary>
    /// The copy must be seen waiting before the source is asked: while it is there no other migration can come in, so a source
    /// that then says it runs without a job has taken the guest back.
    /// </summary>
    private async Task<Outcome<Nothing>> DropLeftover(MigrationRequest request, Outcome<Nothing> asked, CancellationToken cancellationToken)
    {
        if (fleet.Options.ConfirmedHandover
            && await Send(SimulatedCallKind.InspectVm, request.Destination, request.Vm, null, h => SimulatedFleet.Waits(h, request), cancellationToken)
                is Outcome<bool>.Done { Value: true }
            && await InspectVm(request.Source, request.Vm, cancellationToken) is Outcome<VmCopy>.Done { Value: { State: VmState.Running, MigratingOut: false } })
        {
            await Send(
                SimulatedCallKind.DropWaiting,
                request.Destination,
                request.Vm,
                request.Generation,
                h => fleet.DropWaiting(h, request),
                cancellationToken);
        }

        return asked;
    }

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
