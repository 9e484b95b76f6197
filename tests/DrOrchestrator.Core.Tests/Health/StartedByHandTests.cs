using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Runs;
using Xunit;
using static DrOrchestrator.Core.Health.HostEvent;
using static DrOrchestrator.Core.Health.HostMessage;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Health;

/// <summary>What a host makes of a run that a person started on it.</summary>
public sealed class StartedByHandTests
{
    private static readonly Actor Alertmanager = new("alertmanager");
    private static readonly RunId Own = new("evacuate-host-a1-1");
    private static readonly RunId ByHand = new("evacuate-host-a1-20260504120000-07af");
    private static readonly Refusal Why = new("Too many hosts are sick.", "Find out why.");
    private static readonly RunAnswered Emptied = new(ByHand, RunOutcome.Completed, "3 of 3 VMs moved.", Tried: true, Episode: 1);

    private static object[] HoldingDown { get; } =
    [
        new ConditionRaised(A1.Host, Condition(), Alertmanager, true) { At = Noon }, new HoldDownStarted("f1", After(30), Plan) { At = Noon }, new SicknessNoted(1, Sick: true) { At = Noon },
    ];

    private static object[] Diagnosing { get; } = [.. HoldingDown, new HoldDownElapsed { At = After(30) }];

    private static object[] Proposed { get; } =
    [
        .. Diagnosing, new HostDiagnosed(Diagnosis.HostSickButAnswering, "It answers.", A1.Site) { At = After(31) }, new RecoveryProposed(Own, Plan, "It answers.") { At = After(31) },
    ];

    private static object[] Recovering { get; } = [.. Proposed, new RecoveryRequested(Own, Plan, "It answers.") { At = After(32) }];

    private static object[] Failed { get; } = [.. Recovering, new RecoveryEnded(Own, RunOutcome.CompletedWithFailures, "1 of 3 VMs moved.") { At = After(90) }];

    /// <summary>Every phase in which no run of the host's own is under way.</summary>
    public static TheoryData<HostPhase> Waiting => [HostPhase.HoldingDown, HostPhase.Diagnosing, HostPhase.Proposed, HostPhase.Postponed, HostPhase.Withheld, HostPhase.Handled];

    [Theory]
    [MemberData(nameof(Waiting))]
    public void A_host_that_it_emptied_is_handled_and_the_brakes_hear_that_it_helped(HostPhase phase)
    {
        var host = In(phase);

        var handled = host.At(After(200)).When(Emptied).Then(new RecoveryEnded(ByHand, RunOutcome.Completed, "3 of 3 VMs moved.") { At = After(200) });

        Assert.Equal((HostPhase.Handled, ByHand), (handled.StateOf<HostState>().Phase, handled.StateOf<HostState>().LastRecovery!.Run));
        Assert.Null(handled.Outstanding.WakeAt);
        Assert.Equal(new BrakesMessage.ReportRecovery(A1.Host, 1, ByHand, Ran: true, Helped: true), Assert.Single(handled.Outstanding.Asks).Message);
        Assert.Equal((StreamId.Run(ByHand), new RunMessage.NoteEnd()), (Assert.Single(handled.When(Emptied).Reply).To, Assert.Single(handled.When(Emptied).Reply).Message));
        handled.When(Emptied with { Run = new RunId("a-second-one") }).ThenNothing();
        Assert.False(handled.When(new NoteRecovery(1, Helped: true)).ThenEvents(typeof(RecoveryNoted)).Outstanding.IsOpen);
        handled.When(new ResolveCondition("f1", Alertmanager)).ThenEvents(typeof(ConditionResolved), typeof(HostRecovered));
    }

    [Fact]
    public void What_was_on_its_way_for_the_recovery_that_it_stands_for_changes_nothing()
    {
        SpecOf(Diagnosing).When(Emptied).ThenGoOn().When(new ReportHost("a1/observe/1", Observed.Steady)).ThenNothing();
        SpecOf(Proposed).When(Emptied).ThenGoOn().When(new AnswerRecovery(1, 0, null, null)).ThenNothing();
        In(HostPhase.Postponed).When(Emptied).ThenGoOn().At(After(1000)).When(new Due()).ThenNothing();
        In(HostPhase.Postponed).When(Emptied).ThenGoOn().When(new LookAgain(1, 0)).ThenNothing();
    }

    [Theory]
    [InlineData(RunOutcome.CompletedWithFailures, true)]
    [InlineData(RunOutcome.Aborted, true)]
    [InlineData(RunOutcome.Refused, false)]
    [InlineData(RunOutcome.Completed, false)]
    public void One_that_did_not_move_every_VM_leaves_the_host_as_it_was(RunOutcome outcome, bool tried)
    {
        foreach (var phase in Waiting)
        {
            var host = In(phase).When(Emptied with { Outcome = outcome, Tried = tried });
            host.ThenNothing();
            Assert.IsType<RunMessage.NoteEnd>(Assert.Single(host.Reply).Message);
        }
    }

    [Fact]
    public void One_that_was_asked_for_in_another_episode_or_in_none_concludes_none()
    {
        foreach (var phase in Waiting)
        {
            In(phase).When(Emptied with { Episode = 0 }).ThenNothing();
            In(phase).When(Emptied with { Episode = 2 }).ThenNothing();
            In(phase).When(Emptied with { Episode = null }).ThenNothing();
        }

        var well = In(HostPhase.Withheld).When(new ResolveCondition("f1", Alertmanager)).ThenGoOn();
        well.When(Emptied).ThenNothing();
        var again = well.At(After(300)).When(new RaiseCondition(A1.Host, Condition(), OnAlert, Alertmanager)).ThenGoOn();
        again.When(Emptied).ThenNothing();
        Assert.IsType<RunMessage.NoteEnd>(Assert.Single(again.When(Emptied).Reply).Message);
    }

    [Fact]
    public void A_host_that_was_never_sick_says_that_it_heard()
    {
        var never = Spec.Of(HostDecider.Instance, Noon).When(Emptied);

        never.ThenNothing();
        Assert.IsType<RunMessage.NoteEnd>(Assert.Single(never.Reply).Message);
        Assert.Empty(never.When(Emptied with { Episode = null }).Reply);
    }

    [Fact]
    public void While_a_run_of_its_own_is_under_way_it_is_told_again_and_counts_when_that_one_did_not_help()
    {
        var recovering = SpecOf(Recovering);
        recovering.When(Emptied).ThenNothing();
        Assert.Empty(recovering.When(Emptied).Reply);

        var failed = recovering.When(new RunAnswered(Own, RunOutcome.CompletedWithFailures, "1 of 3 VMs moved.")).ThenEvents(typeof(RecoveryEnded));
        Assert.True(failed.When(Emptied).ThenEvents(typeof(RecoveryEnded)).StateOf<HostState>().Concluded!.Helped);

        var helped = recovering.When(new RunAnswered(Own, RunOutcome.Completed, "3 of 3 VMs moved.")).ThenEvents(typeof(RecoveryEnded));
        helped.When(Emptied).ThenNothing();
        Assert.Single(helped.When(Emptied).Reply);
    }

    [Fact]
    public void Brakes_that_know_of_a_recovery_that_did_not_help_hear_of_the_one_that_did_until_they_know_that()
    {
        var known = SpecOf(Failed).When(new NoteRecovery(1)).ThenEvents(typeof(RecoveryNoted));
        Assert.False(known.Outstanding.IsOpen);

        var emptied = known.When(Emptied).ThenEvents(typeof(RecoveryEnded));

        var told = Assert.Single(emptied.Outstanding.Asks);
        Assert.Equal((new BrakesMessage.ReportRecovery(A1.Host, 1, ByHand, Ran: true, Helped: true), true), (told.Message, told.Awaited));
        Assert.NotEqual(Assert.Single(SpecOf(Failed).Outstanding.Asks).Key, told.Key);
        emptied.When(new NoteRecovery(1)).ThenNothing();
        var noted = emptied.When(new NoteRecovery(1, Helped: true)).ThenEvents(typeof(RecoveryNoted));
        Assert.False(noted.Outstanding.IsOpen);
        noted.When(new NoteRecovery(1, Helped: true)).ThenNothing();
    }

    private static Spec In(HostPhase phase)
    {
        var spec = SpecOf(phase switch
        {
            HostPhase.HoldingDown => HoldingDown,
            HostPhase.Diagnosing => Diagnosing,
            HostPhase.Proposed => Proposed,
            HostPhase.Postponed => [.. Proposed, new RecoveryPostponed(Why, After(600)) { At = After(32) }],
            HostPhase.Withheld => [.. Proposed, new RecoveryWithheld(Why) { At = After(32) }],
            _ => Failed,
        });
        Assert.Equal(phase, spec.StateOf<HostState>().Phase);
        return spec;
    }

    private static Spec SpecOf(object[] events) => Spec.Of(HostDecider.Instance, After(100)).Given(events);
}
