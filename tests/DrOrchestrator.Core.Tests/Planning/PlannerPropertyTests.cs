using System.Text.Json;
using CsCheck;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Engine.Serialization;
using Xunit;

namespace DrOrchestrator.Core.Tests.Planning;

/// <summary>What holds for every plan of every fleet.</summary>
public sealed class PlannerPropertyTests
{
    [Fact]
    public void Every_VM_is_placed_or_explained_and_none_is_both() => Check((fleet, plan) =>
    {
        var told = plan.Moves.Select(move => move.Vm.Id.Value).Concat(plan.Unplaced.Select(vm => vm.Vm.Id.Value)).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(fleet.ToMove.Select(copy => copy.Vm.Id.Value).Order(StringComparer.Ordinal), told);
        Assert.All(plan.Unplaced, vm => Assert.Matches(@"^[A-Z].{20,}\.$", vm.Reason));
    });

    [Fact]
    public void Only_hosts_that_answered_at_a_site_of_the_plan_take_VMs() => Check((fleet, plan) => Assert.All(plan.Moves, move =>
    {
        Assert.Contains(move.Destination.Site, fleet.Recovery.DestinationSites);
        Assert.True(fleet.Scope.Hosts.First(host => host.Host == move.Destination.Host).Answered);
        Assert.DoesNotContain(move.Destination.Host, fleet.Sources);
    }));

    [Fact]
    public void No_destination_is_given_more_than_it_has() => Check((fleet, plan) => Assert.All(plan.Moves.GroupBy(move => move.Destination.Host), arriving =>
    {
        var host = fleet.Scope.Hosts.First(host => host.Host == arriving.Key);
        Assert.True(arriving.Sum(move => move.Memory.Value) + fleet.Policy.MemoryHeadroom.Value <= host.Facts!.MemoryFree.Value);
        var running = host.Copies.Where(copy => copy.State is not VmState.Shutoff).Sum(copy => copy.Vcpus);
        Assert.True(running + arriving.Sum(move => fleet.CopyOf(move.Vm.Id).Vcpus) <= host.Facts.Cpus * fleet.Policy.CpuOvercommit);
    }));

    [Fact]
    public void Groups_are_kept() => Check((fleet, plan) =>
    {
        var after = plan.Moves.ToDictionary(move => move.Vm.Id, move => move.Destination);
        foreach (var group in fleet.Rules.Groups)
        {
            var moved = group.Vms.Where(after.ContainsKey).Select(vm => after[vm]).ToArray();
            var staying = group.Vms.Where(vm => !after.ContainsKey(vm)).Select(fleet.CopyOf)
                .Where(copy => copy.State is not VmState.Shutoff && !fleet.Sources.Contains(copy.Host)).Select(copy => fleet.Scope.Hosts.First(host => host.Host == copy.Host).Endpoint);
            HostEndpoint[] all = moved.Length == 0 ? [] : [.. moved, .. staying];
            var holds = group.Rule switch
            {
                GroupRule.TogetherOnHost => all.Select(host => host.Host).Distinct().Count() <= 1,
                GroupRule.TogetherAtSite => all.Select(host => host.Site).Distinct().Count() <= 1,
                _ => moved.All(host => all.Count(other => other.Host == host.Host) == 1),
            };
            Assert.True(holds, $"{group.Name} {group.Rule}: {string.Join(", ", all.Select(host => host.Host))}");
        }
    });

    [Fact]
    public void No_limit_is_exceeded_at_any_moment() => CheckPredicted((fleet, plan) =>
    {
        var limits = new LimitsOfAFleet(fleet.Policy, fleet.Scope);
        foreach (var moment in plan.Moves.Select(move => move.Forecast!.Begin).Distinct())
        {
            PlannedMove[] open = [.. plan.Moves.Where(move => move.Forecast!.Begin <= moment && moment < move.Forecast.End)];
            Assert.Empty(limits.Exceeded(open));
        }
    });

    [Fact]
    public void No_more_are_under_way_than_the_plan_says_itself() => CheckPredicted((_, plan) => Assert.All(plan.Moves, move =>
        Assert.True(plan.Moves.Count(other => other.Forecast!.Begin <= move.Forecast!.Begin && move.Forecast.Begin < other.Forecast.End) <= (plan.AtOnce ?? int.MaxValue))));

    [Fact]
    public void An_important_VM_leaves_after_a_lesser_one_only_where_a_limit_held_it() => CheckPredicted((fleet, plan) =>
    {
        var limits = new LimitsOfAFleet(fleet.Policy with { Parallel = Math.Min(fleet.Policy.Parallel, plan.AtOnce ?? int.MaxValue) }, fleet.Scope);
        foreach (var (index, important) in plan.Moves.Index())
        {
            foreach (var lesser in plan.Moves.Where(move => fleet.PriorityOf(move.Vm) < fleet.PriorityOf(important.Vm) && move.Forecast!.Begin < important.Forecast!.Begin))
            {
                var moment = lesser.Forecast!.Begin;
                PlannedMove[] open =
                [
                    .. plan.Moves.Index().Where(entry => entry.Item.Forecast!.End > moment
                        && (entry.Item.Forecast.Begin < moment
                            || (entry.Item.Forecast.Begin == moment && entry.Index < index && fleet.PriorityOf(entry.Item.Vm) >= fleet.PriorityOf(important.Vm)))).Select(entry => entry.Item),
                ];
                Assert.False(limits.Fits(open, important), $"{important.Vm} could have begun before {lesser.Vm}");
            }
        }
    });

    [Fact]
    public void The_lower_bound_is_no_more_than_any_move_or_way_and_the_prediction_no_less() => CheckPredicted((fleet, plan) =>
    {
        var limits = new LimitsOfAFleet(fleet.Policy, fleet.Scope);
        Assert.True(plan.LowerBound <= plan.PredictedMakespan, $"{plan.LowerBound} {plan.PredictedMakespan}");
        Assert.Equal(plan.Moves.Select(move => move.Forecast!.End).DefaultIfEmpty().Max(), plan.PredictedMakespan);
        var ways = plan.Moves.SelectMany(move => limits.WaysOf(move).Select(way => (way.Name, Seconds: move.Memory.Value / way.Width))).GroupBy(way => way.Name).Select(way => way.Sum(move => move.Seconds));
        var least = ways.Concat(plan.Moves.Select(move => move.Memory.Value / limits.Alone(move))).DefaultIfEmpty().Max();
        Assert.Equal(least, plan.LowerBound!.Value.TotalSeconds, 3);
    });

    [Fact]
    public void No_plan_takes_longer_than_one_move_at_a_time() => CheckPredicted((fleet, plan) =>
    {
        var limits = new LimitsOfAFleet(fleet.Policy, fleet.Scope);
        var inTurn = plan.Moves.Aggregate(TimeSpan.Zero, (sum, move) => sum + limits.AloneTakes(move));
        Assert.True(plan.PredictedMakespan <= inTurn + TimeSpan.FromMilliseconds(2), $"{plan.PredictedMakespan} {inTurn}");
        Assert.All(plan.Moves, move => Assert.True(move.Forecast!.End - move.Forecast.Begin >= limits.AloneTakes(move) - TimeSpan.FromMilliseconds(2), $"{move}"));
    });

    [Fact]
    public void Nothing_is_predicted_where_nothing_is_known_of_a_way() => Check((fleet, plan) =>
    {
        var limits = new LimitsOfAFleet(fleet.Policy, fleet.Scope);
        var known = plan.Moves.All(move => limits.WaysOf(move).Any());
        Assert.Equal(known, plan.PredictedMakespan is not null);
        Assert.All(plan.Moves, move => Assert.Equal(known, move.Forecast is not null));
    });

    [Fact]
    public void The_same_look_gives_the_same_plan_also_when_it_comes_from_the_record() => Sample(seed =>
    {
        var (one, other) = (GeneratedFleet.Of(seed), GeneratedFleet.Of(seed));
        var stored = other with { Scope = JsonSerializer.Deserialize<ScopeObservation>(JsonSerializer.Serialize(other.Scope, EngineJson.Options), EngineJson.Options)! };
        Assert.Equal(Json(one.Plan()), Json(stored.Plan()));
    });

    [Fact]
    public void A_second_look_that_shows_the_same_changes_nothing() => Check((fleet, plan) =>
    {
        var waiting = plan.Moves.Skip(plan.Moves.Count / 2).ToArray();
        var decided = plan.Moves.Take(plan.Moves.Count / 2).ToArray();
        Assert.Equal(waiting, EvacuationPlanner.Replan(fleet.Sources, waiting, fleet.Recovery, fleet.Scope, decided, []));
    });

    private static void Check(Action<GeneratedFleet, EvacuationPlan> check) => Sample(seed =>
    {
        var fleet = GeneratedFleet.Of(seed);
        check(fleet, fleet.Plan());
    });

    private static void CheckPredicted(Action<GeneratedFleet, EvacuationPlan> check) => Check((fleet, plan) =>
    {
        if (plan.PredictedMakespan is not null)
        {
            check(fleet, plan);
        }
    });

    private static void Sample(Action<int> one) => Gen.Int.Sample(one, iter: 1000);

    private static string Json(EvacuationPlan plan) => JsonSerializer.Serialize(plan, EngineJson.Options);
}
