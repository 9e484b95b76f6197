using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Runs;
using Xunit;
using static DrOrchestrator.Core.Health.HostEvent;
using static DrOrchestrator.Core.Health.HostMessage;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Health;

public sealed class HostTests
{
    private const string ObserveKey = "a1/observe/1";
    private static readonly Actor Alertmanager = new("alertmanager");
    private static readonly RunId Recovery = new("evacuate-host-a1-1");

    private static Spec Host => Spec.Of(HostDecider.Instance, Noon);

    private static object[] HoldingDown { get; } =
    [
        new ConditionRaised(A1.Host, Condition(), Alertmanager, true) { At = Noon }, new HoldDownStarted("f1", After(30), Plan) { At = Noon },
    ];

    private static object[] Diagnosing { get; } = [.. HoldingDown, new HoldDownElapsed { At = After(30) }];

    private static object[] Recovering { get; } =
    [
        .. Diagnosing,
        new HostDiagnosed(Diagnosis.HostSickButAnswering, "It answers.") { At = After(31) },
        new RecoveryRequested(Recovery, Plan, "It answers.") { At = After(31) },
    ];

    private static object[] Handled { get; } =
        [.. Recovering, new RecoveryEnded(Recovery, RunOutcome.Completed, "2 of 2 VMs moved.") { At = After(90) }];

    private static RaiseCondition Raise(string fingerprint = "f1", bool acts = true) =>
        new(A1.Host, Condition(fingerprint), acts ? OnAlert : null, Alertmanager);

    private static ResolveCondition Resolve(string fingerprint = "f1") => new(fingerprint, Alertmanager);

    [Fact]
    public void Holds_down_before_anything_is_done()
    {
        var after = Host.When(Raise()).Then(HoldingDown);

        Assert.Equal(After(30), after.Outstanding.WakeAt);
        Assert.Empty(after.Outstanding.Asks);
    }

    [Fact]
    public void A_hold_down_of_nothing_has_passed_at_once()
    {
        var after = Host.When(new RaiseCondition(A1.Host, Condition(), OnAlert with { HoldDown = TimeSpan.Zero }, Alertmanager))
            .ThenEvents(typeof(ConditionRaised), typeof(HoldDownStarted), typeof(HoldDownElapsed));

        Assert.IsType<HostOrder.ObserveHost>(Assert.Single(after.Outstanding.Asks).Message);
    }

    [Fact]
    public void Counts_a_condition_once_however_often_it_is_reported() => Host.Given(HoldingDown).When(Raise()).ThenNothing();

    [Fact]
    public void Watches_a_condition_that_no_policy_acts_on() =>
        Assert.False(Host.When(Raise(acts: false)).ThenEvents(typeof(ConditionRaised)).Outstanding.IsOpen);

    [Fact]
    public void Begins_when_policy_comes_to_act_on_a_condition_that_stands() =>
        Host.When(Raise(acts: false)).ThenGoOn().When(Raise()).ThenEvents(typeof(HoldDownStarted));

    [Fact]
    public void A_blip_does_nothing() =>
        Assert.False(Host.Given(HoldingDown).When(Resolve()).ThenEvents(typeof(ConditionResolved), typeof(HoldDownCancelled)).Outstanding.IsOpen);

    [Fact]
    public void Goes_on_while_another_condition_stands() =>
        Host.Given(HoldingDown).When(Raise("f2")).ThenEvents(typeof(ConditionRaised)).When(Resolve()).ThenEvents(typeof(ConditionResolved));

    [Fact]
    public void Resolves_nothing_that_was_not_raised() => Host.Given(HoldingDown).When(Resolve("f9")).ThenNothing();

    [Fact]
    public void Asks_the_host_when_the_hold_down_has_passed_and_not_before()
    {
        Host.Given(HoldingDown).At(After(29.9)).When(new Due()).ThenNothing();
        var after = Host.Given(HoldingDown).At(After(30)).When(new Due()).Then(new HoldDownElapsed { At = After(30) });

        Assert.IsType<HostOrder.ObserveHost>(Assert.Single(after.Outstanding.Asks).Message);
    }

    [Fact]
    public void A_resolution_while_the_host_is_asked_still_cancels() =>
        Host.Given(Diagnosing).When(Resolve()).ThenEvents(typeof(ConditionResolved), typeof(HoldDownCancelled))
            .When(new ReportHost(ObserveKey, true, null, "fine")).ThenNothing();

    [Fact]
    public void Evacuates_a_sick_host_that_answers()
    {
        var after = Host.Given(Diagnosing).When(new ReportHost(ObserveKey, true, null, "fine")).ThenEvents(typeof(HostDiagnosed), typeof(RecoveryRequested));

        var start = Assert.IsType<RunMessage.StartRun>(Assert.Single(after.Outstanding.Asks).Message);
        Assert.Equal((Recovery, A1.Host, RunTriggerKind.Alert), (start.Run, start.Scope, start.Trigger.Kind));
    }

    [Fact]
    public void Stops_before_a_silent_host_and_says_why()
    {
        var after = Host.Given(Diagnosing).When(new ReportHost(ObserveKey, true, "No answer within 5 s.", "")).ThenEvents(typeof(HostDiagnosed), typeof(RecoveryWithheld));

        Assert.Equal((HostPhase.Withheld, Diagnosis.HostSilent), (after.StateOf<HostState>().Phase, after.StateOf<HostState>().Diagnosed!.Diagnosis));
        Assert.False(after.Outstanding.IsOpen);
    }

    [Fact]
    public void Stops_before_a_host_that_the_inventory_does_not_have() =>
        Assert.Equal(Diagnosis.HostNotInInventory, Host.Given(Diagnosing).When(new ReportHost(ObserveKey, false, null, ""))
            .ThenEvents(typeof(HostDiagnosed), typeof(RecoveryWithheld)).StateOf<HostState>().Diagnosed!.Diagnosis);

    [Fact]
    public void Takes_no_answer_of_an_earlier_episode_or_twice()
    {
        Host.Given(Diagnosing).When(new ReportHost("a1/observe/0", true, null, "")).ThenNothing();
        Host.Given(Recovering).When(new ReportHost(ObserveKey, true, null, "")).ThenNothing();
    }

    [Fact]
    public void A_resolution_does_not_stop_a_run_that_was_asked_for()
    {
        var after = Host.Given(Recovering).When(Resolve()).ThenEvents(typeof(ConditionResolved));

        Assert.Equal(HostPhase.Recovering, after.StateOf<HostState>().Phase);
        after.When(new RunAnswered(Recovery, RunOutcome.Completed, "Done.")).ThenEvents(typeof(RecoveryEnded), typeof(HostRecovered));
    }

    [Fact]
    public void Takes_the_end_of_its_own_run_once()
    {
        Host.Given(Recovering).When(new RunAnswered(new RunId("other"), RunOutcome.Completed, "Done.")).ThenNothing();
        Host.Given(Recovering).When(new RunAnswered(Recovery, RunOutcome.Completed, "Done.")).ThenEvents(typeof(RecoveryEnded))
            .When(new RunAnswered(Recovery, RunOutcome.Completed, "Done.")).ThenNothing();
    }

    [Fact]
    public void Starts_no_second_run_while_the_condition_stands()
    {
        Host.Given(Handled).When(Raise()).ThenNothing();
        Assert.Equal(HostPhase.Handled, Host.Given(Handled).When(Raise("f2")).ThenEvents(typeof(ConditionRaised)).StateOf<HostState>().Phase);
    }

    [Fact]
    public void Begins_anew_after_everything_was_resolved()
    {
        var healthy = Host.Given(Handled).When(Resolve()).ThenEvents(typeof(ConditionResolved), typeof(HostRecovered));

        var again = healthy.At(After(100)).When(Raise()).ThenEvents(typeof(ConditionRaised), typeof(HoldDownStarted));

        Assert.Equal(2, again.StateOf<HostState>().Episode);
    }

    [Fact]
    public void A_condition_that_policy_only_watches_keeps_no_hold_down_alive() =>
        Host.When(Raise("f2", acts: false)).ThenGoOn().When(Raise()).ThenGoOn().When(Resolve())
            .ThenEvents(typeof(ConditionResolved), typeof(HoldDownCancelled));
}
