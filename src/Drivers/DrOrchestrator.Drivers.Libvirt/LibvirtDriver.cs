using System.Collections.Concurrent;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Libvirt.Connections;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Migrations;
using DrOrchestrator.Drivers.Libvirt.Native;
using DrOrchestrator.Drivers.Libvirt.Preflights;

namespace DrOrchestrator.Drivers.Libvirt;

/// <summary>
/// QEMU hosts through libvirt (libvirt.so.0, <see cref="LibvirtLibrary.Oldest"/> or newer; verified with 11.3). Addresses:
/// <c>qemu+tls://host/system[?pkipath=folder]</c>, <c>qemu+tcp://host/system</c> (isolated networks only) and
/// <c>qemu:///system</c>. Live migrations are pre-copy and peer to peer. How it works, what libvirt does and
/// does not promise, and what remains open is in this project's README.
/// </summary>
public sealed class LibvirtDriver : IHypervisorDriver
{
    public const string DriverName = "libvirt";

    private readonly LibvirtDriverOptions options;
    private readonly TimeProvider time;
    private readonly ConcurrentDictionary<string, HostCalls> hosts = new();
    private readonly MigrationCalls migrations = new();

    /// <exception cref="InvalidOperationException">libvirt's client library is missing or unsafe (<see cref="LibvirtLibrary.Use"/>).</exception>
    public LibvirtDriver(LibvirtDriverOptions? options = null, TimeProvider? time = null)
    {
        LibvirtLibrary.Use();
        this.options = options ?? new LibvirtDriverOptions();
        this.time = time ?? TimeProvider.System;
    }

    public string Name => DriverName;

    public Capabilities Capabilities { get; } = new()
    {
        CopiesStorage = true,
        AbortsMigration = true,
        EncryptsTransfer = true,
        CapsBandwidth = true,
        AutoConverges = true,
        UsesMigrationNetwork = true,
        PostCopies = true,
        HoldsGeneration = true,
        PendingRequestBound = TimeSpan.FromSeconds(45),
        PendingRequestSource =
            "libvirt waits up to 30 s for a domain's job (VIR_JOB_WAIT_TIME), plus keepalive; counted from when the host "
            + "answers: a frozen host executes what waits in its sockets after the thaw. See this driver's README.",
    };

    public Task<Outcome<HostFacts>> InspectHost(HostEndpoint host, CancellationToken cancellationToken) =>
        On(host, connection => HostReader.Read(connection, host.Host), cancellationToken);

    public Task<Outcome<IReadOnlyList<VmCopy>>> ListVms(HostEndpoint host, CancellationToken cancellationToken) =>
        On(host, connection => DomainReader.List(connection, host.Host), cancellationToken);

    public Task<Outcome<VmCopy>> InspectVm(HostEndpoint host, VmRef vm, CancellationToken cancellationToken) =>
        On(host, connection => DomainReader.Inspect(connection, host.Host, vm), cancellationToken);

    public Task<Outcome<IReadOnlyList<Finding>>> Preflight(MigrationRequest request, CancellationToken cancellationToken) =>
        new LibvirtPreflight(CallsTo(request.Source), CallsTo(request.Destination), request, options, time).Find(cancellationToken);

    public Task<Outcome<Nothing>> EnsureMigration(MigrationRequest request, CancellationToken cancellationToken) =>
        new MigrationStart(
            CallsTo(request.Source), CallsTo(request.Destination), migrations, request, options, time).Ensure(cancellationToken);

    public IAsyncEnumerable<MigrationReport> WatchMigration(MigrationRequest request, CancellationToken cancellationToken) =>
        new MigrationWatch(
            CallsTo(request.Source), CallsTo(request.Destination), migrations, Abort(request), request, options, time).Run(cancellationToken);

    public Task<Outcome<Nothing>> EnsureAborted(MigrationRequest request, CancellationToken cancellationToken) =>
        Abort(request).Ensure(cancellationToken);

    public Task<Outcome<Nothing>> EnsureHandedOver(MigrationRequest request, CancellationToken cancellationToken) =>
        new BothEnds(CallsTo(request.Source), CallsTo(request.Destination), request, options, time).CompleteHandover(cancellationToken);

    public Task<Outcome<Nothing>> EnsureGeneration(HostEndpoint host, VmRef vm, long generation, CancellationToken cancellationToken) =>
        Ensure(host, connection => DomainOrders.RaiseGeneration(connection, host, vm, generation), cancellationToken);

    public Task<Outcome<Nothing>> EnsureStopped(HostEndpoint host, VmRef vm, CancellationToken cancellationToken) =>
        Ensure(host, connection => DomainOrders.Stop(connection, host, vm), cancellationToken);

    public Task<Outcome<Nothing>> EnsureStarted(HostEndpoint host, VmRef vm, long generation, CancellationToken cancellationToken) =>
        Ensure(host, connection => DomainOrders.Start(connection, host, vm, generation), cancellationToken);

    public Task<Outcome<Nothing>> EnsureRemoved(HostEndpoint host, VmRef vm, CancellationToken cancellationToken) =>
        Ensure(host, connection => DomainOrders.Remove(connection, host, vm), cancellationToken);

    /// <summary>Closes our connections. Migrations under way are carried on by their hosts.</summary>
    public ValueTask DisposeAsync()
    {
        migrations.Dispose();
        foreach (var host in hosts.Values)
        {
            host.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private MigrationAbort Abort(MigrationRequest request) =>
        new(CallsTo(request.Source), CallsTo(request.Destination), request, options, time);

    private HostCalls CallsTo(HostEndpoint host) => hosts.GetOrAdd(host.Address, _ => new HostCalls(host, options, time));

    private Task<Outcome<T>> On<T>(HostEndpoint host, Func<ConnectionHandle, T> read, CancellationToken cancellationToken) =>
        CallsTo(host).Call(connection => new Outcome<T>.Done(read(connection)), cancellationToken);

    private Task<Outcome<Nothing>> Ensure(
        HostEndpoint host, Func<ConnectionHandle, Outcome<Nothing>> act, CancellationToken cancellationToken) =>
        CallsTo(host).Call(act, cancellationToken);
}
