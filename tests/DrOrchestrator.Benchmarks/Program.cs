using System.Globalization;
using DrOrchestrator.Benchmarks;
using DrOrchestrator.SystemTests.Infrastructure;

// Measures the spine on a real database (fsync on) and a real broker (quorum queues), with hypervisors that take no time:
//   throughput   moves per second, 100 and 1,000 moves, three interleaved rounds, medians
//   latency      alert POST to the first EnsureMigration, without hold-down
//   ingest       events per second that are durable, by AMQP and over HTTP, against raw publishing and inserting
//   idle         memory and CPU of a server that has nothing to do
// and of the core alone, without any of these:
//   planner      1,000 VMs over 50 hosts: predicted makespan over its lower bound, and the time to plan, beside two naive ways
// and, where it is asked for, on the real lab, which must be up:
//   evacuation   eight guests off one host, against plain virsh at the same parallelism
var parts = args.Length > 0 ? args : ["planner", "throughput", "latency", "ingest", "idle"];
if (parts is ["evacuation", ..])
{
    await Evacuation.Measure(rounds: parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 3);
    return 0;
}

if (parts.Contains("planner", StringComparer.Ordinal))
{
    var holds = PlannerFigures.Measure(rounds: 5);
    if (parts.Length == 1)
    {
        return holds ? 0 : 1;
    }

    parts = [.. parts.Where(part => part != "planner")];
}

await using var services = new Services();
await services.InitializeAsync();
foreach (var part in parts)
{
    switch (part)
    {
        case "throughput":
            await Throughput.Measure(services);
            break;
        case "latency":
            await AlertLatency.Measure(services, samples: 100);
            break;
        case "ingest":
            await Ingest.Measure(services);
            break;
        case "idle":
            await IdleServer.Measure(services);
            break;
        default:
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"There is no part '{part}'; there are planner, throughput, latency, ingest, idle and, alone, evacuation [ROUNDS]."));
            return 2;
    }
}

return 0;
