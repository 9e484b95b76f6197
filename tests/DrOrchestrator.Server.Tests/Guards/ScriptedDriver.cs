using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers;

namespace DrOrchestrator.Server.Tests.Guards;

/// <summary>A driver that answers as the test says, and counts how often it was called.</summary>
internal sealed class ScriptedDriver : IHypervisorDriver
{
    public Func<CancellationToken, Task<Outcome<HostFacts>>> Facts { get; set; } = _ => throw new NotSupportedException();

    public Func<CancellationToken, Task<Outcome<VmCopy>>> Copy { get; set; } = _ => throw new NotSupportedException();

    public Func<CancellationToken, Task<Outcome<Nothing>>> Migration { get; set; } = _ => throw new NotSupportedException();

    public int Calls { get; private set; }

    public string Name => "scripted";

    public Capabilities Capabilities => throw new NotSupportedException();

    public Task<Outcome<HostFacts>> InspectHost(HostEndpoint host, CancellationToken cancellationToken)
    {
        Calls++;
        return Facts(cancellationToken);
    }

    public Task<Outcome<Nothing>> EnsureMigration(MigrationRequest request, CancellationToken cancellationToken)
    {
        Calls++;
        return Migration(cancellationToken);
    }

    public Task<Outcome<IReadOnlyList<VmCopy>>> ListVms(HostEndpoint host, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Outcome<VmCopy>> InspectVm(HostEndpoint host, VmRef vm, CancellationToken cancellationToken)
    {
        Calls++;
        return Copy(cancellationToken);
    }

    public Task<Outcome<IReadOnlyList<Finding>>> Preflight(MigrationRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<MigrationReport> WatchMigration(MigrationRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Outcome<Nothing>> EnsureAborted(MigrationRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Outcome<Nothing>> EnsureHandedOver(MigrationRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Outcome<Nothing>> EnsureGeneration(HostEndpoint host, VmRef vm, long generation, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Outcome<Nothing>> EnsureStopped(HostEndpoint host, VmRef vm, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Outcome<Nothing>> EnsureStarted(HostEndpoint host, VmRef vm, long generation, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Outcome<Nothing>> EnsureRemoved(HostEndpoint host, VmRef vm, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
