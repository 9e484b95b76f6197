using System.Globalization;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Plans;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.SystemTests.Infrastructure;
using DrOrchestrator.Testing;
using Npgsql;

namespace DrOrchestrator.Benchmarks;

/// <summary>Moves per second with a driver that takes no time: what the record, the broker and the claims cost.</summary>
internal static class Throughput
{
    private const int WarmUp = 200;
    private const double WantedPerSecond = 40;
    private const double WantedCost = 1.15;

    public static async Task Measure(Services services, Goals goals)
    {
        var perMove = new Dictionary<int, List<double>> { [100] = [], [1000] = [] };
        for (var round = 1; round <= 3; round++)
        {
            foreach (var moves in perMove.Keys)
            {
                var seconds = await Round(services, moves, string.Create(CultureInfo.InvariantCulture, $"bench_{round}_{moves}"));
                perMove[moves].Add(seconds / moves);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"round {round}: {moves} moves in {seconds:0.00} s, {moves / seconds:0.0} moves/s"));
            }
        }

        double Median(int moves) => perMove[moves].Order().ElementAt(1);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"benchmark":"throughput","movesPerSecond100":{{1 / Median(100):0.0}},"movesPerSecond1000":{{1 / Median(1000):0.0}},"costPerMove1000Over100":{{Median(1000) / Median(100):0.000}}}"""));
        goals.AtLeast("throughput: moves per second in runs of 100", 1 / Median(100), WantedPerSecond);
        goals.AtLeast("throughput: moves per second in runs of 1,000", 1 / Median(1000), WantedPerSecond);
        goals.AtMost("throughput: cost per move, 1,000 against 100,", Median(1000) / Median(100), WantedCost);
    }

    /// <summary>
    /// One run of that many moves, on a server as it is shipped that has made a run of 200 before: a compiler's first
    /// seconds are no part of what a move costs.
    /// </summary>
    private static async Task<double> Round(Services services, int moves, string schema)
    {
        await using var fleet = await TestFleet.Start(services.Folder, moves, memoryMebibytes: 64, instant: true, alsoOnA2: WarmUp);
        await using var server = TestServer.Start(services, schema, 15981, schema, hasty: false);
        await TestServer.WaitUntilUp(15981);
        await Condition.Until(() => Enrolled(services, schema, moves + WarmUp), TimeSpan.FromMinutes(3), "all VMs are enrolled");
        await using var bus = await BusClient.Connect(services.RabbitMq);
        await Run(services, bus, schema, new RunId($"{schema}_warm"), new HostId("a2"));
        return await Run(services, bus, schema, new RunId(schema), new HostId("a1"));
    }

    private static async Task<double> Run(Services services, BusClient bus, string schema, RunId run, HostId scope)
    {
        await bus.Send($"run-{run}", new RunMessage.StartRun(run, Plan(), scope, new RunTrigger(RunTriggerKind.Operator, new Actor("bench"), "A benchmark.")));
        await Condition.Until(async () => await Seconds(services, schema, run) is not null, TimeSpan.FromMinutes(5), $"{run} has ended", Condition.Seldom);
        return (await Seconds(services, schema, run))!.Value;
    }

    private static RecoveryPlan Plan() => new(
        "evacuate-host", "bench", "A benchmark.", PlanScope.Host, [new SiteId("B")],
        PlanPolicy.Default with { Parallel = 512, PerDestination = 512, Move = MovePolicy.Default }, []);

    private static async Task<bool> Enrolled(Services services, string schema, int moves)
    {
        try
        {
            await using var command = services.Source.CreateCommand($"select count(*) from {schema}.mt_events where type = 'vm_enrolled'");
            return (long)(await command.ExecuteScalarAsync())! >= moves;
        }
        catch (PostgresException)
        {
            return false;
        }
    }

    /// <summary>From the run's start to its end, by the events themselves; null: it has not ended.</summary>
    private static async Task<double?> Seconds(Services services, string schema, RunId run)
    {
        await using var command = services.Source.CreateCommand($"""
            select extract(epoch from (select timestamp from {schema}.mt_events where type = 'run_ended' and stream_id = 'run-{run}')
              - (select timestamp from {schema}.mt_events where type = 'run_started' and stream_id = 'run-{run}'))::float8
            """);
        return await command.ExecuteScalarAsync() as double?;
    }
}
