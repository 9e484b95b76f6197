using System.Runtime.CompilerServices;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers;

namespace DrOrchestrator.Server.Telemetry;

/// <summary>Measures a driver as the engine sees it, retries and guards included. Changes nothing.</summary>
public sealed class MeteredDriver(IHypervisorDriver driver, TimeProvider clock) : IHypervisorDriver
{
    private readonly CallMeter meter = new(driver.Name, clock);

    public string Name => driver.Name;

    public Capabilities Capabilities => driver.Capabilities;

    public Task<Outcome<HostFacts>> InspectHost(HostEndpoint host, CancellationToken cancellationToken) =>
        meter.Measure("inspect-host", host.Host.Value, () => driver.InspectHost(host, cancellationToken));

    public Task<Outcome<IReadOnlyList<VmCopy>>> ListVms(HostEndpoint host, CancellationToken cancellationToken) =>
        meter.Measure("list-vms", host.Host.Value, () => driver.ListVms(host, cancellationToken));

    public Task<Outcome<VmCopy>> InspectVm(HostEndpoint host, VmRef vm, CancellationToken cancellationToken) =>
        meter.Measure("inspect-vm", host.Host.Value, () => driver.InspectVm(host, vm, cancellationToken));

    public Task<Outcome<IReadOnlyList<Finding>>> Preflight(MigrationRequest request, CancellationToken cancellationToken) =>
        meter.Measure("preflight", request.Source.Host.Value, () => driver.Preflight(request, cancellationToken));

    public Task<Outcome<Nothing>> EnsureMigration(MigrationRequest request, CancellationToken cancellationToken) =>
        meter.Measure("ensure-migration", request.Source.Host.Value, () => driver.EnsureMigration(request, cancellationToken));

    public async IAsyncEnumerable<MigrationReport> WatchMigration(MigrationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const string verb = "watch-migration";
        var began = clock.GetTimestamp();
        var outcome = "cancelled";
        using var span = meter.Begin(verb, request.Source.Host.Value);
        try
        {
            await foreach (var report in driver.WatchMigration(request, cancellationToken))
            {
                if (report is MigrationReport.Ended ended)
                {
                    outcome = CallMeter.Read(ended.End.Result).Word;
                }

                yield return report;
            }
        }
        finally
        {
            meter.End(verb, outcome, began, span);
        }
    }

    public Task<Outcome<Nothing>> EnsureAborted(MigrationRequest request, CancellationToken cancellationToken) =>
        meter.Measure("ensure-aborted", request.Source.Host.Value, () => driver.EnsureAborted(request, cancellationToken));

    public Task<Outcome<Nothing>> EnsureHandedOver(MigrationRequest request, CancellationToken cancellationToken) =>
        meter.Measure("ensure-handed-over", request.Destination.Host.Value, () => driver.EnsureHandedOver(request, cancellationToken));

    public Task<Outcome<Nothing>> EnsureGeneration(HostEndpoint host, VmRef vm, long generation, CancellationToken cancellationToken) =>
        meter.Measure("ensure-generation", host.Host.Value, () => driver.EnsureGeneration(host, vm, generation, cancellationToken));

    public Task<Outcome<Nothing>> EnsureStopped(HostEndpoint host, VmRef vm, CancellationToken cancellationToken) =>
        meter.Measure("ensure-stopped", host.Host.Value, () => driver.EnsureStopped(host, vm, cancellationToken));

    public Task<Outcome<Nothing>> EnsureStarted(HostEndpoint host, VmRef vm, long generation, CancellationToken cancellationToken) =>
        meter.Measure("ensure-started", host.Host.Value, () => driver.EnsureStarted(host, vm, generation, cancellationToken));

    public Task<Outcome<Nothing>> EnsureRemoved(HostEndpoint host, VmRef vm, CancellationToken cancellationToken) =>
        meter.Measure("ensure-removed", host.Host.Value, () => driver.EnsureRemoved(host, vm, cancellationToken));

    public ValueTask DisposeAsync() => driver.DisposeAsync();
}
