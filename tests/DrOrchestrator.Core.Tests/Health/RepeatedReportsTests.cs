using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Runs;
using Xunit;
using static DrOrchestrator.Core.Health.HostEvent;
using static DrOrchestrator.Core.Health.HostMessage;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Health;

/// <summary>What Alertmanager and its replicas really send: repetitions, other beginnings, news that was overtaken.</summary>
public sealed class RepeatedReportsTests
{
    private static readonly Actor Alertmanager = new("alertmanager");
    private static readonly RunId Recovery = new("evacuate-host-a1-1");

    private static Spec Host => Spec.Of(HostDecider.Instance, Noon);

    /// <summary>Standing since noon.</summary>
    private static object[] Standing { get; } =
    [
        new ConditionRaised(A1.Host, Condition(), Alertmanager, true) { At = After(1) }, new HoldDownStarted("f1", After(31), Plan) { At = After(1) },
    ];

    /// <summary>Stood since noon, was over 20 s later; heard of 25 s after noon.</summary>
    private static object[] Resolved { get; } =
    [
        .. Standing,
        new ConditionResolved("f1", Alertmanager, After(20)) { At = After(25) },
        new HoldDownCancelled("Every condition that policy acts on was resolved before anything was done.") { At = After(25) },
    ];

    private static object[] Recovering { get; } =
    [
        .. Standing,
        new HoldDownElapsed { At = After(31) },
        new HostDiagnosed(Diagnosis.HostSickButAnswering, "It answers.") { At = After(32) },
        new RecoveryRequested(Recovery, Plan, "It answers.") { At = After(32) },
    ];

    private static RaiseCondition Raise(double startsAt, bool once = false, bool acts = true) =>
        new(A1.Host, Condition() with { StartsAt = After(startsAt) }, acts ? OnAlert : null, Alertmanager, once);

    private static ResolveCondition Resolve(double? startsAt, double? endsAt) =>
        new("f1", Alertmanager, startsAt is { } start ? After(start) : null, endsAt is { } end ? After(end) : null);

    [Fact]
    public void Replicas_with_different_beginnings_make_one_condition()
    {
        var after = Host.Given(Standing).At(After(5)).When(Raise(3)).Then(new ConditionRenewed("f1", After(3), Alertmanager) { At = After(5) });

        Assert.Single(after.StateOf<HostState>().Conditions);
        after.When(Raise(0)).ThenNothing();
        after.When(Raise(3)).ThenNothing();
    }

    [Fact]
    public void An_end_that_overtook_its_beginning_is_remembered_of_a_sender_that_says_each_once()
    {
        var overtaken = Host.At(After(25)).When(Resolve(0, 20) with { SaidOnce = true }).Then(new ConditionResolved("f1", Alertmanager, After(20)) { At = After(25) });

        overtaken.When(Resolve(0, 20) with { SaidOnce = true }).ThenNothing();
        overtaken.At(After(26)).When(Raise(0, once: true)).ThenRefused("delivered late");
        overtaken.At(After(40)).When(Raise(35, once: true)).ThenEvents(typeof(ConditionRaised), typeof(HoldDownStarted));
    }

    [Fact]
    public void An_end_of_a_sender_that_repeats_what_stands_is_not() =>
        Host.At(After(25)).When(Resolve(0, 20)).ThenNothing();

    [Fact]
    public void A_beginning_at_the_end_of_time_keeps_nothing_else_from_being_recorded()
    {
        var standing = Host.At(After(1)).When(new RaiseCondition(A1.Host, Condition() with { StartsAt = DateTimeOffset.MaxValue }, OnAlert, Alertmanager, SaidOnce: true))
            .ThenEvents(typeof(ConditionRaised), typeof(HoldDownStarted));

        standing.At(After(5)).When(Raise(5, once: true)).ThenNothing();
    }

    [Fact]
    public void A_repetition_without_a_time_says_nothing_new() =>
        Host.Given(Standing).When(new RaiseCondition(A1.Host, Condition() with { StartsAt = default }, OnAlert, Alertmanager)).ThenNothing();

    [Fact]
    public void Repetitions_with_a_time_of_their_own_are_recorded_a_minute_apart()
    {
        Host.Given(Standing).At(After(60)).When(Raise(60, once: true)).ThenNothing();
        Host.Given(Standing).At(After(61)).When(Raise(61, once: true)).ThenEvents(typeof(ConditionRenewed));
    }

    [Fact]
    public void A_firing_that_was_overtaken_by_its_resolution_opens_nothing_again()
    {
        Host.Given(Resolved).At(After(26)).When(Raise(0)).ThenRefused("delivered late");
        Host.Given(Resolved).At(After(26)).When(Raise(20)).ThenRefused("delivered late");
        Host.Given(Resolved).At(After(25) + HostDecider.LateDelivery - TimeSpan.FromSeconds(1)).When(Raise(0)).ThenRefused("delivered late");
    }

    [Fact]
    public void What_is_repeated_long_after_its_resolution_stands_and_opens_again() =>
        Host.Given(Resolved).At(After(25) + HostDecider.LateDelivery).When(Raise(0)).ThenEvents(typeof(ConditionRaised), typeof(HoldDownStarted));

    [Fact]
    public void What_is_said_once_is_old_news_however_late_it_comes() =>
        Host.Given(Resolved).At(After(86_400)).When(Raise(0, once: true)).ThenRefused("delivered late");

    [Fact]
    public void A_new_beginning_after_the_resolution_opens_at_once()
    {
        Host.Given(Resolved).At(After(26)).When(Raise(21)).ThenEvents(typeof(ConditionRaised), typeof(HoldDownStarted));
        Host.Given(Resolved).At(After(26)).When(Raise(21, once: true)).ThenEvents(typeof(ConditionRaised), typeof(HoldDownStarted));
    }

    [Fact]
    public void A_firing_without_a_time_is_believed() =>
        Host.Given(Resolved).At(After(26)).When(new RaiseCondition(A1.Host, Condition() with { StartsAt = default }, OnAlert, Alertmanager))
            .ThenEvents(typeof(ConditionRaised), typeof(HoldDownStarted));

    [Fact]
    public void An_end_in_the_future_does_not_hold_back_what_begins_before_it()
    {
        var resolved = Host.Given(Standing).At(After(25)).When(Resolve(0, 100_000)).ThenGoOn();

        resolved.At(After(40)).When(Raise(30)).ThenEvents(typeof(ConditionRaised), typeof(HoldDownStarted));
    }

    [Fact]
    public void A_resolution_of_before_the_beginning_that_stands_closes_nothing()
    {
        var again = Host.Given(Resolved).At(After(40)).When(Raise(35)).ThenGoOn();

        again.At(After(41)).When(Resolve(0, 20)).ThenRefused("the condition stays open");
        again.At(After(41)).When(Resolve(0, null)).ThenRefused("the condition stays open");
        again.At(After(60)).When(Resolve(35, 55)).ThenEvents(typeof(ConditionResolved), typeof(HoldDownCancelled));
    }

    [Fact]
    public void A_resolution_that_is_overtaken_by_the_next_firing_closes_nothing()
    {
        var renewed = Host.Given(Standing).At(After(40)).When(Raise(35)).ThenGoOn();

        renewed.At(After(41)).When(Resolve(0, 20)).ThenRefused("the condition stays open");
        Assert.Equal(HostPhase.HoldingDown, renewed.StateOf<HostState>().Phase);
    }

    [Fact]
    public void A_resolution_counts_whose_beginning_is_the_one_that_stands_though_the_clocks_disagree() =>
        Host.Given(Standing).At(After(25)).When(Resolve(0, -30)).ThenEvents(typeof(ConditionResolved), typeof(HoldDownCancelled));

    [Fact]
    public void A_beginning_in_the_future_can_still_be_resolved()
    {
        var wrong = Host.At(After(1)).When(Raise(100_000)).ThenGoOn();

        wrong.At(After(25)).When(Resolve(null, 20)).ThenEvents(typeof(ConditionResolved), typeof(HoldDownCancelled));
    }

    [Fact]
    public void A_resolution_without_any_time_is_believed() =>
        Host.Given(Standing).At(After(25)).When(Resolve(null, null)).ThenEvents(typeof(ConditionResolved), typeof(HoldDownCancelled));

    [Fact]
    public void A_repeated_resolution_says_nothing_new() => Host.Given(Resolved).At(After(26)).When(Resolve(0, 20)).ThenNothing();

    [Fact]
    public void Resolved_and_firing_again_during_its_run_starts_no_second_one()
    {
        var again = Host.Given(Recovering).At(After(40)).When(Resolve(0, 39)).ThenEvents(typeof(ConditionResolved))
            .At(After(50)).When(Raise(45)).ThenEvents(typeof(ConditionRaised));

        Assert.Equal((HostPhase.Recovering, 1), (again.StateOf<HostState>().Phase, again.StateOf<HostState>().Episode));
        var ended = again.At(After(90)).When(new RunAnswered(Recovery, RunOutcome.Completed, "Done.")).ThenEvents(typeof(RecoveryEnded));
        Assert.Equal(HostPhase.Handled, ended.StateOf<HostState>().Phase);
        ended.At(After(91)).When(Raise(45)).ThenNothing();
    }

    [Fact]
    public void Firing_again_after_its_run_ended_and_everything_was_resolved_starts_the_next_episode()
    {
        var over = Host.Given(Recovering, new RecoveryEnded(Recovery, RunOutcome.Completed, "Done.") { At = After(90) })
            .At(After(100)).When(Resolve(0, 95)).ThenEvents(typeof(ConditionResolved), typeof(HostRecovered));

        over.At(After(101)).When(Raise(0)).ThenRefused("delivered late");
        var next = over.At(After(120)).When(Raise(110)).ThenEvents(typeof(ConditionRaised), typeof(HoldDownStarted));
        Assert.Equal(2, next.StateOf<HostState>().Episode);
    }

    [Fact]
    public void Of_a_mixed_group_one_resolution_leaves_what_still_fires()
    {
        var other = new RaiseCondition(A1.Host, Condition("f2"), OnAlert, Alertmanager);
        var both = Host.Given(Standing).At(After(2)).When(other).ThenGoOn();

        var one = both.At(After(25)).When(Resolve(0, 20)).ThenEvents(typeof(ConditionResolved));

        Assert.Equal((HostPhase.HoldingDown, "f2"), (one.StateOf<HostState>().Phase, Assert.Single(one.StateOf<HostState>().Conditions).Key));
    }

    [Fact]
    public void Only_the_last_resolutions_are_remembered()
    {
        var events = Enumerable.Range(0, 300).SelectMany(index => new object[]
        {
            new ConditionRaised(A1.Host, Condition($"f{index}"), Alertmanager, false) { At = After(index) },
            new ConditionResolved($"f{index}", Alertmanager, After(index)) { At = After(index) },
        }).ToArray();

        var remembered = Host.Given(events).StateOf<HostState>().Resolved;

        Assert.Equal(200, remembered.Count);
        Assert.True(remembered.ContainsKey("f299"));
        Assert.False(remembered.ContainsKey("f99"));
    }
}
