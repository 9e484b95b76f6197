using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Server.Configuration;

namespace DrOrchestrator.Server.Tests.Fakes;

/// <summary>A run in the middle of its way, as its streams hold it: web-1 has moved, db-1 is being sent, mail-1 waits, big-1 has no place.</summary>
internal static class RunStory
{
    public static readonly RunId Run = new("evacuate-host-a1-1");
    private static readonly HostEndpoint A1 = new(new HostId("a1"), new SiteId("A"), "simulated", "sim://a1");
    private static readonly HostEndpoint B1 = new(new HostId("b1"), new SiteId("B"), "simulated", "sim://b1");

    public static ScopeObservation Observation(DateTimeOffset _) => new(
        "hash",
        [
            new HostObservation(A1, Facts(A1), [.. new[] { "web-1", "db-1", "mail-1", "big-1" }.Select(Copy)], null),
            new HostObservation(B1, Facts(B1), [], null),
        ],
        [],
        [new SiteLink(A1.Site, B1.Site, Bandwidth.FromMegabitsPerSecond(1000))]);

    public static void Tell(MemoryEventStore store, DateTimeOffset start)
    {
        DateTimeOffset At(double seconds) => start.AddSeconds(seconds);
        var plan = PlanCatalog.Parse("evacuate-host.yaml", Samples.Plan);
        var observation = Observation(start);
        PlannedMove[] moves = [.. new[] { "web-1", "db-1", "mail-1" }.Select(Move)];
        var web = MoveId.Of(Run, Vm("web-1").Id, 1);
        var db = MoveId.Of(Run, Vm("db-1").Id, 1);
        store.Given(
            StreamId.Run(Run),
            new RunEvent.RunStarted(Run, plan, A1.Host, new RunTrigger(RunTriggerKind.Operator, new Actor("night-shift"), "Fan replacement")) { At = At(0) },
            new RunEvent.ScopeObserved(observation) { At = At(1) },
            new RunEvent.RunPlanned(new EvacuationPlan(moves, [new Unplaced(Vm("big-1"), "It needs 64 GiB.")], TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(70), "the link from A to B", "limits.parallel (2)")) { At = At(1) },
            new RunEvent.MovesAdmitted([new AdmittedMove(web, moves[0], 1), new AdmittedMove(db, moves[1], 1)]) { At = At(1) },
            new RunEvent.MoveFinished(web, Vm("web-1").Id, MoveOutcome.Moved, B1.Host, "The guest answers with the same boot id.", [], Bytes.FromMebibytes(900)) { At = At(21) },
            new RunEvent.RunReplanned("other-1: b2 did not answer.", [moves[2] with { Forecast = new MoveForecast(TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(61.25), "It dirties much.") }], [Vm("mail-1").Id]) { At = At(22) });
        store.Given(
            StreamId.Vm(Vm("web-1").Id),
            new MoveEvent.VmEnrolled(Vm("web-1"), A1.Host, []) { At = At(1) },
            new MoveEvent.MoveStarted(web, Run, A1, B1, 2, null, plan.Policy.Move) { At = At(1) },
            new MoveEvent.SourcePrepared([new Finding(FindingArea.TransferSecurity, FindingSeverity.Warning, "The migration network is not set.", "Set migrationAddress.")], null) { At = At(3) },
            new MoveEvent.PlaceAdded(B1.Host, "x") { At = At(3) },
            new MoveEvent.OrderClaimed(new Claim($"{web}/transfer", 1), "test") { At = At(3) },
            new MoveEvent.TransferProgressed(new MigrationProgress(MigrationStep.NetworkTransfer, Bytes.FromMebibytes(1024))) { At = At(4) },
            new MoveEvent.TransferProgressed(new MigrationProgress(MigrationStep.Cutover, Bytes.FromMebibytes(1024))) { At = At(19) },
            new MoveEvent.TransferReported(new TransferReport(
                TransferResult.Done, "", new PlaceReport(A1.Host, VmState.Absent), new PlaceReport(B1.Host, VmState.Running), TimeSpan.FromMilliseconds(310), Bytes.FromMebibytes(900))) { At = At(19.5) },
            new MoveEvent.GuestArrived(B1.Host, TimeSpan.FromMilliseconds(310), Bytes.FromMebibytes(900)) { At = At(19.5) },
            new MoveEvent.GuestVerified(null, "The guest answers with the same boot id.") { At = At(21) },
            new MoveEvent.MoveEnded(web, Run, MoveOutcome.Moved, B1.Host, "The guest answers with the same boot id.", []) { At = At(21) },
            new MoveEvent.CustodySettled(B1.Host) { At = At(21) });
        store.Given(
            StreamId.Vm(Vm("db-1").Id),
            new MoveEvent.VmEnrolled(Vm("db-1"), A1.Host, []) { At = At(1) },
            new MoveEvent.MoveStarted(db, Run, A1, B1, 2, null, plan.Policy.Move) { At = At(1) },
            new MoveEvent.SourcePrepared([], null) { At = At(2) },
            new MoveEvent.PlaceAdded(B1.Host, "x") { At = At(2) },
            new MoveEvent.OrderClaimed(new Claim($"{db}/transfer", 1), "test") { At = At(2) },
            new MoveEvent.TransferProgressed(new MigrationProgress(
                MigrationStep.NetworkTransfer,
                Bytes.FromMebibytes(2048),
                Bytes.FromMebibytes(512),
                Bytes.FromMebibytes(1536),
                Bandwidth.FromMebibytesPerSecond(12),
                Bandwidth.FromMebibytesPerSecond(110),
                2,
                TimeSpan.FromMilliseconds(280),
                10)) { At = At(25) });
    }

    private static VmRef Vm(string name) => new(new VmId($"id-{name}"), name);

    private static HostFacts Facts(HostEndpoint host) => new(host.Host, "Simulated 1.0", "any", 16, Bytes.FromMebibytes(65536), Bytes.FromMebibytes(32768));

    private static VmCopy Copy(string name) => new(Vm(name), A1.Host, VmState.Running, true, Bytes.FromMebibytes(1024), 2);

    private static PlannedMove Move(string name) => new(Vm(name), A1, B1, Bytes.FromMebibytes(1024), null);
}
