using System.Runtime.CompilerServices;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers;

namespace DrOrchestrator.Simulation;

/// <summary>The simulated driver as a process uses it; the place where mutants of the driver's rules live.</summary>
public sealed class SimulationDriver(IHypervisorDriver inner, Mutant mutant, IReadOnlyList<HostEndpoint> hosts, TimeProvider clock) : IHypervisorDriver
{
    private readonly Dictionary<(HostEndpoint, VmRef), VmCopy> remembered = [];

    /// <summary>How many calls are between their check of the generation and their effect.</summary>
    public int Committing { get; private set; }

    public string Name => inner.Name;

    public Capabilities Capabilities => mutant is Mutant.AbsenceIsProof
        ? inner.Capabilities with { PendingRequestBound = TimeSpan.Zero }
        : inner.Capabilities;

    public Task<Outcome<HostFacts>> InspectHost(HostEndpoint host, CancellationToken cancellationToken) => inner.InspectHost(host, cancellationToken);

    public Task<Outcome<IReadOnlyList<VmCopy>>> ListVms(HostEndpoint host, CancellationToken cancellationToken) => inner.ListVms(host, cancellationToken);

    public async Task<Outcome<VmCopy>> InspectVm(HostEndpoint host, VmRef vm, CancellationToken cancellationToken)
    {
        if (mutant is Mutant.StaleAnswers && remembered.TryGetValue((host, vm), out var copy))
        {
            return new Outcome<VmCopy>.Done(copy);
        }

        var outcome = await inner.InspectVm(host, vm, cancellationToken);
        if (outcome is Outcome<VmCopy>.Done { Value: var seen })
        {
            remembered[(host, vm)] = seen;
            _ = Forget(host, vm);
        }

        return outcome is not Outcome<VmCopy>.Done && mutant is Mutant.SilenceIsAbsence
            ? new Outcome<VmCopy>.Done(VmCopy.NotThere(vm, host.Host))
            : outcome;
    }

    public async Task<Outcome<IReadOnlyList<Finding>>> Preflight(MigrationRequest request, CancellationToken cancellationToken)
    {
        var findings = await inner.Preflight(request, cancellationToken);
        if (mutant is Mutant.PlaceAfterCall)
        {
            await inner.EnsureMigration(request, cancellationToken);
        }

        return findings;
    }

    public async Task<Outcome<Nothing>> EnsureMigration(MigrationRequest request, CancellationToken cancellationToken)
    {
        Committing++;
        try
        {
            return await inner.EnsureMigration(
                mutant is Mutant.GenerationIgnored ? request with { Generation = long.MaxValue } : request, cancellationToken);
        }
        finally
        {
            Committing--;
        }
    }

    public async IAsyncEnumerable<MigrationReport> WatchMigration(
        MigrationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var report in inner.WatchMigration(request, cancellationToken))
        {
            yield return report;
        }
    }

    public Task<Outcome<Nothing>> EnsureAborted(MigrationRequest request, CancellationToken cancellationToken) => inner.EnsureAborted(request, cancellationToken);

    public async Task<Outcome<Nothing>> EnsureHandedOver(MigrationRequest request, CancellationToken cancellationToken)
    {
        var unasked = mutant is Mutant.HandoverUnasked
            || (mutant is Mutant.ShutOffIsGone
                && await inner.InspectVm(request.Source, request.Vm, cancellationToken) is Outcome<VmCopy>.Done { Value.State: VmState.Shutoff });
        return await inner.EnsureHandedOver(
            unasked ? request with { Source = hosts.First(host => host != request.Source && host != request.Destination), StaleBelow = 0 } : request,
            cancellationToken);
    }

    public Task<Outcome<Nothing>> EnsureGeneration(HostEndpoint host, VmRef vm, long generation, CancellationToken cancellationToken) =>
        inner.EnsureGeneration(host, vm, generation, cancellationToken);

    public Task<Outcome<Nothing>> EnsureStopped(HostEndpoint host, VmRef vm, CancellationToken cancellationToken) => inner.EnsureStopped(host, vm, cancellationToken);

    public Task<Outcome<Nothing>> EnsureStarted(HostEndpoint host, VmRef vm, long generation, CancellationToken cancellationToken) =>
        inner.EnsureStarted(host, vm, generation, cancellationToken);

    public Task<Outcome<Nothing>> EnsureRemoved(HostEndpoint host, VmRef vm, CancellationToken cancellationToken) => inner.EnsureRemoved(host, vm, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async Task Forget(HostEndpoint host, VmRef vm)
    {
        await Task.Delay(TimeSpan.FromSeconds(8), clock);
        remembered.Remove((host, vm));
    }
}
