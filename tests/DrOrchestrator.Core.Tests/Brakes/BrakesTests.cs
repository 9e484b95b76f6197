using CsCheck;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using Xunit;
using static DrOrchestrator.Core.Brakes.BrakesEvent;
using static DrOrchestrator.Core.Brakes.BrakesMessage;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Brakes;

public sealed class BrakesTests
{
    private static readonly BrakeRules Rules = new(2, 2, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(5));

    private static DrOrchestrator.Testing.Spec Fleet => DrOrchestrator.Testing.Spec.Of(BrakesDecider.Instance, Noon).When(new SetRules(Rules, Night)).ThenGoOn();

    [Fact]
    public void Clears_the_recovery_of_one_sick_host_and_tells_it()
    {
        var after = Fleet.When(Request(1)).ThenEvents(typeof(HostSickened), typeof(RecoveryCleared));

        Assert.Contains(after.Outstanding.Asks, ask => ask.To == StreamId.Host(Host(1)) && Equals(ask.Message, new HostMessage.AnswerRecovery(1, 0, null, null)));
        after.When(Request(1)).ThenNothing();
        Assert.Equal(new HostMessage.AnswerRecovery(1, 0, null, null), Assert.Single(after.When(Request(1)).Reply).Message);
    }

    [Fact]
    public void A_storm_starts_nothing_and_says_that_it_is_a_question_of_the_site()
    {
        var storm = Enumerable.Range(1, 40).Aggregate(Fleet, (fleet, host) => fleet.When(Sick(host)).ThenEvents(typeof(HostSickened)));

        var asked = Enumerable.Range(1, 40).Aggregate(storm, (fleet, host) => fleet.When(Request(host)).ThenEvents(typeof(RecoveryHeldBack)));

        var decided = asked.StateOf<BrakesState>().Decided.Values.Cast<RecoveryHeldBack>().ToArray();
        Assert.Equal(40, decided.Length);
        Assert.All(decided, held => Assert.Equal((Brake.TooManySickHosts, (DateTimeOffset?)null), (held.Brake, held.Until)));
        Assert.StartsWith("40 hosts are sick at once (h1, h10, h11, h12, h13, h14 and 34 more)", decided[0].Why.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_sick_hosts_of_one_site_hold_back_that_site_and_no_other_and_the_reason_names_it()
    {
        var sites = Enumerable.Range(1, 6).Select(host => new HostSite(Host(host), new SiteId(host <= 4 ? "A" : "B"))).ToArray();
        var fleet = Fleet.When(new SetRules(Rules with { MaxSickHosts = 5, MaxSickHostsPerSite = 2 }, Night)).ThenGoOn().When(new SetSites(sites, Night)).ThenEvents(typeof(SitesSet));
        fleet.When(new SetSites([.. sites.Reverse()], Night)).ThenNothing();
        var sick = new[] { 1, 2, 3, 5 }.Aggregate(fleet, (known, host) => known.When(Sick(host)).ThenGoOn());

        var held = sick.When(Request(1)).ThenGoOn().StateOf<BrakesState>().Decided["h1"] as RecoveryHeldBack;

        Assert.Equal((Brake.TooManySickHostsAtSite, (DateTimeOffset?)null), (held!.Brake, held.Until));
        Assert.StartsWith("3 hosts of site A are sick at once (h1, h2, h3); more than 2 are a question of site A", held.Why.Reason, StringComparison.Ordinal);
        sick.When(Request(5) with { Site = new SiteId("B") }).ThenEvents(typeof(RecoveryCleared));
        sick.When(new ReportSickness(Host(3), 1, Sick: false)).ThenGoOn().When(Request(1)).ThenEvents(typeof(RecoveryCleared));
    }

    [Fact]
    public void Too_many_over_all_sites_are_told_site_by_site()
    {
        var sites = new[] { new HostSite(Host(1), new SiteId("A")), new HostSite(Host(2), new SiteId("B")), new HostSite(Host(3), new SiteId("B")) };
        var sick = new[] { 1, 2, 3 }.Aggregate(Fleet.When(new SetSites(sites, Night)).ThenGoOn(), (known, host) => known.When(Sick(host)).ThenGoOn());

        var held = sick.When(Request(1)).ThenGoOn().StateOf<BrakesState>().Decided["h1"] as RecoveryHeldBack;

        Assert.Equal(Brake.TooManySickHosts, held!.Brake);
        Assert.StartsWith("3 hosts are sick at once (site A: h1; site B: h2, h3); more than 2", held.Why.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Hosts_out_of_the_inventory_do_not_count()
    {
        var sick = new[] { 1, 8, 9 }.Aggregate(Fleet.When(new SetSites(InA(1, 2), Night)).ThenGoOn(), (known, host) => known.When(Sick(host)).ThenGoOn());

        sick.When(Request(1)).ThenEvents(typeof(RecoveryCleared));
        Assert.Equal(["h1"], sick.StateOf<BrakesState>().Counting(Noon));
        var known = sick.When(new SetSites(InA(1, 8, 9), Night)).ThenGoOn();
        known.When(Request(1)).ThenEvents(typeof(RecoveryHeldBack));
    }

    [Fact]
    public void Hosts_on_which_somebody_works_do_not_count_until_the_end_of_that()
    {
        var sick = new[] { 1, 2, 3 }.Aggregate(Fleet.When(new SetSites(InA(1, 2, 3), Night)).ThenGoOn(), (known, host) => known.When(Sick(host)).ThenGoOn());

        var worked = sick.When(new StartMaintenance(new MaintenanceTarget(MaintenanceKind.Host, "h3"), After(60), Night, "New fans.")).ThenGoOn();

        worked.When(Request(1)).ThenEvents(typeof(RecoveryCleared));
        worked.At(After(60)).When(Request(1)).ThenEvents(typeof(RecoveryHeldBack));
    }

    [Fact]
    public void Hosts_that_their_run_emptied_do_not_count_in_that_episode()
    {
        var sick = Cleared(Fleet, 3).When(Sick(1)).ThenGoOn().When(Sick(2)).ThenGoOn();
        sick.When(Request(1)).ThenEvents(typeof(RecoveryHeldBack));
        sick.When(Over(3, helped: false)).ThenEvents(typeof(RecoveryConcluded)).When(Request(1)).ThenEvents(typeof(RecoveryHeldBack));

        var emptied = sick.When(Over(3, helped: true)).ThenEvents(typeof(RecoveryConcluded));

        emptied.When(Request(1)).ThenEvents(typeof(RecoveryCleared));
        emptied.When(Over(3, helped: true)).ThenNothing();
        Assert.Equal(new HostMessage.NoteRecovery(1, Helped: true), Assert.Single(emptied.When(Over(3, helped: true)).Reply).Message);
        emptied.When(new ReportSickness(Host(3), 1, Sick: false)).ThenGoOn().When(Sick(3, episode: 2)).ThenGoOn().When(Request(1)).ThenEvents(typeof(RecoveryHeldBack));
    }

    [Fact]
    public void A_host_that_a_later_run_of_the_episode_emptied_does_not_count_and_is_no_longer_held_back()
    {
        var sick = Cleared(Fleet, 3).When(Sick(1)).ThenGoOn().When(Sick(2)).ThenGoOn().When(Over(3, helped: false)).ThenGoOn()
            .When(Request(2)).ThenEvents(typeof(RecoveryHeldBack));
        ReportRecovery ByHand(int host, int episode = 1) => new(Host(host), episode, new RunId($"by-hand-{host}"), Ran: true, Helped: true);

        var emptied = sick.When(ByHand(3)).ThenEvents(typeof(RecoveryConcluded));

        emptied.When(Request(1)).ThenEvents(typeof(RecoveryCleared));
        emptied.When(ByHand(3)).ThenNothing();
        emptied.When(Over(3, helped: false)).ThenNothing();
        Assert.Equal(new HostMessage.NoteRecovery(1, Helped: true), Assert.Single(emptied.When(Over(3, helped: false)).Reply).Message);
        var waitsNoMore = emptied.When(ByHand(2)).ThenEvents(typeof(RecoveryConcluded));
        Assert.DoesNotContain("h2", waitsNoMore.StateOf<BrakesState>().Decided.Keys);
        waitsNoMore.When(Request(2)).ThenNothing();
        Assert.Contains("h2", sick.When(ByHand(2, episode: 0)).ThenGoOn().StateOf<BrakesState>().Decided.Keys);
    }

    [Fact]
    public void A_host_that_was_emptied_by_hand_waits_for_no_maintenance_any_more()
    {
        var target = new MaintenanceTarget(MaintenanceKind.Host, "h1");
        var ended = Fleet.When(new StartMaintenance(target, After(600), Night, "New fans.")).ThenGoOn().When(Request(1)).ThenGoOn()
            .At(After(60)).When(new EndMaintenance(target, Night, "Done.")).ThenGoOn();
        Assert.Single(ended.Outstanding.Asks, ask => ask.Awaited);

        Assert.DoesNotContain(ended.When(Over(1, helped: true)).ThenGoOn().Outstanding.Asks, ask => ask.Awaited);
        Assert.Single(ended.When(Over(1, helped: true) with { Episode = 0 }).ThenGoOn().Outstanding.Asks, ask => ask.Awaited);
    }

    [Fact]
    public void A_question_that_comes_after_its_recovery_was_over_changes_nothing() =>
        Fleet.When(Over(1, helped: false)).ThenGoOn().When(Request(1)).ThenNothing();

    [Fact]
    public void Hosts_that_are_well_again_do_not_count()
    {
        var three = new[] { 1, 2, 3 }.Aggregate(Fleet, (fleet, host) => fleet.When(Sick(host)).ThenGoOn());

        var two = three.When(new ReportSickness(Host(3), 1, Sick: false)).ThenEvents(typeof(HostMended));

        two.When(Request(1)).ThenEvents(typeof(RecoveryCleared));
        two.When(Sick(3)).ThenNothing();
    }

    [Fact]
    public void An_end_that_overtakes_its_beginning_leaves_nobody_sick()
    {
        var mended = Fleet.When(new ReportSickness(Host(1), 1, Sick: false)).ThenEvents(typeof(HostMended));

        mended.When(Sick(1)).ThenNothing();
        mended.When(Sick(1, episode: 2)).ThenEvents(typeof(HostSickened));
    }

    [Fact]
    public void What_an_episode_came_to_is_remembered_for_thousands_of_hosts_and_let_go_when_it_is_old()
    {
        const int Hosts = 3000;
        BrakesEvent[] events =
        [
            .. Enumerable.Range(1, Hosts).SelectMany(host => new BrakesEvent[]
            {
                new HostSickened(Host(host), 1) { At = Noon }, new RecoveryConcluded(Host(host), 1, new RunId($"run-{host}-1"), Ran: true, Helped: true) { At = Noon },
                new HostMended(Host(host), 1) { At = After(host) },
            }),
        ];

        var all = BrakesDecider.Instance.Fold(events);
        Assert.Equal(Hosts, all.Mended.Count);
        Assert.True(BrakesDecider.Instance.Decide(all, Sick(1) with { At = After(Hosts) }).IsNothing);
        Assert.True(BrakesDecider.Instance.Decide(all, Request(1) with { At = After(Hosts) }).IsNothing);

        var later = After(Hosts) + BrakesState.Remembered;
        var forgotten = BrakesDecider.Instance.Evolve(BrakesDecider.Instance.Evolve(all, new HostSickened(Host(9000), 1) { At = later }), new HostMended(Host(9000), 1) { At = later });
        Assert.Equal([$"h{Hosts}", "h9000"], forgotten.Mended.Keys);
        Assert.Equal([$"h{Hosts}"], forgotten.Concluded.Keys);
        Assert.Equal([$"h{Hosts}", "h9000"], forgotten.Episodes.Keys);
    }

    [Fact]
    public void A_host_that_is_sick_again_is_not_forgotten_by_the_end_of_its_earlier_episode()
    {
        var again = One(Fleet, 1).At(After(3600)).When(Sick(1, episode: 2)).ThenGoOn();

        var later = again.At(Noon + BrakesState.Remembered + TimeSpan.FromMinutes(1)).When(Sick(2)).ThenGoOn().StateOf<BrakesState>();

        Assert.Equal((2, 2), (later.Sick["h1"], later.Episodes["h1"][^1].Episode));
        Assert.Empty(later.Mended);
    }

    [Fact]
    public void A_question_that_comes_after_its_episode_was_over_changes_nothing()
    {
        var over = One(Fleet, 1);

        over.When(Request(1)).ThenNothing();
    }

    [Fact]
    public void No_more_begin_within_the_window_than_may()
    {
        var two = One(One(Fleet, 1), 2);

        var held = two.When(Request(3)).ThenEvents(typeof(HostSickened), typeof(RecoveryHeldBack)).StateOf<BrakesState>().Decided["h3"] as RecoveryHeldBack;

        Assert.Equal((Brake.TooManyRecoveries, Noon + Rules.Window), (held!.Brake, held.Until));
        two.At(Noon + Rules.Window).When(Request(3)).ThenEvents(typeof(HostSickened), typeof(RecoveryCleared));
    }

    [Fact]
    public void A_host_that_was_recovered_lately_is_not_recovered_again_by_itself()
    {
        var once = One(Fleet, 1);

        var held = once.At(After(60)).When(Request(1, episode: 2)).ThenGoOn().StateOf<BrakesState>().Decided["h1"] as RecoveryHeldBack;
        Assert.Equal((Brake.RecoveredLately, Noon + Rules.BlockAfterRecovery), (held!.Brake, held.Until));
        once.At(Noon + Rules.BlockAfterRecovery).When(Request(1, episode: 2)).ThenEvents(typeof(HostSickened), typeof(RecoveryCleared));
    }

    [Fact]
    public void A_recovery_of_which_no_move_was_tried_blocks_no_second_one_and_counts_in_the_window_all_the_same()
    {
        var refused = Cleared(Fleet, 1).When(Over(1, helped: false, ran: false)).ThenGoOn().When(new ReportSickness(Host(1), 1, Sick: false)).ThenGoOn();
        var ran = Cleared(Fleet, 1).When(Over(1, helped: false)).ThenGoOn().When(new ReportSickness(Host(1), 1, Sick: false)).ThenGoOn();

        refused.At(After(60)).When(Request(1, episode: 2)).ThenEvents(typeof(HostSickened), typeof(RecoveryCleared));
        ran.At(After(60)).When(Request(1, episode: 2)).ThenEvents(typeof(HostSickened), typeof(RecoveryHeldBack));
        var held = One(refused, 2).When(Request(3)).ThenGoOn().StateOf<BrakesState>().Decided["h3"] as RecoveryHeldBack;
        Assert.Equal(Brake.TooManyRecoveries, held!.Brake);
        Assert.Empty(refused.At(After(3600)).When(Request(2)).ThenGoOn().StateOf<BrakesState>().NeverRan);
    }

    [Fact]
    public void A_host_that_flaps_is_left_alone_until_its_condition_has_stood_for_a_while()
    {
        var twice = Episodes(Fleet, 2, secondsApart: 60);
        twice.At(After(120)).When(Request(1, episode: 3)).ThenEvents(typeof(HostSickened), typeof(RecoveryHeldBack));

        var held = twice.At(After(120)).When(Sick(1, episode: 3)).ThenGoOn().At(After(150)).When(Request(1, episode: 3)).ThenEvents(typeof(RecoveryHeldBack));

        var why = (RecoveryHeldBack)held.StateOf<BrakesState>().Decided["h1"];
        Assert.Equal((Brake.Flapping, After(120) + Rules.FlappingQuiet), (why.Brake, why.Until));
        Assert.Equal("h1 flaps: what stands against it began 3 times within 60 minutes.", why.Why.Reason);
        Assert.EndsWith("or start the plan by hand (drctl run start PLAN --host h1 --reason WHY).", why.Why.WayOut, StringComparison.Ordinal);
        held.At(After(120) + Rules.FlappingQuiet).When(Request(1, episode: 3, attempt: 1)).ThenEvents(typeof(RecoveryCleared));
    }

    [Fact]
    public void Two_episodes_or_three_over_hours_are_no_flapping()
    {
        Episodes(Fleet, 1, secondsApart: 60).At(After(60)).When(Request(1, episode: 2)).ThenEvents(typeof(HostSickened), typeof(RecoveryCleared));
        Episodes(Fleet, 2, secondsApart: 1800).At(After(3600)).When(Request(1, episode: 3)).ThenEvents(typeof(HostSickened), typeof(RecoveryCleared));
        Episodes(Fleet, 2, secondsApart: 60).At(After(120)).When(Request(2)).ThenEvents(typeof(HostSickened), typeof(RecoveryCleared));
    }

    [Fact]
    public void An_episode_of_which_only_the_end_was_heard_counts_and_one_that_is_told_twice_counts_once()
    {
        var heard = Fleet.When(new ReportSickness(Host(1), 1, Sick: false)).ThenGoOn().At(After(60)).When(Sick(1, episode: 2)).ThenGoOn()
            .At(After(61)).When(Sick(1, episode: 2)).ThenGoOn().When(new ReportSickness(Host(1), 2, Sick: false)).ThenGoOn();

        Assert.Equal([1, 2], heard.StateOf<BrakesState>().Episodes["h1"].Select(one => one.Episode));
        heard.At(After(120)).When(Request(1, episode: 3)).ThenEvents(typeof(HostSickened), typeof(RecoveryHeldBack));
    }

    [Fact]
    public void Episodes_out_of_the_window_are_forgotten() => Assert.Equal(
        [50, 51], Episodes(Fleet, 51, secondsApart: 1800).StateOf<BrakesState>().Episodes["h1"].Select(one => one.Episode));

    [Theory]
    [InlineData(MaintenanceKind.Host, "h1")]
    [InlineData(MaintenanceKind.Site, "A")]
    public void Nothing_begins_by_itself_for_what_is_in_maintenance_until_its_end(MaintenanceKind kind, string name)
    {
        var target = new MaintenanceTarget(kind, name);
        var worked = Fleet.When(new StartMaintenance(target, After(600), Night, "New fans.")).ThenEvents(typeof(MaintenanceStarted));

        var held = worked.When(Request(1)).ThenGoOn().StateOf<BrakesState>().Decided["h1"] as RecoveryHeldBack;
        Assert.Equal((Brake.Maintenance, After(600)), (held!.Brake, held.Until));
        worked.At(After(600)).When(Request(1)).ThenEvents(typeof(HostSickened), typeof(RecoveryCleared));
        var ended = worked.When(new EndMaintenance(target, Night, "Done.")).ThenEvents(typeof(MaintenanceEnded));
        ended.When(Request(1)).ThenEvents(typeof(HostSickened), typeof(RecoveryCleared));
        ended.When(new EndMaintenance(target, Night, "Done.")).ThenRefused("not in maintenance");
        worked.When(Request(2) with { Site = new SiteId("B") }).ThenEvents(typeof(HostSickened), typeof(RecoveryCleared));
    }

    [Theory]
    [InlineData(MaintenanceKind.Host, "h1")]
    [InlineData(MaintenanceKind.Site, "A")]
    public void A_maintenance_that_ends_early_has_the_hosts_that_wait_for_it_look_again_until_they_have(MaintenanceKind kind, string name)
    {
        var target = new MaintenanceTarget(kind, name);
        var held = Fleet.When(new StartMaintenance(target, After(600), Night, "New fans.")).ThenGoOn().When(Request(1)).ThenEvents(typeof(HostSickened), typeof(RecoveryHeldBack));
        Assert.DoesNotContain(held.Outstanding.Asks, ask => ask.Awaited);

        var ended = held.At(After(60)).When(new EndMaintenance(target, Night, "Done.")).ThenEvents(typeof(MaintenanceEnded));

        var ask = Assert.Single(ended.Outstanding.Asks, ask => ask.Awaited);
        Assert.Equal((StreamId.Host(Host(1)), new HostMessage.LookAgain(1, 0)), (ask.To, ask.Message));
        ended.When(new NoteLookedAgain(Host(1), 1, 1)).ThenNothing();
        NobodyIsAsked(ended.When(new NoteLookedAgain(Host(1), 1, 0)).ThenEvents(typeof(HostLookedAgain)));
        NobodyIsAsked(ended.When(new ReportSickness(Host(1), 1, Sick: false)).ThenEvents(typeof(HostMended)));
        NobodyIsAsked(ended.When(Request(1, attempt: 1)).ThenEvents(typeof(RecoveryCleared)));
        Assert.Single(held.When(new StartMaintenance(target, After(300), Night, "Sooner.")).ThenGoOn().Outstanding.Asks, one => one.Awaited);
        NobodyIsAsked(held.When(new StartMaintenance(target, After(900), Night, "Later.")).ThenGoOn());

        static void NobodyIsAsked(DrOrchestrator.Testing.Spec fleet) => Assert.DoesNotContain(fleet.Outstanding.Asks, one => one.Awaited);
    }

    [Fact]
    public void A_maintenance_has_an_end_that_lies_ahead() =>
        Fleet.When(new StartMaintenance(new MaintenanceTarget(MaintenanceKind.Host, "h1"), Noon, Night, "New fans.")).ThenRefused("would end before it begins");

    [Fact]
    public void A_decision_on_one_attempt_is_none_on_the_next()
    {
        var held = new[] { 2, 3 }.Aggregate(Fleet, (fleet, host) => fleet.When(Sick(host)).ThenGoOn()).When(Request(1)).ThenGoOn();

        var well = held.When(new ReportSickness(Host(3), 1, Sick: false)).ThenGoOn();

        well.When(Request(1)).ThenNothing();
        well.When(Request(1, attempt: 1)).ThenEvents(typeof(RecoveryCleared));
    }

    /// <summary>Whatever comes in whatever order: the window's cap and the block hold in what was cleared.</summary>
    [Fact]
    public void The_cap_and_the_block_hold_for_any_history()
    {
        var step = Gen.Select(Gen.Int[0, 6], Gen.Int[1, 5], Gen.Int[1, 3], Gen.Int[0, 200]);
        step.Array[1, 60].Sample(steps =>
        {
            var spec = Fleet;
            var now = Noon;
            var cleared = new List<RecoveryCleared>();
            foreach (var (what, host, episode, seconds) in steps)
            {
                now += TimeSpan.FromSeconds(seconds);
                BrakesMessage message = what switch
                {
                    0 => Sick(host, episode),
                    1 => new ReportSickness(Host(host), episode, Sick: false),
                    _ => Request(host, episode, what),
                };
                spec = spec.At(now).When(message);
                cleared.AddRange(spec.Decision.Events.OfType<RecoveryCleared>());
                spec = spec.ThenGoOn();
            }

            return cleared.All(one => cleared.Count(other => other.At <= one.At && other.At + Rules.Window > one.At) <= Rules.MaxRecoveries
                && !cleared.Exists(other => other != one && other.Host == one.Host && other.At <= one.At && other.At + Rules.BlockAfterRecovery > one.At && cleared.IndexOf(other) < cleared.IndexOf(one)));
        });
    }

    /// <summary>h1 sickens and mends, that many times.</summary>
    private static DrOrchestrator.Testing.Spec Episodes(DrOrchestrator.Testing.Spec fleet, int count, double secondsApart) => Enumerable.Range(1, count).Aggregate(
        fleet,
        (spec, episode) => spec.At(After((episode - 1) * secondsApart)).When(Sick(1, episode)).ThenGoOn()
            .At(After(((episode - 1) * secondsApart) + 10)).When(new ReportSickness(Host(1), episode, Sick: false)).ThenGoOn());

    private static DrOrchestrator.Testing.Spec One(DrOrchestrator.Testing.Spec fleet, int host) =>
        fleet.When(Request(host)).ThenEvents(typeof(HostSickened), typeof(RecoveryCleared)).When(new ReportSickness(Host(host), 1, Sick: false)).ThenGoOn();

    private static DrOrchestrator.Testing.Spec Cleared(DrOrchestrator.Testing.Spec fleet, int host) => fleet.When(Request(host)).ThenEvents(typeof(HostSickened), typeof(RecoveryCleared));

    private static ReportRecovery Over(int host, bool helped, bool ran = true) => new(Host(host), 1, new RunId($"run-{host}-1"), ran, helped);

    private static HostSite[] InA(params int[] hosts) => [.. hosts.Select(host => new HostSite(Host(host), new SiteId("A")))];

    private static HostId Host(int number) => new($"h{number}");

    private static ReportSickness Sick(int host, int episode = 1) => new(Host(host), episode, Sick: true);

    private static RequestRecovery Request(int host, int episode = 1, int attempt = 0) => new(Host(host), new SiteId("A"), episode, attempt, new RunId($"run-{host}-{episode}"));
}
