using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DrOrchestrator.Simulation;

// simulate [SEED] [--seeds N] [--from S] [--mutant NAME] [--transcript] | --mutants N
int? single = null;
var count = 100;
var from = 1;
var mutant = Mutant.None;
var tell = false;
for (var i = 0; i < args.Length; i++)
{
    string Value() => ++i < args.Length ? args[i] : throw new ArgumentException($"{args[i - 1]} needs a value.");
    switch (args[i])
    {
        case "--seeds":
            count = int.Parse(Value(), CultureInfo.InvariantCulture);
            break;
        case "--from":
            from = int.Parse(Value(), CultureInfo.InvariantCulture);
            break;
        case "--mutant":
            mutant = Enum.Parse<Mutant>(Value().Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
            break;
        case "--mutants":
            return Mutants.AreAllCaught(int.Parse(Value(), CultureInfo.InvariantCulture)) ? 0 : 1;
        case "--transcript":
            tell = true;
            break;
        default:
            single = int.Parse(args[i], CultureInfo.InvariantCulture);
            break;
    }
}

(from, count) = single is { } seed ? (seed, 1) : (from, count);
Console.WriteLine(count == 1 ? $"seed {from}" : $"seeds {from} to {from + count - 1}");
var began = Stopwatch.GetTimestamp();
var results = new SimulationResult[count];
var gate = new Lock();

// Each seed is one thread's own world; seeds share nothing.
Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, index =>
{
    var result = Simulation.Run(from + index, mutant);
    lock (gate)
    {
        if (!result.Holds || tell)
        {
            Console.WriteLine($"--- seed {result.Seed}");
            foreach (var line in count == 1 || result.Holds ? result.Transcript : result.Transcript.TakeLast(60))
            {
                Console.WriteLine(line);
            }

            foreach (var what in result.Violations.Concat(result.Unfinished))
            {
                Console.WriteLine($"seed {result.Seed}: {what}");
            }
        }

        results[index] = result with { Transcript = [] };
    }
});

int Sum(string name) => results.Sum(result => result.Counts.GetValueOrDefault(name));
var summary = new
{
    seeds = count,
    violations = results.Sum(result => result.Violations.Count),
    unfinished = results.Sum(result => result.Unfinished.Count),
    failing = results.Where(result => !result.Holds).Select(result => result.Seed).ToArray(),
    runs = Sum("run_started"),
    moves = Sum("vm_move_started"),
    verified = Sum("vm_guest_verified"),
    claims = Sum("vm_order_claimed"),
    lapsedClaims = Sum("vm_claim_lapsed"),
    investigations = Sum("vm_investigation_started"),
    replanned = Sum("run_replanned"),
    foundRunning = Sum("vm_transfer_found_running"),
    events = results.Sum(result => result.Counts.Values.Sum()),
    steps = results.Sum(result => result.Steps),
    seconds = Math.Round(Stopwatch.GetElapsedTime(began).TotalSeconds, 1),
};
Console.WriteLine(JsonSerializer.Serialize(summary));
return summary.violations + summary.unfinished > 0 ? 1 : 0;
