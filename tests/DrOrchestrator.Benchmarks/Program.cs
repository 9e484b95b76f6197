using System.Globalization;
using DrOrchestrator.Benchmarks;
using DrOrchestrator.SystemTests.Infrastructure;
using DrOrchestrator.Testing;

// Measures the spine on a real database (fsync on) and a real broker (quorum queues), with hypervisors that take no time:
//   throughput   moves per second, 100 and 1,000 moves, three interleaved rounds, medians
//   latency      alert POST to the first EnsureMigration, without hold-down
//   ingest       events per second that are durable, by AMQP and over HTTP, against raw publishing and inserting
//   idle         memory and CPU of a server that has nothing to do
// and of the core alone, without any of these:
//   planner      1,000 VMs over 50 hosts: predicted makespan over its lower bound, and the time to plan, beside two naive ways
// and, where it is asked for, on the real lab, which must be up:
//   evacuation   eight guests off one host, against plain virsh at the same parallelism
// Ends with 1 where a figure is not what it is wanted to be, after a line for each that is not.
string[] known = ["planner", "throughput", "latency", "ingest", "idle"];
var parts = args.Length > 0 ? args : known;
var goals = new Goals();
if (parts is ["evacuation", ..])
{
    await Evacuation.Measure(goals, rounds: parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 3);
    return goals.Tell(Console.Out);
}

if (parts.FirstOrDefault(part => !known.Contains(part, StringComparer.Ordinal)) is { } unknown)
{
    await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"There is no part '{unknown}'; there are {string.Join(", ", known)} and, alone, evacuation [ROUNDS]."));
    return 2;
}

if (parts.Contains("planner", StringComparer.Ordinal))
{
    PlannerFigures.Measure(goals, rounds: 5);
    parts = [.. parts.Where(part => part != "planner")];
}

if (parts.Length == 0)
{
    return goals.Tell(Console.Out);
}

await using var services = new Services();
await services.InitializeAsync();
foreach (var part in parts)
{
    switch (part)
    {
        case "throughput":
            await Throughput.Measure(services, goals);
            break;
        case "latency":
            await AlertLatency.Measure(services, goals, samples: 100);
            break;
        case "ingest":
            await Ingest.Measure(services, goals);
            break;
        default:
            await IdleServer.Measure(services);
            break;
    }
}

return goals.Tell(Console.Out);
