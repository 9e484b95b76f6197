using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;

namespace DrOrchestrator.Drivers;

/// <summary>
/// The one way to a hypervisor. Narrow on purpose: a reader begins Inspect, List or Watch, a verb that
/// changes something begins Ensure and is idempotent: it inspects, acts only if needed, and confirms.
/// <para>
/// Every call carries its own deadline inside the driver, opens included; a hung host makes a call
/// end as unknown (for a reader: failed to answer) and never blocks the calls to another host. All
/// members may be called from many threads. Cancelling a call stops our waiting; it never stops what
/// the hypervisor is doing.
/// </para>
/// </summary>
public interface IHypervisorDriver : IAsyncDisposable
{
    /// <summary>The name used in the inventory: <c>libvirt</c>, <c>simulated</c>, ….</summary>
    string Name { get; }

    Capabilities Capabilities { get; }

    /// <summary>What the host says of itself. Unknown: it did not answer in time.</summary>
    Task<Outcome<HostFacts>> InspectHost(HostEndpoint host, CancellationToken cancellationToken);

    /// <summary>All copies on a host, running or only defined.</summary>
    Task<Outcome<IReadOnlyList<VmCopy>>> ListVms(HostEndpoint host, CancellationToken cancellationToken);

    /// <summary>One VM on one host. A host that answered and does not know the VM gives <see cref="VmState.Absent"/>.</summary>
    Task<Outcome<VmCopy>> InspectVm(HostEndpoint host, VmRef vm, CancellationToken cancellationToken);

    /// <summary>
    /// Everything that can be checked before a migration, without changing anything. Room at the destination, for memory and for disks, and who
    /// else acts on the VM are judged by <see cref="CapacityFindings"/>, <see cref="RoomFindings"/> and <see cref="OtherActorFindings"/>, the same for every driver.
    /// </summary>
    Task<Outcome<IReadOnlyList<Finding>>> Preflight(MigrationRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Sees to it that this migration is under way: starts it, or re-attaches to it where it runs already
    /// (also where another process, now dead, started it). Done: it is under way or has ended already, so
    /// watch it. Refused: it was not started and will not be; so where a migration is under way that does not carry this move's
    /// mark. Unknown: it may have been started.
    /// </summary>
    Task<Outcome<Nothing>> EnsureMigration(MigrationRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Progress until the end. The last report, and only the last, is <see cref="MigrationReport.Ended"/>; it
    /// comes at the latest when the transfer's own timeout and the driver's call deadlines have passed,
    /// whatever hangs. Needs nothing from the process that started the migration.
    /// </summary>
    IAsyncEnumerable<MigrationReport> WatchMigration(MigrationRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Sees to it that the migration is not under way any more and the guest runs at the source. Done:
    /// aborted, or there was none of this move; another's is left alone. Failed: it is past the point of no return and will complete. A copy that this very move
    /// left waiting at the destination, never to be started, is removed where the destination answers.
    /// </summary>
    Task<Outcome<Nothing>> EnsureAborted(MigrationRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Completes the cutover of a guest that this very move brought to its destination and that waits there, paused,
    /// for the source's word: it is started once the source has answered that its copy is gone by migration, whoever began the
    /// move. Shut off is not gone: a guest that went on at its source and ended there must not come back from older memory. One that is
    /// a leftover is removed: the source runs the guest without a migration and the copy came under a generation before this one, or
    /// the copy is older than <see cref="MigrationRequest.StaleBelow"/>. No migration is stopped. To be called only when the source has
    /// taken the request's generation (<see cref="EnsureGeneration"/>), so that what it sends from now on carries it.
    /// Done: it was started or removed, or is left to wait, or nothing of this move waits. Unknown: an end did not answer. A
    /// system whose hypervisor starts the guest by itself answers done.
    /// </summary>
    Task<Outcome<Nothing>> EnsureHandedOver(MigrationRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Writes the custody generation into the VM's metadata at this host, if it is higher than the one there,
    /// so that orders of an older generation are refused from now on. Done also where the host has no
    /// such VM; refused where the hypervisor can't hold it (see <see cref="Capabilities.HoldsGeneration"/>).
    /// </summary>
    Task<Outcome<Nothing>> EnsureGeneration(HostEndpoint host, VmRef vm, long generation, CancellationToken cancellationToken);

    /// <summary>Hard-stops this copy, running, paused or incoming, and confirms by the hypervisor that it stopped.</summary>
    Task<Outcome<Nothing>> EnsureStopped(HostEndpoint host, VmRef vm, CancellationToken cancellationToken);

    /// <summary>
    /// Starts the copy defined on this host. The caller answers for custody; the driver refuses where the
    /// generation in the VM's metadata is newer than the order's.
    /// </summary>
    Task<Outcome<Nothing>> EnsureStarted(HostEndpoint host, VmRef vm, long generation, CancellationToken cancellationToken);

    /// <summary>Removes the definition of a copy that does not run. Refused while it may run. Never deletes disks.</summary>
    Task<Outcome<Nothing>> EnsureRemoved(HostEndpoint host, VmRef vm, CancellationToken cancellationToken);
}
