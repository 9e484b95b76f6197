using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers;

namespace DrOrchestrator.Server.Tests.Guards;

/// <summary>A driver that answers as the test says, and counts how often it was called.</summary>
internal sealed class ScriptedDriver : IHypervisorDriver
{
    private int calls;

    public Func<CancellationToken, Task<Outcome<HostFacts>>> Facts { get; set; } = _ => throw new NotSupportedException();

    /// <summary>What a host says of itself at once, instead of <see cref="Facts"/>.</summary>
    public Func<HostEndpoint, Outcome<HostFacts>>? AnswerOf { get; set; }

    public Func<CancellationToken, Task<Outcome<VmCopy>>> Copy { get; set; } = _ => throw new NotSupportedException();

    public Func<CancellationToken, Task<Outcome<Nothing>>> Migration { get; set; } = _ => throw new NotSupportedException();

    public int Calls => calls;

    public string Name => "scripted";

    public Capabilities Capabilities => throw new NotSupportedException();

    public Task<Outcome<HostFacts>> InspectHost(HostEndpoint host, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref calls);
        return AnswerOf is null ? Facts(cancellationToken) : Task.FromResult(AnswerOf(host));
    }

    public Task<Outcome<Nothing>> EnsureMigration(MigrationRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref calls);
        return Migration(cancellationToken);
    }

    public Task<Outcome<IReadOnlyList<VmCopy>>> ListVms(HostEndpoint host, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Outcome<VmCopy>> InspectVm(HostEndpoint host, VmRef vm, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref calls);
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
