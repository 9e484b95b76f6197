using DrOrchestrator.Core.Custody;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;

namespace DrOrchestrator.Core.Moves;

/// <summary>The events of a VM's stream: its custody, and its moves over all runs.</summary>
public abstract record MoveEvent
{
    private MoveEvent()
    {
    }

    public required DateTimeOffset At { get; init; }

    /// <summary>
    /// The VM was seen for the first time. Hosts in doubt, which did not answer or have a copy that could
    /// run, count as places until they say that they have none.
    /// </summary>
    public sealed record VmEnrolled(VmRef Vm, HostId RunsAt, IReadOnlyList<HostId> Doubtful) : MoveEvent;

    /// <summary>The VM was seen running where custody did not have it: somebody else moved it. A fact, not an error.</summary>
    public sealed record VmFoundElsewhere(HostId Host) : MoveEvent;

    /// <summary>A run took hold of the VM, and foresaw what needs no question to a host; null: nothing.</summary>
    public sealed record MoveStarted(
        MoveId Move, RunId Run, HostEndpoint Source, HostEndpoint Destination, long Generation, GuestCheck? Check, MovePolicy Policy,
        IReadOnlyList<Finding>? Foreseen = null) : MoveEvent;

    /// <summary>A move was asked for and not begun. It may be the first that the stream hears of its VM, so it names it.</summary>
    public sealed record MoveRefused(MoveId Move, RunId Run, VmId Vm, Refusal Why) : MoveEvent;

    /// <summary>A move was taken back before this stream had heard of it. It may be the first that the stream hears of its VM.</summary>
    public sealed record MoveWithdrawn(MoveId Move, RunId Run, VmId Vm, string Reason) : MoveEvent;

    /// <summary>
    /// Its run is halted, and the transfer had been claimed: it goes on to its end, but nobody begins it any more. When its worker
    /// vanishes it is looked into, followed where it is under way, and taken back where it is not.
    /// </summary>
    public sealed record MoveHalted(MoveId Move, string Reason) : MoveEvent;

    /// <summary>Preflight passed, and the guest was asked who it is before it travels.</summary>
    /// <param name="Findings">Everything preflight found, warnings included.</param>
    /// <param name="Baseline">What the guest answered before; null where it has no check or did not answer.</param>
    /// <param name="Doubt">What stood against the source, so that post-copy, which policy allowed, is not used; null: nothing, or it was not allowed.</param>
    public sealed record SourcePrepared(IReadOnlyList<Finding> Findings, GuestObservation? Baseline, string? Doubt = null) : MoveEvent;

    /// <summary>The destination became a place where a copy might be running, before any call that could put one there.</summary>
    public sealed record PlaceAdded(HostId Host, string OrderKey) : MoveEvent;

    /// <summary>A worker took the order and may act on it from now on.</summary>
    /// <param name="Claim">The claim.</param>
    /// <param name="Worker">Who acts.</param>
    /// <param name="Doubt">What came to stand against the source since preflight, so that post-copy is not used; null: nothing, or it was not allowed.</param>
    public sealed record OrderClaimed(Claim Claim, string Worker, string? Doubt = null) : MoveEvent;

    /// <summary>The worker's heartbeat stopped; another one may take over and re-attach.</summary>
    public sealed record ClaimLapsed(Claim Claim) : MoveEvent;

    /// <summary>Progress, on a change of step and at a bounded rate.</summary>
    public sealed record TransferProgressed(MigrationProgress Progress) : MoveEvent;

    /// <summary>The worker's report of the transfer's end.</summary>
    public sealed record TransferReported(TransferReport Report) : MoveEvent;

    /// <summary>The move is to be stopped: by a person, its run, or its deadline.</summary>
    public sealed record AbortRequested(Actor By, string Reason) : MoveEvent;

    /// <summary>Nothing can be concluded yet; both ends are being asked.</summary>
    public sealed record InvestigationStarted(string Why) : MoveEvent;

    /// <summary>What both ends said when asked; recorded on change.</summary>
    /// <param name="Places">The answers.</param>
    /// <param name="SourceSettled">Whether no request of this move can take effect at its source any more and none is under way there: a migration that it shows from now on is somebody else's. False in records of before this was said.</param>
    public sealed record PlacesInspected(IReadOnlyList<PlaceReport> Places, bool SourceSettled = false) : MoveEvent;

    /// <summary>Evidence took a place out of custody.</summary>
    public sealed record PlaceCleared(FenceEvidence Evidence) : MoveEvent;

    /// <summary>The copy at the destination is the only one; now the guest itself is asked.</summary>
    public sealed record GuestArrived(HostId Host, TimeSpan? ReportedDowntime, Bytes? Transferred) : MoveEvent;

    /// <summary>The guest showed that it lives and is the same.</summary>
    public sealed record GuestVerified(GuestObservation? Observation, string How) : MoveEvent;

    /// <summary>The move is over and the run lets go of the VM.</summary>
    /// <param name="Move">The move.</param>
    /// <param name="Run">Its run.</param>
    /// <param name="Outcome">How it ended.</param>
    /// <param name="RunsAt">Where the guest was last seen running; null: nowhere, or not known.</param>
    /// <param name="Reason">The sentence an operator reads.</param>
    /// <param name="Uncleared">Places besides <paramref name="RunsAt"/> where a copy might still be.</param>
    /// <param name="LeftOut">Where it was refused for that: why its destination takes no VM. Null: another reason, or recorded before this was kept.</param>
    public sealed record MoveEnded(
        MoveId Move, RunId Run, MoveOutcome Outcome, HostId? RunsAt, string Reason, IReadOnlyList<HostId> Uncleared, HostLeftOut? LeftOut = null) : MoveEvent;

    /// <summary>While it was looked into, the transfer was found still under way: watch it again.</summary>
    public sealed record TransferFoundRunning : MoveEvent;

    /// <summary>After a move's end: at most one place is left.</summary>
    public sealed record CustodySettled(HostId? RunsAt) : MoveEvent;

    /// <summary>Two hosts said in the same inspection that they run this VM. The worst there is; a person decides which copy stops.</summary>
    public sealed record DuplicateObserved(IReadOnlyList<HostId> Hosts) : MoveEvent;
}

/// <summary>What a host said of the VM, or that it said nothing.</summary>
/// <param name="Host">Which host.</param>
/// <param name="State">Its answer; null: it did not answer.</param>
/// <param name="MigratingOut">Whether it has an outgoing migration under way, whoever's.</param>
/// <param name="MigratedAway">With shut off: whether the host says that it was migrated away. False in records of before this was said.</param>
public sealed record PlaceReport(HostId Host, VmState? State, bool MigratingOut = false, bool MigratedAway = false);

/// <summary>How a worker says the transfer ended.</summary>
public enum TransferResult
{
    Done,
    Refused,
    Failed,
    Unknown,
}

/// <summary>The end of a transfer as its worker saw it.</summary>
/// <param name="Result">The driver's outcome.</param>
/// <param name="Reason">The driver's sentence; empty for done.</param>
/// <param name="Source">What the source said afterwards.</param>
/// <param name="Destination">What the destination said afterwards.</param>
/// <param name="ReportedDowntime">As the hypervisor reports it.</param>
/// <param name="Transferred">Bytes sent.</param>
public sealed record TransferReport(
    TransferResult Result, string Reason, PlaceReport Source, PlaceReport Destination, TimeSpan? ReportedDowntime = null, Bytes? Transferred = null);
