using DrOrchestrator.Core.Custody;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Runs;
using static DrOrchestrator.Core.Moves.MoveEvent;
using static DrOrchestrator.Core.Moves.MoveMessage;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Moves;

/// <summary>The VM "web" on its way from a1 to b1: what happened up to each phase, and what is said to it.</summary>
internal static class MoveStory
{
    public static MoveId Move { get; } = MoveId.Of(Sample.Run, Web.Id, 1);

    public static string TransferKey { get; } = $"{Move}/transfer";

    public static TimeSpan Bound { get; } = TimeSpan.FromSeconds(5);

    public static MovePolicy Policy => MovePolicy.Default;

    public static Claim First { get; } = new(TransferKey, 1);

    public static Claim Second { get; } = new(TransferKey, 2);

    public static object[] Enrolled { get; } = [new VmEnrolled(Web, A1.Host, []) { At = Noon }];

    public static object[] Started { get; } =
        [.. Enrolled, new MoveStarted(Move, Sample.Run, A1, B1, 2, Check, Policy) { At = Noon }];

    public static object[] Transferring { get; } =
        [.. Started, new SourcePrepared([], null) { At = Noon }, new PlaceAdded(B1.Host, TransferKey) { At = Noon }];

    public static object[] Claimed { get; } = [.. Transferring, new OrderClaimed(First, "server-1") { At = Noon }];

    public static object[] Aborting { get; } = [.. Claimed, new AbortRequested(Night, "Wrong host.") { At = Noon }];

    public static object[] Lapsed { get; } = [.. Claimed, new ClaimLapsed(First) { At = After(60) }];

    public static object[] TakenOver { get; } = [.. Lapsed, new OrderClaimed(Second, "server-2") { At = After(61) }];

    /// <summary>The report was unknown at noon, so requests may be pending for the driver's bound.</summary>
    public static object[] Investigating { get; } =
    [
        .. Claimed,
        new TransferReported(Report(TransferResult.Unknown, VmState.Running, VmState.Absent, "Timed out.")) { At = Noon },
        new InvestigationStarted("Timed out.") { At = Noon },
    ];

    public static string InspectKey { get; } = $"{Move}/inspect@3";

    public static object[] Verifying { get; } =
    [
        .. Claimed,
        new TransferReported(Report(TransferResult.Done, VmState.Absent, VmState.Running)) { At = Noon },
        new PlaceCleared(Confirmed(A1, VmState.Absent, Noon)) { At = Noon },
        new GuestArrived(B1.Host, null, null) { At = Noon },
    ];

    /// <summary>Ended unknown at noon + 5 min; both ends are still places.</summary>
    public static object[] Clearing { get; } =
    [
        .. Investigating,
        new MoveEnded(Move, Sample.Run, MoveOutcome.Unknown, null, "Nobody knows.", [A1.Host, B1.Host]) { At = After(300) },
    ];

    public static string ClearKey { get; } = $"{Move}/clear@3";

    public static Spec Vm => Spec.Of(MoveDecider.Instance, Noon);

    public static StartMove Start(params IReadOnlyList<PlaceReport> seen) => new(Move, Sample.Run, Web, A1, B1, Check, Policy, seen);

    public static PlaceReport At(HostEndpoint host, VmState? state, bool migrating = false) => new(host.Host, state, migrating);

    public static TransferReport Report(TransferResult result, VmState? source, VmState? destination, string reason = "", bool migrating = false) =>
        new(result, reason, At(A1, source, migrating), At(B1, destination));

    public static FenceEvidence Confirmed(HostEndpoint host, VmState state, DateTimeOffset at, string settled = "x") =>
        new FenceEvidence.HypervisorConfirmed(state, settled) { Host = host.Host, At = at };

    public static ReportPlaces Places(string key, VmState? source, VmState? destination, double askedAt, bool migrating = false) =>
        new(key, [At(A1, source, migrating), At(B1, destination)], After(askedAt), Bound);

    public static AbortMove Abort { get; } = new(Move, Sample.Run, Web.Id, Night, "Wrong host.");

    public static HostId[] MightRunAt(this Spec spec) => [.. spec.StateOf<MoveState>().Custody.MightRunAt];

    public static MovePhase Phase(this Spec spec) => spec.StateOf<MoveState>().Phase;
}
