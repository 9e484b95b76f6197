using DrOrchestrator.Core.Planning;
using Xunit;

namespace DrOrchestrator.Core.Tests.Planning;

public sealed class LargeFleetTests
{
    public static TheoryData<string> Shapes() => [.. LargeFleet.All.Select(fleet => fleet.Binds)];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_thousand_VMs_take_at_most_a_tenth_more_than_bandwidth_alone_asks_for(string binds)
    {
        var fleet = LargeFleet.All.Single(fleet => fleet.Binds == binds);

        var plan = fleet.ByPlanner();

        Assert.Equal((1000, 0), (plan.Moves.Count, plan.Unplaced.Count));
        var ratio = plan.PredictedMakespan!.Value / fleet.LowerBound();
        Assert.True(ratio is >= 1 and <= 1.10, $"{ratio:0.000}: {plan.PredictedMakespan} against {fleet.LowerBound()}; held back by {plan.HeldBackBy}");
        Assert.True(fleet.LowerBound() <= plan.LowerBound + TimeSpan.FromMilliseconds(1));

        // Where the hosts that are emptied bind, any destination and any order will do: there the naive way is as good.
        Assert.True(plan.PredictedMakespan <= fleet.ByFirstFit() * 1.01, $"{plan.PredictedMakespan} against {fleet.ByFirstFit()} by first fit");
        Assert.True(plan.PredictedMakespan < fleet.OneAtATime(plan) / 5);
    }

    [Fact]
    public void Its_timetable_exceeds_no_limit_at_any_moment()
    {
        var fleet = LargeFleet.SourcesBind();
        var limits = new LimitsOfAFleet(fleet.Plan.Policy, fleet.Scope);
        var plan = fleet.ByPlanner();

        foreach (var moment in plan.Moves.Select(move => move.Forecast!.Begin).Distinct())
        {
            PlannedMove[] open = [.. plan.Moves.Where(move => move.Forecast!.Begin <= moment && moment < move.Forecast.End)];
            Assert.Empty(limits.Exceeded(open));
        }
    }
}
