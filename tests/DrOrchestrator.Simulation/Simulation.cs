using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Drivers.Simulated;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Testing.Fakes;
using DrOrchestrator.Testing.Virtual;

namespace DrOrchestrator.Simulation;

/// <summary>What one seed showed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Violations">What must never be, and was.</param>
/// <param name="Unfinished">What had not come to rest in time.</param>
/// <param name="Counts">Events by name.</param>
/// <param name="Steps">Things done.</param>
/// <param name="Transcript">All of it, line by line.</param>
public sealed record SimulationResult(
    int Seed, IReadOnlyList<string> Violations, IReadOnlyList<string> Unfinished, IReadOnlyDictionary<string, int> Counts, long Steps,
    IReadOnlyList<string> Transcript)
{
    public bool Holds => Violations.Count == 0 && Unfinished.Count == 0;
}

/// <summary>
/// The whole system under one seed: the product's engine in two or three server processes, on a simulated
/// store, bus and clock, over simulated hypervisors, with trouble from the seed and checkers that judge from the
/// hypervisors. One thread; the same seed gives the same transcript.
/// </summary>
public sealed class Simulation
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly Settings settings;
    private readonly Ports ports;
    private readonly Random random;
    private readonly List<Server> servers = [];
    private int started;

    private Simulation(Settings settings)
    {
        this.settings = settings;
        random = new Random(settings.Seed * 31 + 5);
        Scheduler = new Scheduler(settings.Seed, Start);
        Transcript = new Transcript(Scheduler);
        Database = new FakeDatabase(Scheduler, settings.Seed * 31 + 6);
        Broker = new FakeBroker(Scheduler, settings.Seed * 31 + 7);
        Fleet = new SimulatedFleet(Scheduler.World.Clock, new SimulatedFleetOptions
        {
            PreparationTime = settings.PreparationTime,
            RequestsSurviveFreeze = settings.Guarded,
            GuardedHosts = settings.Guarded && settings.Mutant is not Mutant.GenerationIgnored,
            ConfirmedHandover = settings.ConfirmedHandover,
            CutoverTime = settings.CutoverTime,
            RecordEffects = false,
        });
        Hosts = [.. new[] { ("a1", "A"), ("a2", "A"), ("b1", "B"), ("b2", "B") }.Select(host => Fleet.AddHost(
            new SimulatedHostSettings(new HostId(host.Item1), new SiteId(host.Item2))
            {
                Bandwidth = settings.Bandwidth,
                Memory = settings.HostMemory,
                Latency = TimeSpan.FromMilliseconds(host.Item1 == settings.SlowHost ? random.Next(300, 1500) : random.Next(1, 20)),
            }))];
        Vms = [.. Enumerable.Range(1, settings.Vms).Select(number => Fleet.AddVm(
            new SimulatedVmSettings(new VmRef(new VmId($"vm{number}"), $"vm{number}")) { Memory = new Bytes((long)random.Next(1, 5) << 30) },
            Hosts[random.Next(Hosts.Length)].Host)).Select(vm => vm.Id)];
        var inventory = new SimulatedInventory(Hosts, [new SiteLink(new SiteId("A"), new SiteId("B"), settings.Bandwidth)], Rules());
        Own = OwnLimits.Of(Hosts, inventory.Rules);
        ports = new Ports(Scheduler, Database, Broker, Fleet, inventory, new RelayLock(Scheduler));
        Checks = new Checks(Database, Fleet, [.. Hosts.Select(host => host.Host)], [.. Vms.Select(vm => new VmRef(vm, vm.Value))], settings.Limits, Own, Transcript);
    }

    public Scheduler Scheduler { get; }

    public Transcript Transcript { get; }

    public FakeDatabase Database { get; }

    public FakeBroker Broker { get; }

    public SimulatedFleet Fleet { get; }

    public HostEndpoint[] Hosts { get; }

    public VmId[] Vms { get; }

    /// <summary>What hosts and their hypervisor allow of themselves.</summary>
    public OwnLimits Own { get; }

    public Checks Checks { get; }

    public static SimulationResult Run(int seed, Mutant mutant = Mutant.None) => new Simulation(Settings.Of(seed, mutant)).Run();

    public RunId[] Runs() =>
        [.. Database.Streams.Where(stream => stream.Kind == "run").Select(stream => new RunId(stream.Id))];

    /// <summary>Kills a process; another one takes its place after a while.</summary>
    public void Crash(Random draw, string? name = null)
    {
        if (Pick(servers, draw, name) is not { } victim)
        {
            return;
        }

        Transcript.Say(victim.Lane.Name, "is killed");
        victim.Lane.Kill();
        servers.Remove(victim);
        Scheduler.After(TimeSpan.FromSeconds(draw.NextDouble() * 30), StartServer);
    }

    /// <summary>Lets a process stand still, past claims and deadlines, and go on as if nothing had been.</summary>
    public void Pause(Random draw, string? name = null)
    {
        if (Pick([.. servers.Where(server => server.Lane.IsUp)], draw, name) is not { } victim
            || (!settings.Guarded && victim.Driver.Committing > 0))
        {
            return;
        }

        Transcript.Say(victim.Lane.Name, "stands still");
        victim.Lane.Pause();
        var seconds = draw.NextDouble() * (draw.Next(3) == 0 ? 180 : 30);
        Scheduler.After(TimeSpan.FromSeconds(seconds), () => Wake(victim));
    }

    public void WakeServers()
    {
        foreach (var server in servers)
        {
            Wake(server);
        }

        while (servers.Count < settings.Servers)
        {
            StartServer();
        }
    }

    /// <summary>A client says something to whichever process answers, again and again until it was taken.</summary>
    public void Tell(StreamId stream, object message, Random draw)
    {
        var up = servers.Where(server => server.Lane.IsUp).ToArray();
        if (up.Length == 0)
        {
            Scheduler.After(TimeSpan.FromSeconds(1), () => Tell(stream, message, draw));
            return;
        }

        var server = up[draw.Next(up.Length)];
        var heard = false;
        server.Lane.Post(() => _ = Ask());
        Scheduler.After(TimeSpan.FromSeconds(10), () =>
        {
            if (!heard)
            {
                Tell(stream, message, draw);
            }
        });

        async Task Ask()
        {
            try
            {
                await server.Streams.Handle(stream, message, new Cause("request", null, "client"), CancellationToken.None);
                heard = true;
            }
            catch (DatabaseAwayException)
            {
                // Asked again above.
            }
        }
    }

    private SimulationResult Run()
    {
        for (var i = 0; i < settings.Servers; i++)
        {
            StartServer();
        }

        var trouble = new Trouble(this, settings);
        trouble.Begin();
        Tick();
        var unfinished = new List<string>();
        try
        {
            Scheduler.RunUntil(Start + settings.Trouble);
            Scheduler.RunUntil(Scheduler.Now + Settings.RestWithin, () => Broken || AtRest().Count == 0);

            // Every message and request that is still on its way must find its move closed.
            Scheduler.RunUntil(Scheduler.Now + TimeSpan.FromHours(3), () => Broken || (Broker.OnTheirWay == 0 && Scheduler.Now > trouble.LastRequest));
            Scheduler.RunUntil(Scheduler.Now + Settings.RestWithin, () => Broken || AtRest().Count == 0);
            unfinished.AddRange(Broken ? [] : AtRest());
        }
        catch (InvalidOperationException broken)
        {
            Checks.Violated($"It fell over: {broken}");
        }

        return new SimulationResult(settings.Seed, Checks.Violations, unfinished, Checks.Counts, Scheduler.Steps, Transcript.Lines);
    }

    /// <summary>Limits of hosts, groups, priorities and dirty rates, from draws of their own.</summary>
    private FleetRules Rules()
    {
        var draw = new Random(settings.Seed * 31 + 9);
        return new FleetRules(
            [.. Hosts.Where(_ => draw.Next(3) == 0).Select(host => new HostLimit(host.Host, draw.Next(2) == 0 ? settings.Bandwidth : null, draw.Next(1, 4)))],
            draw.Next(4) == 0 ? [new HypervisorLimit(SimulatedDriver.DriverName, draw.Next(1, 4))] : [],
            draw.Next(3) == 0 ? [new VmGroup("some", (GroupRule)draw.Next(3), [.. Vms.Where(_ => draw.Next(2) == 0)])] : [],
            [.. Vms.Where(_ => draw.Next(3) == 0).Select(vm => new VmRule(vm, draw.Next(101), draw.Next(2) == 0 ? new Bandwidth(settings.Bandwidth.BytesPerSecond * draw.NextDouble()) : null))]);
    }

    private static Server? Pick(List<Server> candidates, Random draw, string? name) => name is null
        ? candidates.Count == 0 ? null : candidates[draw.Next(candidates.Count)]
        : candidates.Find(server => server.Lane.Name == name);

    private bool Broken => Checks.Violations.Count > 0;

    private void Tick()
    {
        Checks.Look();
        Scheduler.After(TimeSpan.FromSeconds(Scheduler.Elapsed < settings.Trouble ? 0.5 : 5), Tick);
    }

    private void StartServer()
    {
        if (servers.Count >= settings.Servers)
        {
            return;
        }

        var name = $"server-{++started}";
        SiteId[] places = [new("A"), new("B"), new("C")];
        Transcript.Say(name, "starts");
        servers.Add(new Server(name, places[random.Next(3)], ports, settings, settings.ClockSkew * ((random.NextDouble() * 2) - 1)));
    }

    private void Wake(Server server)
    {
        if (server.Lane.IsPaused && !server.Lane.IsDead)
        {
            Transcript.Say(server.Lane.Name, "goes on");
            server.Lane.Resume();
        }
    }

    /// <summary>Hosts of which the brakes believe otherwise than their own streams say.</summary>
    private string[] Miscounted(BrakesState brakes) =>
    [
        .. Hosts.Select(host => host.Host.Value).Where(host =>
        {
            var health = Checks.StateOf(StreamId.Host(new HostId(host))) as HostState ?? HostState.Initial;
            var sick = brakes.Sick.TryGetValue(host, out var episode);
            return sick != (health.Standing is not null)
                || (sick && IsEmptied(health) != (brakes.Concluded.TryGetValue(host, out var over) && over.Helped && over.Episode == episode));
        }),
    ];

    private static bool IsEmptied(HostState health) => health.Concluded is { Helped: true } over && over.Episode == health.Standing;

    /// <summary>A run that a person started in the episode that stands, and that moved every VM, where its host does not know of any; null: none.</summary>
    private RunId? Unheard(HostState health) => health.Standing is null || IsEmptied(health) ? null : Runs()
        .Select(run => Checks.StateOf(StreamId.Run(run)) as RunState)
        .FirstOrDefault(run => run is { Ended.Outcome: RunOutcome.Completed, Started.Trigger: { Kind: RunTriggerKind.Operator } by } && run.Started.Scope == health.Host && by.Episode == health.Standing)
        ?.Started!.Run;

    private List<string> AtRest()
    {
        var restless = new List<string>();
        foreach (var stream in Database.Streams)
        {
            var phase = Checks.StateOf(stream) switch
            {
                RunState { Phase: not RunPhase.Ended } run => run.Phase.ToString(),
                RunState { IsToldUntilNoted: true, IsEndNoted: false } => "telling its host how it ended",
                MoveState { Phase: not (MovePhase.Idle or MovePhase.NotEnrolled) } move => move.Phase.ToString(),
                AdmissionState { Phase: not AdmissionPhase.Open } admission => admission.Phase.ToString(),
                AdmissionState admission when admission.Runs.FirstOrDefault(run => !run.Value.IsIdle) is { Key: { } holder } => $"holding slots of {holder}",
                AdmissionState { Doubtful.Count: > 0 } admission => $"keeping the slot of {admission.Doubtful.Keys.First()}",
                AdmissionState admission when admission.Runs.FirstOrDefault(run => run.Value.Emptying is not null) is { Key: { } empties } => $"taking {empties} to empty a host still",
                BrakesState brakes when Miscounted(brakes) is { Length: > 0 } wrong => $"counting as sick what is not, or not what is: {string.Join(", ", wrong)}",
                HostState { Phase: HostPhase.HoldingDown or HostPhase.Diagnosing or HostPhase.Proposed or HostPhase.Postponed or HostPhase.Recovering } host => host.Phase.ToString(),
                HostState host when Unheard(host) is { } run => $"{host.Phase}, and {run} has emptied it",
                _ => null,
            };
            if (phase is not null)
            {
                restless.Add($"{stream} is {phase}");
            }
        }

        return restless;
    }
}
