using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Plans;
using Xunit;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Planning;

public sealed class PlannerTests
{
    private static readonly PlanPolicy Policy = PlanPolicy.Default with { MemoryHeadroom = Bytes.Zero };

    private static readonly FleetRules NoRules = FleetRules.None;

    private static HostEndpoint C1 { get; } = Host("c1", "C");

    [Fact]
    public void A_large_VM_that_comes_late_for_its_low_priority_is_given_room_by_packing_the_others()
    {
        var scope = Scope(Seen(A1, 0, [Vm("small-1", 2), Vm("small-2", 2), Vm("large", 7)]), Seen(B1, 8192), Seen(B2, 8192)) with
        {
            Rules = NoRules with { Vms = [new VmRule(Id("large"), 10, null)] },
        };

        var plan = Plan(scope);

        Assert.Empty(plan.Unplaced);
        Assert.Equal(At(plan, "small-1"), At(plan, "small-2"));
        Assert.NotEqual(At(plan, "large"), At(plan, "small-1"));
    }

    [Fact]
    public void A_host_that_is_worked_on_takes_nothing_and_the_plan_says_why()
    {
        var scope = Scope(Seen(A1, 0, [Vm("web", 1)]), Seen(B1, 65_536), Seen(B2, 8192)) with { Maintenance = [new HostLeftOut(B1.Host, "b1 is in maintenance."), new HostLeftOut(A2.Host, "a2 is in maintenance.")] };

        var plan = Plan(scope);

        Assert.Equal("b2", At(plan, "web"));
        Assert.Equal([new HostLeftOut(B1.Host, "b1 is in maintenance.")], plan.LeftOut);
        Assert.Null(Plan(scope with { Maintenance = null }).LeftOut);
    }

    [Fact]
    public void Where_the_only_room_is_worked_on_the_VM_stays_and_says_so()
    {
        var scope = Scope(Seen(A1, 0, [Vm("web", 4)]), Seen(B1, 65_536), Seen(B2, 1024)) with { Maintenance = [new HostLeftOut(B1.Host, "b1 is in maintenance.")] };

        Assert.EndsWith(
            "b2 1 GiB; in maintenance: b1. Free memory there, or end a maintenance, or name another site under destination.sites.",
            Assert.Single(Plan(scope).Unplaced).Reason,
            StringComparison.Ordinal);
        var all = scope with { Maintenance = [.. scope.Maintenance, new HostLeftOut(B2.Host, "b2 is in maintenance.")] };
        Assert.StartsWith("No host at site B may take it: b1 is in maintenance.", Assert.Single(Plan(all).Unplaced).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_that_is_sick_or_being_emptied_takes_nothing_although_it_looks_best()
    {
        // Nothing is as roomy as a host that was just evacuated.
        var scope = Scope(Seen(A1, 0, [Vm("web", 1)]), Seen(B1, 65_536), Seen(B2, 32_768), Seen(C1, 8192)) with
        {
            Unfit =
            [
                new HostLeftOut(B1.Host, "b1 is sick: HostOverheating.", LeftOutCause.Sickness),
                new HostLeftOut(B2.Host, "b2 is being emptied by run r.", LeftOutCause.Emptying),
            ],
        };
        var plan = EvacuationPlanner.Plan(A1.Host, Sample.Plan with { DestinationSites = [B1.Site, C1.Site], Policy = Policy }, scope);

        Assert.Equal("c1", At(plan, "web"));
        Assert.Equal(scope.Unfit, plan.LeftOut);
    }

    [Theory]
    [InlineData(VmState.Paused)]
    [InlineData(VmState.Crashed)]
    [InlineData(VmState.Other)]
    public void A_guest_that_does_not_run_stays_and_is_named_with_what_it_is(VmState state)
    {
        var plan = Plan(Scope(Seen(A1, 0, [Vm("web", 1) with { State = state }]), Seen(B1, 65_536)));

        Assert.Empty(plan.Moves);
        Assert.Equal($"It is {state}, not running, at a1; a live migration needs a running guest.", Assert.Single(plan.Unplaced).Reason);
    }

    [Fact]
    public void Where_the_only_room_is_at_a_sick_host_the_VM_stays_and_says_so()
    {
        HostLeftOut sick = new(B1.Host, "b1 is sick: HostOverheating.", LeftOutCause.Sickness);
        var scope = Scope(Seen(A1, 0, [Vm("web", 4)]), Seen(B1, 65_536), Seen(B2, 1024)) with { Unfit = [sick] };

        Assert.EndsWith(
            "b2 1 GiB; sick: b1. Free memory there, or mend a sick host (drctl alerts), or name another site under destination.sites.",
            Assert.Single(Plan(scope).Unplaced).Reason,
            StringComparison.Ordinal);
        var all = scope with { Unfit = [sick, new HostLeftOut(B2.Host, "b2 is being emptied by run r.", LeftOutCause.Emptying)] };
        Assert.Equal(
            "No host at site B may take it: b1 is sick: HostOverheating. Left out in all: sick: b1; being emptied: b2. "
            + "Mend a sick host (drctl alerts), or wait for the run that empties one, or name another site under destination.sites.",
            Assert.Single(Plan(all).Unplaced).Reason);
    }

    [Fact]
    public void What_fits_nowhere_by_either_preference_is_given_room_by_moving_another()
    {
        // By free memory 2 goes to b2 and 5 to b1; by tightness 2 goes to b1 and 5 to b2. Either way there is no 6 left anywhere.
        var scope = Scope(Seen(A1, 0, [Vm("two", 2), Vm("five", 5), Vm("six", 6)]), Seen(B1, 6144), Seen(B2, 7168)) with
        {
            Rules = NoRules with { Vms = [new VmRule(Id("two"), 90, null), new VmRule(Id("six"), 10, null)] },
        };

        var plan = Plan(scope);

        Assert.Empty(plan.Unplaced);
        Assert.Equal(("b2", "b2", "b1"), (At(plan, "two"), At(plan, "five"), At(plan, "six")));
    }

    [Fact]
    public void Important_VMs_have_the_room_and_leave_first()
    {
        var scope = Scope(Seen(A1, 0, [Vm("large", 6), Vm("small", 3), Vm("key", 2)]), Seen(B1, 6144)) with
        {
            Rules = NoRules with { Vms = [new VmRule(Id("key"), 90, null), new VmRule(Id("large"), 10, null)] },
        };

        var plan = Plan(scope);

        Assert.Equal(["key", "small"], plan.Moves.Select(move => move.Vm.Name));
        Assert.Equal("It needs 6 GiB and 1 vCPU; left above the headroom of 0 B: b1 1 GiB. Free memory there, or name another site under destination.sites.", Assert.Single(plan.Unplaced).Reason);
    }

    [Fact]
    public void Virtual_CPUs_are_room_as_well()
    {
        var scope = Scope(Seen(A1, 0, [Vm("wide", 1, vcpus: 65), Vm("narrow", 1, vcpus: 64)]), Seen(B1, 65536));

        var plan = Plan(scope);

        Assert.Equal("narrow", Assert.Single(plan.Moves).Vm.Name);
        Assert.Equal("It needs 1 GiB and 65 vCPUs; vCPUs left at 8 for each CPU: b1 0. Raise limits.cpuOvercommit, or name another site under destination.sites.", Assert.Single(plan.Unplaced).Reason);
    }

    [Fact]
    public void What_stays_together_goes_together_and_what_stays_apart_does_not()
    {
        var scope = Scope(Seen(A1, 0, [Vm("app", 1), Vm("db", 6), Vm("web-1", 1), Vm("web-2", 1), Vm("web-3", 1)]), Seen(B1, 8192, Vm("web-4", 1)), Seen(B2, 8192)) with
        {
            Rules = NoRules with
            {
                Groups =
                [
                    new VmGroup("erp", GroupRule.TogetherOnHost, [Id("app"), Id("db")]),
                    new VmGroup("web", GroupRule.ApartByHost, [Id("web-1"), Id("web-2"), Id("web-3"), Id("web-4")]),
                ],
            },
        };

        var plan = Plan(scope);

        Assert.Equal(At(plan, "app"), At(plan, "db"));
        Assert.Equal("b2", Assert.Single(plan.Moves, move => move.Vm.Name.StartsWith("web", StringComparison.Ordinal)).Destination.Host.Value);
        Assert.All(plan.Unplaced, vm => Assert.Contains("its group stays apart: b1 has one of web, b2 has one of web", vm.Reason, StringComparison.Ordinal));
        Assert.Equal(2, plan.Unplaced.Count);
    }

    [Fact]
    public void A_group_that_fits_on_no_host_stays_as_a_whole_and_says_why()
    {
        var scope = Scope(Seen(A1, 0, [Vm("app", 3), Vm("db", 6)]), Seen(B1, 8192), Seen(B2, 8192)) with
        {
            Rules = NoRules with { Groups = [new VmGroup("erp", GroupRule.TogetherOnHost, [Id("app"), Id("db")])] },
        };

        var plan = Plan(scope);

        Assert.Empty(plan.Moves);
        Assert.All(plan.Unplaced, vm => Assert.StartsWith("Its group erp stays on one host; that needs 9 GiB and 2 vCPUs; left above the headroom of 0 B: b1 8 GiB, b2 8 GiB.", vm.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void A_group_at_one_site_passes_over_a_site_that_takes_only_some_of_it()
    {
        var scope = Scope(Seen(A1, 0, [Vm("app", 3), Vm("db", 6)]), Seen(B1, 8192), Seen(C1, 8192), Seen(Host("c2", "C"), 8192)) with
        {
            Rules = NoRules with { Groups = [new VmGroup("erp", GroupRule.TogetherAtSite, [Id("app"), Id("db")])] },
        };

        Assert.All(Plan(scope, "B", "C").Moves, move => Assert.Equal("C", move.Destination.Site.Value));
        Assert.All(Plan(scope).Unplaced, vm => Assert.Contains("erp", vm.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void A_VM_whose_group_stays_elsewhere_says_who_and_where()
    {
        var scope = Scope(Seen(A1, 0, Vm("app", 1)), Seen(A2, 0, Vm("db", 1)), Seen(B1, 8192)) with
        {
            Rules = NoRules with { Groups = [new VmGroup("erp", GroupRule.TogetherOnHost, [Id("app"), Id("db")])] },
        };

        Assert.Equal(
            "Its group erp stays on one host, and db at a2 is where no VM of this plan may go. Move that one too, or take it out of the group.",
            Assert.Single(Plan(scope).Unplaced).Reason);
        Assert.Equal("a2", At(Plan(scope with { Hosts = [scope.Hosts[0], Seen(A2, 8192, Vm("db", 1)), scope.Hosts[2]] }, "B", "A"), "app"));
    }

    [Fact]
    public void Groups_that_contradict_each_other_are_named()
    {
        var scope = Scope(Seen(A1, 0, [Vm("app", 1), Vm("db", 1)]), Seen(B1, 8192)) with
        {
            Rules = NoRules with
            {
                Groups = [new VmGroup("erp", GroupRule.TogetherOnHost, [Id("app"), Id("db")]), new VmGroup("pair", GroupRule.ApartByHost, [Id("app"), Id("db")])],
            },
        };

        Assert.All(Plan(scope).Unplaced, vm => Assert.StartsWith("The group pair keeps apart what erp keeps on one host.", vm.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void A_host_of_another_CPU_model_is_taken_last_and_is_taken()
    {
        var scope = Scope(Seen(A1, 0, [Vm("one", 2), Vm("two", 2)]), Model(Seen(B1, 65536), "other"), Seen(B2, 3072));

        var plan = Plan(scope);

        Assert.Equal(("b2", "b1"), (At(plan, "one"), At(plan, "two")));
    }

    [Fact]
    public void Spreads_or_packs_as_the_policy_says()
    {
        var scope = Scope(Seen(A1, 0, [Vm("one", 2), Vm("two", 2)]), Seen(B1, 8192), Seen(B2, 7168));

        Assert.Equal(["b1", "b2"], Plan(scope).Moves.Select(move => move.Destination.Host.Value).Order());
        var packed = EvacuationPlanner.Plan(A1.Host, Sample.Plan with { Policy = Policy with { Placement = PlacementPreference.Pack } }, scope);
        Assert.All(packed.Moves, move => Assert.Equal("b2", move.Destination.Host.Value));
    }

    [Fact]
    public void A_VM_that_two_hosts_report_is_not_moved()
    {
        var scope = Scope(Seen(A1, 0, Vm("one", 2)), Seen(A2, 0, Vm("one", 2)), Seen(B1, 8192));

        var plan = EvacuationPlanner.Plan([A1.Host, A2.Host], Sample.Plan, scope);

        Assert.Equal("It is reported by a1 and a2. Find out where it runs before it is moved.", Assert.Single(plan.Unplaced).Reason);
    }

    [Fact]
    public void Predicts_begin_and_end_of_each_and_names_what_binds()
    {
        // 1 Gbit/s is 125 MB/s: 1 GiB takes 8.59 s by itself, and the two of them share the link.
        var plan = Plan(Scope(Seen(A1, 0, [Vm("one", 1), Vm("two", 1)]), Seen(B1, 8192)));

        Assert.Equal(20.18, plan.PredictedMakespan!.Value.TotalSeconds, 2);
        Assert.Equal((17.18, "the link from A to B"), (Math.Round(plan.LowerBound!.Value.TotalSeconds, 2), plan.BoundBy));
        Assert.All(plan.Moves, move => Assert.Equal((0, 20.18), (move.Forecast!.Begin.TotalSeconds, Math.Round(move.Forecast.End.TotalSeconds, 2))));
    }

    [Fact]
    public void Fewer_move_at_once_where_each_would_have_less_than_its_guest_dirties()
    {
        var scope = Scope(Seen(A1, 0, [Vm("one", 1), Vm("two", 1), Vm("three", 1)]), Seen(B1, 8192)) with
        {
            Rules = NoRules with { Vms = [new VmRule(Id("one"), null, Bandwidth.FromMegabitsPerSecond(500)), new VmRule(Id("two"), null, Bandwidth.FromMegabitsPerSecond(500))] },
        };

        var plan = Plan(scope);

        Assert.All(plan.Moves, move => Assert.DoesNotContain(plan.Moves, other => other != move && other.Forecast!.Begin < move.Forecast!.End && move.Forecast.Begin < other.Forecast.End));
        Assert.StartsWith("dirty rates", plan.HeldBackBy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_guest_that_dirties_more_than_its_way_carries_is_moved_alone_and_in_doubt()
    {
        var scope = Scope(Seen(A1, 0, [Vm("one", 1), Vm("two", 1)]), Seen(B1, 8192)) with { Rules = NoRules with { Vms = [new VmRule(Id("one"), null, Bandwidth.FromMegabitsPerSecond(2000))] } };

        var one = Plan(scope).Moves.Single(move => move.Vm.Name == "one");

        Assert.Equal("It dirties 238.4 MiB/s, and its way carries 119.2 MiB/s: it is moved with nothing beside it, and must be slowed down to arrive. Allow migration.autoConverge, or move it when it has less to do.", one.Forecast!.Doubt);
        Assert.Equal(3 + (1.073741824 / 0.125 / 0.2), (one.Forecast.End - one.Forecast.Begin).TotalSeconds, 2);
    }

    [Fact]
    public void What_waits_leaves_a_host_that_fell_silent_or_lost_its_room_and_nothing_else_changes()
    {
        var before = Scope(Seen(A1, 0, [Vm("one", 1), Vm("two", 1), Vm("three", 1), Vm("four", 1)]), Seen(B1, 8192), Seen(B2, 8192));
        var moves = Plan(before).Moves;
        var stays = moves.Where(move => move.Destination.Host == B2.Host).ToArray();
        Assert.Equal(2, stays.Length);

        var silent = EvacuationPlanner.Replan([A1.Host], moves, Sample.Plan, before with { Hosts = [before.Hosts[0], Silent(B1), Seen(B2, 8192)] }, [], []);
        Assert.All(silent, move => Assert.Equal("b2", move.Destination.Host.Value));
        Assert.All(stays, move => Assert.Contains(move, silent));

        var fuller = EvacuationPlanner.Replan([A1.Host], moves, Sample.Plan, before with { Hosts = [before.Hosts[0], Seen(B1, 1600), Seen(B2, 8192)] }, [], []);
        Assert.Equal(3, fuller.Count(move => move.Destination.Host == B2.Host));

        var nowhere = EvacuationPlanner.Replan([A1.Host], moves, Sample.Plan, before with { Hosts = [before.Hosts[0], Silent(B1), Silent(B2)] }, [], []);
        Assert.Equal(moves, nowhere);
    }

    [Fact]
    public void A_guest_that_has_arrived_holds_its_room_once()
    {
        var first = Scope(Seen(A1, 0, [Vm("one", 6), Vm("two", 6)]), Seen(B1, 13312), Seen(B2, 6656));
        var moves = Plan(first).Moves;
        var arrived = first with { Hosts = [Seen(A1, 0, Vm("two", 6)), Seen(B1, 7168, Vm("one", 6) with { Host = B1.Host }), Seen(B2, 6656)] };

        Assert.Equal("b1", EvacuationPlanner.Replan([A1.Host], [moves[1] with { Destination = B1 }], Sample.Plan, arrived, [moves[0]], [])[0].Destination.Host.Value);
        Assert.Equal("b2", EvacuationPlanner.Replan([A1.Host], [moves[1] with { Destination = B1 }], Sample.Plan, arrived with { Hosts = [arrived.Hosts[0], Seen(B1, 7168), arrived.Hosts[2]] }, [moves[0]], [])[0].Destination.Host.Value);
    }

    private static EvacuationPlan Plan(ScopeObservation scope, params string[] sites) => EvacuationPlanner.Plan(
        A1.Host, Sample.Plan with { Policy = Policy, DestinationSites = sites.Length == 0 ? [new SiteId("B")] : [.. sites.Select(site => new SiteId(site))] }, scope);

    private static VmCopy Vm(string name, double gibibytes, int vcpus = 1) =>
        new(new VmRef(Id(name), name), A1.Host, VmState.Running, true, Bytes.FromMebibytes(gibibytes * 1024), vcpus);

    private static VmId Id(string name) => new($"id-{name}");

    private static HostObservation Model(HostObservation host, string model) => host with { Facts = host.Facts! with { CpuModel = model } };

    private static string At(EvacuationPlan plan, string vm) => plan.Moves.Single(move => move.Vm.Name == vm).Destination.Host.Value;
}
