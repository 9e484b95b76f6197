using DrOrchestrator.Core.Brakes;
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

    /// <summary>The brakes know of the episode.</summary>
    private static object[] Noted { get; } = [.. Diagnosing, new SicknessNoted(1, Sick: true) { At = After(30) }];

    private static Refusal Brake { get; } = new("Too many hosts are sick.", "Find out why.");

    private static Spec Proposed() => Host.Given(Noted).When(new ReportHost(ObserveKey, Observed.Steady)).ThenGoOn();

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
        Assert.Equal(new BrakesMessage.ReportSickness(A1.Host, 1, Sick: true), Assert.Single(after.Outstanding.Asks).Message);
        Assert.Empty(after.When(new NoteSickness(1, Sick: true)).ThenEvents(typeof(SicknessNoted)).Outstanding.Asks);
    }

    [Fact]
    public void A_hold_down_of_nothing_has_passed_at_once()
    {
        var after = Host.When(new RaiseCondition(A1.Host, Condition(), OnAlert with { HoldDown = TimeSpan.Zero }, Alertmanager))
            .ThenEvents(typeof(ConditionRaised), typeof(HoldDownStarted), typeof(HoldDownElapsed));

        Assert.Contains(after.Outstanding.Asks, ask => ask.Message is HostOrder.ObserveHost);
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
    public void A_blip_does_nothing_but_be_counted()
    {
        var after = Host.Given(HoldingDown).When(Resolve()).ThenEvents(typeof(ConditionResolved), typeof(HoldDownCancelled));

        Assert.Equal(new BrakesMessage.ReportSickness(A1.Host, 1, Sick: false), Assert.Single(after.Outstanding.Asks).Message);
        Assert.False(after.When(new NoteSickness(1, Sick: false)).ThenEvents(typeof(SicknessNoted)).Outstanding.IsOpen);
        after.When(new NoteSickness(1, Sick: true)).ThenEvents(typeof(SicknessNoted)).When(new NoteSickness(1, Sick: true)).ThenNothing();
    }

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

        Assert.Contains(after.Outstanding.Asks, ask => ask.Message is HostOrder.ObserveHost);
    }

    [Fact]
    public void A_resolution_while_the_host_is_asked_still_cancels() =>
        Host.Given(Diagnosing).When(Resolve()).ThenEvents(typeof(ConditionResolved), typeof(HoldDownCancelled))
            .When(new ReportHost(ObserveKey, Observed.Steady)).ThenNothing();

    [Fact]
    public void Evacuates_a_sick_host_that_answers()
    {
        var proposed = Host.Given(Noted).When(new ReportHost(ObserveKey, Observed.Steady)).ThenEvents(typeof(HostDiagnosed), typeof(RecoveryProposed));
        Assert.Equal(new BrakesMessage.RequestRecovery(A1.Host, A1.Site, 1, 0, Recovery), Assert.Single(proposed.Outstanding.Asks).Message);

        var after = proposed.When(new AnswerRecovery(1, 0, null, null)).ThenEvents(typeof(RecoveryRequested));

        var start = Assert.IsType<RunMessage.StartRun>(Assert.Single(after.Outstanding.Asks).Message);
        Assert.Equal((Recovery, A1.Host, RunTriggerKind.Alert), (start.Run, start.Scope, start.Trigger.Kind));
    }

    [Fact]
    public void Is_withheld_where_the_brakes_leave_it_to_a_person()
    {
        var after = Proposed().When(new AnswerRecovery(1, 0, Brake, null)).ThenEvents(typeof(RecoveryWithheld));

        Assert.Equal((HostPhase.Withheld, Brake), (after.StateOf<HostState>().Phase, after.StateOf<HostState>().Withheld!.Why));
    }

    [Fact]
    public void Is_looked_at_again_when_the_brakes_time_is_over()
    {
        var postponed = Proposed().When(new AnswerRecovery(1, 0, Brake, After(600))).ThenEvents(typeof(RecoveryPostponed));
        Assert.Equal(After(600), postponed.Outstanding.WakeAt);
        postponed.At(After(599)).When(new Due()).ThenNothing();

        var again = postponed.At(After(600)).When(new Due()).ThenEvents(typeof(PostponementElapsed));
        Assert.Equal("a1/observe/1/1", Assert.Single(again.Outstanding.Asks).Key);
        again.When(new ReportHost(ObserveKey, Observed.Steady)).ThenNothing();
        var proposed = again.When(new ReportHost("a1/observe/1/1", Observed.Steady)).ThenEvents(typeof(HostDiagnosed), typeof(RecoveryProposed));
        proposed.When(new AnswerRecovery(1, 0, null, null)).ThenNothing();
        proposed.When(new AnswerRecovery(1, 1, null, null)).ThenEvents(typeof(RecoveryRequested));
    }

    [Fact]
    public void Is_looked_at_again_at_once_when_what_held_it_back_ended_early()
    {
        var proposed = Proposed();
        proposed.When(new LookAgain(1, 0)).ThenNothing();
        Assert.Empty(proposed.When(new LookAgain(1, 0)).Reply);
        var postponed = proposed.When(new AnswerRecovery(1, 0, Brake, After(600))).ThenGoOn();

        var again = postponed.At(After(10)).When(new LookAgain(1, 0)).Then(new PostponementElapsed { At = After(10) });

        Assert.Equal("a1/observe/1/1", Assert.Single(again.Outstanding.Asks).Key);
        again.When(new LookAgain(1, 0)).ThenNothing();
        Assert.Equal(new BrakesMessage.NoteLookedAgain(A1.Host, 1, 0), Assert.Single(again.When(new LookAgain(1, 0)).Reply).Message);
        postponed.When(new LookAgain(1, 1)).ThenNothing();
    }

    [Fact]
    public void A_resolution_while_the_brakes_are_asked_or_hold_it_back_still_cancels()
    {
        Proposed().When(Resolve()).ThenEvents(typeof(ConditionResolved), typeof(HoldDownCancelled)).When(new AnswerRecovery(1, 0, null, null)).ThenNothing();
        Proposed().When(new AnswerRecovery(1, 0, Brake, After(600))).ThenGoOn().When(Resolve()).ThenEvents(typeof(ConditionResolved), typeof(HoldDownCancelled));
    }

    [Fact]
    public void Stops_before_a_silent_host_and_says_why()
    {
        var after = Host.Given(Noted).When(new ReportHost(ObserveKey, Observed.Silent)).ThenEvents(typeof(HostDiagnosed), typeof(RecoveryWithheld));

        Assert.Equal((HostPhase.Withheld, Diagnosis.HostSilent), (after.StateOf<HostState>().Phase, after.StateOf<HostState>().Diagnosed!.Diagnosis));
        Assert.False(after.Outstanding.IsOpen);
    }

    [Fact]
    public void What_was_observed_is_in_the_record_beside_what_was_concluded()
    {
        var decided = Host.Given(Noted).When(new ReportHost(ObserveKey, Observed.Silent));

        var diagnosed = Assert.IsType<HostDiagnosed>(decided.Decision.Events[0]);
        Assert.Equal(Observed.Silent, diagnosed.Observed);
        Assert.Equal("HostOverheating stands, and a1 does not answer (answered: 0 of 3 looks, 1 of 1 other hosts of its site): No answer within 5 s.", diagnosed.Fact);
    }

    [Fact]
    public void An_unsteady_host_is_looked_at_again_and_evacuated_once_it_is_steady()
    {
        var postponed = Host.Given(Noted).When(new ReportHost(ObserveKey, Observed.Unsteady)).ThenEvents(typeof(HostDiagnosed), typeof(RecoveryPostponed));
        Assert.Equal(HostPhase.Postponed, postponed.StateOf<HostState>().Phase);
        Assert.Equal(After(30), postponed.Outstanding.WakeAt);

        var again = postponed.At(After(30)).When(new Due()).ThenEvents(typeof(PostponementElapsed));
        var proposed = again.When(new ReportHost("a1/observe/1/1", Observed.Steady)).ThenEvents(typeof(HostDiagnosed), typeof(RecoveryProposed));

        Assert.Equal(new BrakesMessage.RequestRecovery(A1.Host, A1.Site, 1, 1, Recovery), Assert.Single(proposed.Outstanding.Asks).Message);
    }

    [Fact]
    public void After_ten_further_looks_a_person_decides()
    {
        var spec = Host.Given(Noted);
        for (var look = 0; look < 10; look++)
        {
            spec = spec.At(After(30 * look)).When(new ReportHost(look == 0 ? ObserveKey : $"{ObserveKey}/{look}", Observed.Unsteady)).ThenEvents(typeof(HostDiagnosed), typeof(RecoveryPostponed))
                .At(After(30 * (look + 1))).When(new Due()).ThenEvents(typeof(PostponementElapsed));
        }

        var after = spec.When(new ReportHost($"{ObserveKey}/10", Observed.Unsteady)).ThenEvents(typeof(HostDiagnosed), typeof(RecoveryWithheld));

        Assert.Contains("It was looked at again 10 times.", after.StateOf<HostState>().Withheld!.Why.Reason, StringComparison.Ordinal);
        Assert.False(after.Outstanding.IsOpen);
    }

    [Fact]
    public void What_the_brakes_put_off_takes_nothing_from_the_further_looks() =>
        Assert.Equal(0, Proposed().When(new AnswerRecovery(1, 0, Brake, After(600))).ThenGoOn().StateOf<HostState>().FurtherLooks);

    [Fact]
    public void Stops_before_a_host_that_the_inventory_does_not_have() =>
        Assert.Equal(Diagnosis.HostNotInInventory, Host.Given(Diagnosing).When(new ReportHost(ObserveKey, HostObservations.NotInInventory))
            .ThenEvents(typeof(HostDiagnosed), typeof(RecoveryWithheld)).StateOf<HostState>().Diagnosed!.Diagnosis);

    [Fact]
    public void Takes_no_answer_of_an_earlier_episode_or_twice()
    {
        Host.Given(Diagnosing).When(new ReportHost("a1/observe/0", Observed.Steady)).ThenNothing();
        Host.Given(Recovering).When(new ReportHost(ObserveKey, Observed.Steady)).ThenNothing();
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

    [Theory]
    [InlineData(RunOutcome.Completed, true, true, true)]
    [InlineData(RunOutcome.CompletedWithFailures, true, true, false)]
    [InlineData(RunOutcome.Aborted, true, true, false)]
    [InlineData(RunOutcome.Aborted, false, false, false)]
    [InlineData(RunOutcome.Refused, false, false, false)]
    public void The_brakes_hear_what_became_of_the_recovery_until_they_know(RunOutcome outcome, bool tried, bool ran, bool helped)
    {
        var ended = Host.Given(Noted, new RecoveryProposed(Recovery, Plan, "It answers.") { At = After(31) }, new RecoveryRequested(Recovery, Plan, "It answers.") { At = After(31) })
            .When(new RunAnswered(Recovery, outcome, "Done.", tried)).ThenEvents(typeof(RecoveryEnded));

        var ask = Assert.Single(ended.Outstanding.Asks);
        Assert.Equal((StreamId.Brakes, new BrakesMessage.ReportRecovery(A1.Host, 1, Recovery, ran, helped), true), (ask.To!.Value, ask.Message, ask.Awaited));
        Assert.Contains(ended.When(Resolve()).ThenGoOn().Outstanding.Asks, one => one.Message is BrakesMessage.ReportRecovery);
        var known = ended.When(new NoteRecovery(1, helped)).ThenEvents(typeof(RecoveryNoted));
        Assert.False(known.Outstanding.IsOpen);
        known.When(new NoteRecovery(1, helped)).ThenNothing();
    }

    [Fact]
    public void The_brakes_hear_of_a_recovery_that_was_proposed_and_never_asked_for()
    {
        var cancelled = Proposed().When(Resolve()).ThenEvents(typeof(ConditionResolved), typeof(HoldDownCancelled));

        Assert.Contains(cancelled.Outstanding.Asks, ask => Equals(ask.Message, new BrakesMessage.ReportRecovery(A1.Host, 1, Recovery, Ran: false, Helped: false)));
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
