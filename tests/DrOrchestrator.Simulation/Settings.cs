using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Plans;

namespace DrOrchestrator.Simulation;

/// <summary>The world of one seed: how large, how hostile, and by which rules.</summary>
public sealed record Settings
{
    /// <summary>More than any two clocks differ here.</summary>
    public static readonly TimeSpan ClocksDiffer = TimeSpan.FromSeconds(1);

    public required int Seed { get; init; }

    public required Mutant Mutant { get; init; }

    /// <summary>
    /// Whether hosts refuse outdated orders when they execute them. Where they do, requests may be executed
    /// hours late and processes may stand still anywhere; where they do not, only what the driver states
    /// holds: late by less than its bound, and no standstill between its check and its call.
    /// </summary>
    public required bool Guarded { get; init; }

    public required int Servers { get; init; }

    public required int Vms { get; init; }

    /// <summary>How long faults happen.</summary>
    public required TimeSpan Trouble { get; init; }

    /// <summary>What happens in that time: hosts, links, processes, database, broker, people.</summary>
    public required int Incidents { get; init; }

    public required double HypervisorFaults { get; init; }

    /// <summary>How often the one call that matters, the start of a migration, goes wrong.</summary>
    public required double StartFaults { get; init; }

    /// <summary>How often trouble is aimed: at the process that just claimed a transfer, or at the hosts of it.</summary>
    public required double Aimed { get; init; }

    public required double DatabaseFaults { get; init; }

    public required double BrokerFaults { get; init; }

    public required Bandwidth Bandwidth { get; init; }

    /// <summary>How long a migration is under way before its destination shows it.</summary>
    public required TimeSpan PreparationTime { get; init; }

    /// <summary>A host that takes its time with every answer; null: none.</summary>
    public required string? SlowHost { get; init; }

    public required Bytes HostMemory { get; init; }

    public required TimeSpan LatestMessage { get; init; }

    /// <summary>How long after its sender gave up a request is executed, at a host that looks at its generation.</summary>
    public required TimeSpan LatestRequest { get; init; }

    /// <summary>About how long between two evacuations that people ask for.</summary>
    public required TimeSpan EvacuateEvery { get; init; }

    public required TimeSpan ClockSkew { get; init; }

    public required PlanPolicy Policy { get; init; }

    /// <summary>What all runs share.</summary>
    public required FleetLimits Limits { get; init; }

    /// <summary>How much may begin by itself.</summary>
    public required BrakeRules Rules { get; init; }

    /// <summary>About how long between two beginnings of a maintenance, of a host or of a site; half of the seeds have none.</summary>
    public required TimeSpan? MaintainEvery { get; init; }

    /// <summary>About how long between two halts, of everything or of one run; half of the seeds have none.</summary>
    public required TimeSpan? HaltEvery { get; init; }

    /// <summary>Whether guests arrive paused and wait for the source's word.</summary>
    public required bool ConfirmedHandover { get; init; }

    /// <summary>How long from a guest's arrival until its source hears of it.</summary>
    public required TimeSpan CutoverTime { get; init; }

    /// <summary>
    /// What the driver states. Well above what it takes to ask again, so that a driver that states none is found out: a request that
    /// is late by less than the next look has shown itself by then.
    /// </summary>
    public static TimeSpan PendingRequestBound { get; } = TimeSpan.FromSeconds(15);

    /// <summary>Where people halt things: how often a stop comes right when moves of a run are let through or end, or when a transfer is claimed.</summary>
    public static double AimedStops { get; } = 0.6;

    /// <summary>After the last fault everything must have come to rest within this: three attempts of every phase's own bound, and room.</summary>
    public static TimeSpan RestWithin { get; } = TimeSpan.FromHours(1);

    public static Settings Of(int seed, Mutant mutant)
    {
        var random = new Random(seed);
        double[] rates = [0, 0.01, 0.05, 0.15];
        TimeSpan Seconds(int from, int to) => TimeSpan.FromSeconds(random.Next(from, to));
        var guarded = random.Next(2) == 0;
        var limits = new Random(seed * 31 + 8);
        var world = new Settings
        {
            Seed = seed,
            Mutant = mutant,
            Guarded = mutant switch { Mutant.GenerationIgnored => true, Mutant.AbsenceIsProof or Mutant.StaleAnswers => false, _ => guarded },
            Servers = random.Next(2, 4),
            Vms = random.Next(3, 8),
            Trouble = Seconds(120, 480),
            Incidents = random.Next(5, 40),
            HypervisorFaults = rates[random.Next(rates.Length)],
            StartFaults = rates[random.Next(rates.Length)] * 3,
            Aimed = random.Next(3) * 0.3,
            DatabaseFaults = rates[random.Next(rates.Length)],
            BrokerFaults = rates[random.Next(rates.Length)],
            Bandwidth = Bandwidth.FromMegabitsPerSecond(random.Next(500, 10_000)),
            PreparationTime = TimeSpan.FromMilliseconds(random.Next(50, 3000)),
            SlowHost = random.Next(3) == 0 ? $"{"ab"[random.Next(2)]}{random.Next(1, 3)}" : null,
            HostMemory = new Bytes((long)random.Next(16, 64) << 30),
            LatestMessage = random.Next(10) == 0 ? TimeSpan.FromHours(2) : TimeSpan.FromMinutes(5),
            LatestRequest = random.Next(5) == 0 ? TimeSpan.FromMinutes(90) : TimeSpan.FromMinutes(5),
            EvacuateEvery = Seconds(10, 90),
            ClockSkew = TimeSpan.FromMilliseconds(random.Next(0, 200)),
            Policy = new PlanPolicy(
                random.Next(1, 5),
                random.Next(1, 3),
                Bytes.Zero,
                random.Next(1, 4),
                Seconds(1, 20),
                new MovePolicy(
                    MigrationOptions.Default with { Timeout = Seconds(20, 120) }, Seconds(15, 40), Seconds(10, 40), Seconds(20, 120), Seconds(10, 40)),
                limits.Next(2) == 0 ? limits.Next(1, 4) : null,
                limits.Next(2) == 0 ? limits.Next(1, 4) : null,
                (PlacementPreference)limits.Next(2)),
            ConfirmedHandover = random.Next(2) == 0 || mutant is Mutant.HandoverUnasked or Mutant.ShutOffIsGone,
            Limits = new FleetLimits(random.Next(1, 7), random.Next(1, 6), random.Next(1, 5), random.Next(1, 4), random.Next(1, 4)),
            Rules = new BrakeRules(random.Next(1, 5), random.Next(1, 4), Seconds(20, 300), Seconds(0, 120))
            {
                FlappingEpisodes = limits.Next(2, 5), FlappingWindow = TimeSpan.FromSeconds(limits.Next(30, 600)), FlappingQuiet = TimeSpan.FromSeconds(limits.Next(0, 120)),
            },
            MaintainEvery = limits.Next(2) == 0 ? TimeSpan.FromSeconds(limits.Next(20, 120)) : null,
            HaltEvery = random.Next(2) == 0 || mutant is Mutant.StopIgnored ? Seconds(10, 60) : null,
            CutoverTime = TimeSpan.FromMilliseconds(random.Next(50, 2500)),
        };
        return world.HaltEvery is null ? world : Busier(world);
    }

    /// <summary>Where people halt things there is something to halt: runs of several moves at once, of which some may begin and some may not.</summary>
    private static Settings Busier(Settings world) => world with
    {
        Vms = world.Vms + 3,
        Policy = world.Policy with { Parallel = world.Policy.Parallel + 1, PerDestination = world.Policy.PerDestination + 1, PerSource = null, PerLink = null },
        Limits = new FleetLimits(
            world.Limits.Total + 2, world.Limits.PerSite + 2, world.Limits.PerLink + 1, world.Limits.OutOfHost + 1, world.Limits.IntoHost + 1),
    };
}
