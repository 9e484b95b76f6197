using DrOrchestrator.Core.Inventory;

namespace DrOrchestrator.Drivers.Simulated;

/// <summary>How the simulated world behaves as a whole.</summary>
public sealed record SimulatedFleetOptions
{
    /// <summary>Nothing takes any time: calls answer and migrations end before the call returns. For benchmarks.</summary>
    public bool Instant { get; init; }

    /// <summary>How long the source prepares and the destination reserves before memory flows.</summary>
    public TimeSpan PreparationTime { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>What the destination needs after the last page, with the guest stopped.</summary>
    public TimeSpan SetupTime { get; init; } = TimeSpan.FromMilliseconds(60);

    /// <summary>From the destination's first instruction to the end of the job.</summary>
    public TimeSpan CutoverTime { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The pause a hypervisor plans for where a request names none.</summary>
    public TimeSpan DefaultMaxDowntime { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>After how long two hosts notice that they lost each other during a migration. libvirt: keepalive 2 s × 3 and a little.</summary>
    public TimeSpan KeepaliveBound { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>
    /// Requests that reach a frozen host wait in its sockets and are executed at the thaw, long after
    /// their senders gave up. Off: a freeze loses them.
    /// </summary>
    public bool RequestsSurviveFreeze { get; init; }

    /// <summary>
    /// Whether each host refuses, when it executes an order, one older than the newest generation it
    /// ever accepted for that VM, as a host guard does. Off: only the driver checks, before it sends.
    /// </summary>
    public bool GuardedHosts { get; init; }

    /// <summary>
    /// A source frozen at the switch-over resumes its guest at the thaw although the destination runs it.
    /// Real hypervisors can do this; see the libvirt driver's README.
    /// </summary>
    public bool SourceResumesAfterFrozenFinish { get; init; }

    /// <summary>
    /// The guest arrives paused and waits for a client that has the source's word that its copy is gone; hosts that lose
    /// each other just then leave it running at the source and waiting at the destination. As libvirt does when it is
    /// asked for a paused arrival. Off: the destination starts the guest by itself.
    /// </summary>
    public bool ConfirmedHandover { get; init; }

    /// <summary>Whether <see cref="SimulatedFleet.Effects"/> is kept.</summary>
    public bool RecordEffects { get; init; } = true;
}

/// <summary>What becomes of the guest in a migration that the hypervisor reports as a success.</summary>
public enum SimulatedGuestFate
{
    /// <summary>It runs on with its boot id and counter.</summary>
    Survives,

    /// <summary>It crashed on the way; the hypervisor says running, nobody answers.</summary>
    Dies,

    /// <summary>It started anew on the way; it answers with another boot id.</summary>
    Reboots,
}
