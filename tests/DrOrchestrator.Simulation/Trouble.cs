using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Plans;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Drivers.Simulated;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Testing.Fakes;

namespace DrOrchestrator.Simulation;

/// <summary>Everything that goes wrong, and the people who ask for things meanwhile; drawn from the seed beforehand.</summary>
public sealed class Trouble
{
    private readonly Settings settings;
    private readonly Simulation simulation;
    private readonly Random calls;
    private readonly Random database;
    private readonly Random broker;
    private readonly Random incidents;
    private readonly HashSet<HostId> frozen = [];
    private readonly HashSet<(SiteId, SiteId)> cut = [];
    private readonly HashSet<HostId> off = [];
    private int runs;

    public Trouble(Simulation simulation, Settings settings)
    {
        this.settings = settings;
        this.simulation = simulation;
        calls = new Random(settings.Seed * 31 + 1);
        database = new Random(settings.Seed * 31 + 2);
        broker = new Random(settings.Seed * 31 + 3);
        incidents = new Random(settings.Seed * 31 + 4);
    }

    private bool Over => simulation.Scheduler.Elapsed >= settings.Trouble;

    /// <summary>Draws all incidents now; each happens at its time.</summary>
    public void Begin()
    {
        simulation.Fleet.Faults = call => Over ? null : CallFault(call);
        simulation.Database.Faults = _ => Over || database.NextDouble() >= settings.DatabaseFaults
            ? DatabaseFault.None
            : (DatabaseFault)database.Next(1, 4);
        simulation.Broker.Passes = Pass;
        for (var i = 0; i < settings.Incidents; i++)
        {
            var at = TimeSpan.FromSeconds(1 + (incidents.NextDouble() * (settings.Trouble.TotalSeconds - 1)));
            var draw = incidents.Next();
            simulation.Scheduler.After(at, () => Happen(new Random(draw)));
        }

        // Whatever else: somebody evacuates a host early on, so that there is something to disturb.
        simulation.Scheduler.After(TimeSpan.FromSeconds(2), () => Evacuate(simulation.Hosts[incidents.Next(simulation.Hosts.Length)], incidents));
        simulation.Scheduler.After(settings.Trouble, End);
    }

    private void End()
    {
        simulation.Transcript.Say("world", "no further faults");
        simulation.Database.IsAway = simulation.Broker.IsAway = false;
        foreach (var host in simulation.Hosts)
        {
            simulation.Fleet.Thaw(host.Host);
            simulation.Fleet.PowerOn(host.Host);
        }

        foreach (var (one, other) in cut)
        {
            simulation.Fleet.Heal(one, other);
        }

        foreach (var vm in simulation.Vms)
        {
            simulation.Fleet.Hold(vm, null);
        }

        simulation.WakeServers();
    }

    private SimulatedFault? CallFault(SimulatedCall call)
    {
        if (calls.NextDouble() >= settings.HypervisorFaults)
        {
            return null;
        }

        return calls.Next(8) switch
        {
            0 => new SimulatedFault.Refuse("It refuses today.", "Try again."),
            1 => new SimulatedFault.Fail("It failed today."),
            2 => new SimulatedFault.LoseRequest(),
            3 => new SimulatedFault.LoseAnswer(),
            4 => new SimulatedFault.Hang(),
            5 when call.HasEffect => new SimulatedFault.ExecuteLate(
                settings.Guarded && calls.Next(2) == 0 ? TimeSpan.FromMinutes(calls.NextDouble() * 90) : TimeSpan.FromSeconds(calls.NextDouble() * 4.9)),
            // Where no guard stands at the host, a check is at most this long before its call.
            _ => new SimulatedFault.Delay(TimeSpan.FromSeconds(calls.NextDouble() * (settings.Guarded || call.HasEffect ? 9 : 2))),
        };
    }

    private Passage Pass(Envelope envelope)
    {
        TimeSpan Soon() => TimeSpan.FromMilliseconds(1 + (broker.NextDouble() * 15));
        TimeSpan Late() => broker.Next(4) switch
        {
            0 => TimeSpan.FromSeconds(broker.NextDouble() * 2),
            1 => TimeSpan.FromSeconds(broker.NextDouble() * 60),
            _ => settings.LatestMessage * broker.NextDouble(),
        };
        if (Over || broker.NextDouble() >= settings.BrokerFaults)
        {
            return new Passage([Soon()]);
        }

        return broker.Next(5) switch
        {
            0 => new Passage([]),
            1 => new Passage([Soon(), Late()]),
            2 => new Passage([Late()]),
            3 => new Passage([Soon()], SenderHears: false),
            _ => new Passage([], SenderHears: false),
        };
    }

    private void Happen(Random random)
    {
        if (Over)
        {
            return;
        }

        var host = simulation.Hosts[random.Next(simulation.Hosts.Length)];
        switch (random.Next(14))
        {
            case 0:
                simulation.Crash(random);
                break;
            case 1 or 2:
                simulation.Pause(random);
                break;
            case 3 when frozen.Add(host.Host):
                simulation.Fleet.Freeze(host.Host);
                Later(random, 60, () =>
                {
                    frozen.Remove(host.Host);
                    simulation.Fleet.Thaw(host.Host);
                });
                break;
            case 4 when random.Next(3) == 0 && off.Add(host.Host):
                simulation.Fleet.PowerOff(host.Host);
                Later(random, 120, () =>
                {
                    off.Remove(host.Host);
                    simulation.Fleet.PowerOn(host.Host);
                });
                break;
            case 5:
                Cut(random);
                break;
            case 6 when !simulation.Database.IsAway:
                simulation.Transcript.Say("world", "database away");
                simulation.Database.IsAway = true;
                Later(random, 40, () => simulation.Database.IsAway = false);
                break;
            case 7 when !simulation.Broker.IsAway:
                simulation.Transcript.Say("world", "broker away");
                simulation.Broker.IsAway = true;
                Later(random, 40, () => simulation.Broker.IsAway = false);
                break;
            case 8:
                var vm = simulation.Vms[random.Next(simulation.Vms.Length)];
                simulation.Fleet.Hold(vm, (MigrationStep)random.Next(4));
                Later(random, 90, () => simulation.Fleet.Hold(vm, null));
                break;
            case 9:
                simulation.Fleet.SetFate(simulation.Vms[random.Next(simulation.Vms.Length)], (SimulatedGuestFate)random.Next(3));
                break;
            case 10 or 11:
                Evacuate(host, random);
                break;
            case 12:
                Alert(host, random);
                break;
            default:
                Abort(random);
                break;
        }
    }

    private void Cut(Random random)
    {
        SiteId[] places = [new("A"), new("B"), new("C")];
        var (one, other) = (places[random.Next(3)], places[random.Next(3)]);
        if (one == other || !cut.Add((one, other)))
        {
            return;
        }

        simulation.Transcript.Say("world", $"cut {one} - {other}");
        if (random.Next(3) == 0)
        {
            simulation.Fleet.CutOneWay(one, other);
        }
        else
        {
            simulation.Fleet.Cut(one, other);
        }

        Later(random, 60, () =>
        {
            cut.Remove((one, other));
            simulation.Transcript.Say("world", $"healed {one} - {other}");
            simulation.Fleet.Heal(one, other);
        });
    }

    private void Evacuate(HostEndpoint host, Random random)
    {
        var run = new RunId($"manual-{++runs}");
        var trigger = new RunTrigger(RunTriggerKind.Operator, new Actor("operator"), "Because.");
        simulation.Tell(StreamId.Run(run), new RunMessage.StartRun(run, PlanFor(host), host.Host, trigger), random);
    }

    private void Abort(Random random)
    {
        if (simulation.Runs() is { Length: > 0 } known)
        {
            simulation.Tell(StreamId.Run(known[random.Next(known.Length)]), new RunMessage.AbortRun(new Actor("operator"), "Enough."), random);
        }
    }

    private void Alert(HostEndpoint host, Random random)
    {
        var fingerprint = $"{host.Host}-{random.Next(2)}";
        var policy = random.Next(4) == 0 ? null : new ConditionPolicy(PlanFor(host), TimeSpan.FromSeconds(random.Next(1, 20)));
        var condition = new HostCondition(fingerprint, "Sick", "It is sick.", new Dictionary<string, string>(), simulation.Scheduler.Now);
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            Later(random, 5, () => simulation.Tell(
                StreamId.Host(host.Host), new HostMessage.RaiseCondition(host.Host, condition, policy, new Actor("alertmanager")), random));
        }

        if (random.Next(2) == 0)
        {
            Later(random, 60, () => simulation.Tell(
                StreamId.Host(host.Host), new HostMessage.ResolveCondition(fingerprint, new Actor("alertmanager")), random));
        }
    }

    private RecoveryPlan PlanFor(HostEndpoint host) => new(
        "evacuate-host", "simulated", "Off with it.", PlanScope.Host,
        host.Site.Value == "A" ? [new SiteId("B"), new SiteId("A")] : [new SiteId("A"), new SiteId("B")],
        settings.Policy, []);

    private void Later(Random random, double withinSeconds, Action action) =>
        simulation.Scheduler.After(TimeSpan.FromSeconds(random.NextDouble() * withinSeconds), action);
}
