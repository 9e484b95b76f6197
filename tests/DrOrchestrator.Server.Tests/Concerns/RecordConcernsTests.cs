using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Server.Concerns;
using DrOrchestrator.Server.Configuration;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;

namespace DrOrchestrator.Server.Tests.Concerns;

public sealed class RecordConcernsTests
{
    private static readonly DateTimeOffset Now = SteppedClock.Start;
    private static readonly Core.Plans.RecoveryPlan Plan = PlanCatalog.Parse("evacuate-host.yaml", Samples.Plan);
    private static readonly Core.Inventory.VmRef Vm = new(new VmId("id-web"), "web");

    [Fact]
    public void A_withheld_recovery_waits_for_a_person_and_says_what_to_do()
    {
        var concern = Assert.Single(Of(hosts: [Withheld()]));
        Assert.Equal(ConcernKind.DrDecisionWaiting, concern.Kind);
        Assert.Equal(["host=a1", "diagnosis=HostSilent"], concern.About.Select(label => $"{label.Key}={label.Value}"));
        Assert.Equal("a1 (HostSilent): a1 does not answer.", concern.Summary);
        Assert.Equal("Restore its connection.", concern.WayOut);
        Assert.Equal("drctl run start evacuate-host --host a1 --reason \"…\"", concern.Command);
        Assert.Equal(Now, concern.Since);
    }

    [Fact]
    public void It_ends_when_the_host_has_recovered()
    {
        var recovered = Withheld(
            new HostEvent.ConditionResolved("f1", new Actor("alertmanager")) { At = Now }, new HostEvent.HostRecovered { At = Now });
        Assert.Empty(Of(hosts: [recovered]));
    }

    [Fact]
    public void It_ends_when_a_run_that_a_person_started_has_emptied_the_host()
    {
        var told = new HostMessage.RunAnswered(new RunId("by-hand"), RunOutcome.Completed, "2 of 2 VMs moved.", Tried: true, Episode: 1) { At = Now };
        var emptied = HostDecider.Instance.Decide(Withheld(), told).Events.Cast<HostEvent>().Aggregate(Withheld(), HostDecider.Instance.Evolve);

        Assert.Empty(Of(hosts: [emptied]));
    }

    [Fact]
    public void A_recovery_that_the_brakes_held_back_for_a_while_is_told_until_it_is_looked_at_again()
    {
        HostEvent[] postponed =
        [
            .. Sick(Diagnosis.HostSickButAnswering),
            new HostEvent.RecoveryProposed(new RunId("evacuate-host-a1-1"), Plan, "It is sick.") { At = Now },
            new HostEvent.RecoveryPostponed(new Refusal("3 recoveries began within the hour.", "It is looked at again then."), Now.AddMinutes(30)) { At = Now },
        ];
        var concern = Assert.Single(Of(hosts: [HostDecider.Instance.Fold(postponed)]));
        Assert.Equal((ConcernKind.DrRecoveryPostponed, "drctl brakes"), (concern.Kind, concern.Command));
        Assert.Equal($"a1: its recovery waits until {Now.AddMinutes(30):yyyy-MM-dd HH:mm:ss} UTC. 3 recoveries began within the hour.", concern.Summary);
        Assert.Empty(Of(hosts: [HostDecider.Instance.Fold([.. postponed, new HostEvent.PostponementElapsed { At = Now.AddMinutes(30) }])]));
    }

    [Fact]
    public void A_vm_whose_places_are_being_cleared_is_an_unknown_outcome()
    {
        var vm = MoveState.Initial with { Phase = MovePhase.Clearing, Vm = Vm, Last = Move(Now) };
        var concern = Assert.Single(Of(vms: [vm]));
        Assert.Equal(ConcernKind.DrOutcomeUnknown, concern.Kind);
        Assert.Equal("drctl audit show vm-id-web", concern.Command);
    }

    [Theory]
    [InlineData(59, 0)]
    [InlineData(61, 1)]
    public void Looking_into_a_transfer_is_news_only_when_it_takes_long(int seconds, int concerns)
    {
        var vm = MoveState.Initial with { Phase = MovePhase.Investigating, Vm = Vm, Move = Move(Now - TimeSpan.FromSeconds(seconds)) };
        Assert.Equal(concerns, Of(vms: [vm]).Length);
    }

    [Fact]
    public void A_vm_seen_running_twice_is_told_whatever_else_is()
    {
        var vm = MoveState.Initial with { Phase = MovePhase.Clearing, Vm = Vm, Last = Move(Now), Duplicate = [new HostId("a1"), new HostId("b1")] };
        Assert.Equal([ConcernKind.DrDuplicateRunning, ConcernKind.DrOutcomeUnknown], Of(vms: [vm]).Select(concern => concern.Kind));
    }

    [Theory]
    [InlineData(RunOutcome.Completed, 0)]
    [InlineData(RunOutcome.Aborted, 0)]
    [InlineData(RunOutcome.CompletedWithFailures, 1)]
    [InlineData(RunOutcome.Refused, 1)]
    public void A_run_is_told_of_when_its_end_leaves_something_to_do(RunOutcome outcome, int concerns) =>
        Assert.Equal(concerns, Of(runs: [Run("one", Now, outcome)]).Length);

    [Fact]
    public void A_run_that_a_person_started_off_a_silent_host_waits_for_a_decision_as_the_hosts_own_would()
    {
        HostEndpoint a1 = new(new HostId("a1"), new SiteId("A"), "simulated", "sim://a1");
        RunState Refused(HostObservation seen) => RunDecider.Instance.Fold(
        [
            new RunEvent.RunStarted(new RunId("one"), Plan, a1.Host, new RunTrigger(RunTriggerKind.Operator, new Actor("night-shift"), "A fan.")) { At = Now },
            new RunEvent.ScopeObserved(new ScopeObservation("2233", [seen], [], [])) { At = Now },
            new RunEvent.RunEnded(RunOutcome.Refused, "So it is.") { At = Now },
        ]);

        var concern = Assert.Single(Of(runs: [Refused(new HostObservation(a1, null, [], "It is silent."))]));

        Assert.Equal((ConcernKind.DrDecisionWaiting, "drctl run show one"), (concern.Kind, concern.Command));
        Assert.Equal(["host=a1", "run=one"], concern.About.Select(label => $"{label.Key}={label.Value}"));
        Assert.Equal("The run one of evacuate-host, by night-shift, began nothing: So it is.", concern.Summary);
        var facts = new HostFacts(a1.Host, "S", "x", 8, Bytes.FromMebibytes(1024), Bytes.FromMebibytes(1024));
        Assert.Equal(ConcernKind.DrRunEndedWithFailures, Assert.Single(Of(runs: [Refused(new HostObservation(a1, facts, [], null))])).Kind);
    }

    [Fact]
    public void A_paused_run_is_told_until_it_goes_on_or_ends()
    {
        RunEvent[] paused =
        [
            new RunEvent.RunStarted(new RunId("one"), Plan, new HostId("a1"), new RunTrigger(RunTriggerKind.Operator, new Actor("night-shift"), "A fan.")) { At = Now },
            new RunEvent.RunPaused(new Actor("night-shift"), "The link is slow.") { At = Now },
        ];
        RunState After(params RunEvent[] then) => RunDecider.Instance.Fold([.. paused, .. then]);

        var concern = Assert.Single(Of(runs: [After()]));

        Assert.Equal((ConcernKind.DrRunPaused, "drctl run resume one --reason \"…\""), (concern.Kind, concern.Command));
        Assert.Equal(["host=a1", "run=one"], concern.About.Select(label => $"{label.Key}={label.Value}"));
        Assert.Equal("The run one is paused by night-shift since 2026-03-01 02:15:00 UTC: The link is slow. It has planned nothing yet.", concern.Summary);
        Assert.Empty(Of(runs: [After(new RunEvent.RunResumed(new Actor("night-shift"), "It is fast.") { At = Now })]));
        Assert.Empty(Of(runs: [After(new RunEvent.RunEnded(RunOutcome.Aborted, "Stopped.") { At = Now })]));
    }

    [Fact]
    public void The_next_run_of_the_same_host_takes_over_what_the_last_one_left_and_a_days_old_one_is_history()
    {
        var failed = Run("one", Now.AddMinutes(-10), RunOutcome.CompletedWithFailures);
        Assert.Empty(Of(runs: [failed, Run("two", Now, RunOutcome.Completed)]));
        Assert.Single(Of(runs: [failed, Run("of-another", Now, RunOutcome.Completed, host: "b1")]));
        Assert.Empty(Of(runs: [Run("old", Now.AddHours(-25), RunOutcome.CompletedWithFailures)]));
    }

    [Fact]
    public void A_vm_that_came_to_a_sick_host_after_its_run_had_looked_is_told_of_and_no_other()
    {
        var emptied = HostDecider.Instance.Fold(Sick(Diagnosis.HostSickButAnswering)) with { Phase = HostPhase.Handled };
        MoveState At(string host) => MoveState.Initial with { Phase = MovePhase.Idle, Vm = Vm, RunsAt = new HostId(host) };
        RunState complete = Run("one", Now, RunOutcome.Completed);

        var concern = Assert.Single(Of([emptied], [At("a1")], [complete]));

        Assert.Equal((ConcernKind.DrHostInUseAgain, "drctl run start evacuate-host --host a1 --reason \"…\""), (concern.Kind, concern.Command));
        Assert.Equal("a1 is sick and was emptied by the run one, and a VM runs there again: web.", concern.Summary);
        Assert.Empty(Of([emptied], [At("b1")], [complete]));
        Assert.Empty(Of([emptied], [At("a1") with { Move = Move(Now) }], [complete]));
        Assert.Empty(Of([emptied with { Phase = HostPhase.Healthy }], [At("a1")], [complete]));
        Assert.Equal([ConcernKind.DrRunEndedWithFailures], Of([emptied], [At("a1")], [Run("one", Now, RunOutcome.CompletedWithFailures)]).Select(told => told.Kind));
    }

    private static Concern[] Of(HostState[]? hosts = null, MoveState[]? vms = null, RunState[]? runs = null) =>
        [.. RecordConcerns.Of(hosts ?? [], vms ?? [], runs ?? [], Now)];

    private static HostState Withheld(params HostEvent[] then) => HostDecider.Instance.Fold(
    [
        .. Sick(Diagnosis.HostSilent),
        new HostEvent.RecoveryWithheld(new Refusal("a1 does not answer.", "Restore its connection.")) { At = Now },
        .. then,
    ]);

    private static HostEvent[] Sick(Diagnosis diagnosis)
    {
        var a1 = new HostId("a1");
        var condition = new HostCondition("f1", "HostHardwareFailing", "Memory errors", new Dictionary<string, string>(), Now);
        return
        [
            new HostEvent.ConditionRaised(a1, condition, new Actor("alertmanager"), true) { At = Now },
            new HostEvent.HoldDownStarted("f1", Now, Plan) { At = Now },
            new HostEvent.HoldDownElapsed { At = Now },
            new HostEvent.HostDiagnosed(diagnosis, "It does not answer.") { At = Now },
        ];
    }

    private static CurrentMove Move(DateTimeOffset since)
    {
        Core.Inventory.HostEndpoint At(string name) => new(new HostId(name), new SiteId("A"), "simulated", $"sim://{name}");
        return new CurrentMove(new MoveId("run/id-web/1"), new RunId("run"), At("a1"), At("b1"), null, MovePolicy.Default, since);
    }

    private static RunState Run(string id, DateTimeOffset at, RunOutcome outcome, string host = "a1") => RunDecider.Instance.Fold(
    [
        new RunEvent.RunStarted(new RunId(id), Plan, new HostId(host), new RunTrigger(RunTriggerKind.Operator, new Actor("night-shift"), "A fan.")) { At = at },
        new RunEvent.RunEnded(outcome, "3 of 4 moved.") { At = at },
    ]);
}
