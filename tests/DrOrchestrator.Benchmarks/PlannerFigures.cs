using System.Diagnostics;
using System.Globalization;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Testing;

namespace DrOrchestrator.Benchmarks;

/// <summary>
/// Planning 1,000 VMs over 50 hosts, in three shapes that differ in what bandwidth binds. Makespans are predictions, all of them of
/// the same simulation under the same limits, over a lower bound that knows of no placement and no order. The figures of the whole line are
/// the worst over the shapes, of each way of planning.
/// </summary>
internal static class PlannerFigures
{
    /// <summary>How long a plan of this size may take to make.</summary>
    private const double WantedMilliseconds = 1000;

    private const double WantedRatio = 1.10;

    public static void Measure(Goals goals, int rounds)
    {
        var shapes = new List<string>();
        var (worstRatio, worstFirst, worstSerial, slowest, coldest) = (0d, 0d, 0d, 0d, 0d);
        foreach (var fleet in LargeFleet.All)
        {
            var milliseconds = new List<double>();
            EvacuationPlan? plan = null;
            for (var round = 0; round <= rounds; round++)
            {
                var began = Stopwatch.GetTimestamp();
                plan = fleet.ByPlanner();
                milliseconds.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            var (first, warm) = (milliseconds[0], milliseconds.Skip(1).Order().ElementAt(rounds / 2));
            double Over(TimeSpan makespan) => makespan / fleet.LowerBound();
            var (ratio, firstFit, serial) = (Over(plan!.PredictedMakespan!.Value), Over(fleet.ByFirstFit()), Over(fleet.OneAtATime(plan)));
            (worstRatio, worstFirst, worstSerial) = (Math.Max(worstRatio, ratio), Math.Max(worstFirst, firstFit), Math.Max(worstSerial, serial));
            (slowest, coldest) = (Math.Max(slowest, warm), Math.Max(coldest, first));
            shapes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"binds":"{{fleet.Binds}}","boundBy":"{{plan.BoundBy}}","placed":{{plan.Moves.Count}},"lowerBoundSeconds":{{fleet.LowerBound().TotalSeconds:0.0}},"makespanSeconds":{{plan.PredictedMakespan.Value.TotalSeconds:0.0}},"makespanOverLowerBound":{{ratio:0.000}},"firstFitOverLowerBound":{{firstFit:0.000}},"oneAtATimeOverLowerBound":{{serial:0.000}},"planningMilliseconds":{{warm:0}},"firstPlanningMilliseconds":{{first:0}}}"""));
        }

        var holds = worstRatio <= WantedRatio && coldest <= WantedMilliseconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"benchmark":"planner","vms":1000,"hosts":50,"rounds":{{rounds}},"makespanOverLowerBound":{{worstRatio:0.000}},"wantedAtMost":{{WantedRatio:0.00}},"planningMilliseconds":{{slowest:0}},"firstPlanningMilliseconds":{{coldest:0}},"wantedMillisecondsAtMost":{{WantedMilliseconds:0}},"firstFitOverLowerBound":{{worstFirst:0.000}},"oneAtATimeOverLowerBound":{{worstSerial:0.000}},"holds":{{(holds ? "true" : "false")}},"shapes":[{{string.Join(',', shapes)}}]}"""));
        goals.AtMost("planner: predicted makespan over its lower bound, worst of the shapes,", worstRatio, WantedRatio);
        goals.AtMost("planner: milliseconds to plan, worst of the shapes,", coldest, WantedMilliseconds);
    }
}
