using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
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
    private readonly Random halts;
    private readonly Random maintenance;
    private readonly HashSet<HostId> frozen = [];
    private readonly HashSet<(SiteId, SiteId)> cut = [];
    private readonly HashSet<HostId> off = [];
    private readonly HashSet<VmId> orphaned = [];
    private readonly HashSet<VmId> late = [];
    private readonly HashSet<VmId> slow = [];
    private int runs;

    /// <summary>How long after its sender gave up a request may be executed where no guard stands at the host.</summary>
    private static readonly TimeSpan LateWithinBound = Settings.PendingRequestBound - TimeSpan.FromSeconds(0.1);

    /// <summary>When the last request that was held up is executed.</summary>
    public DateTimeOffset LastRequest { get; private set; }

    public Trouble(Simulation simulation, Settings settings)
    {
        this.settings = settings;
        this.simulation = simulation;
        calls = new Random(settings.Seed * 31 + 1);
        database = new Random(settings.Seed * 31 + 2);
        broker = new Random(settings.Seed * 31 + 3);
        incidents = new Random(settings.Seed * 31 + 4);
        halts = new Random(settings.Seed * 31 + 8);
        maintenance = new Random(settings.Seed * 31 + 10);
    }

    /// <summary>Of one that was repeated below the caller only an append can be heard.</summary>
    private static readonly DatabaseFault[] Faults = [DatabaseFault.LostRequest, DatabaseFault.LostAnswer, DatabaseFault.Slow, DatabaseFault.Overtaken];

    private bool Over => simulation.Scheduler.Elapsed >= settings.Trouble;

    /// <summary>Draws all incidents now; each happens at its time.</summary>
    public void Begin()
    {
        simulation.Fleet.Faults = call => Over ? null : CallFault(call);
        simulation.Database.Faults = _ => Over || database.NextDouble() >= settings.DatabaseFaults
            ? DatabaseFault.None
            : Faults[database.Next(Faults.Length)];
        simulation.Broker.Passes = Pass;
        for (var i = 0; i < settings.Incidents; i++)
        {
            var at = TimeSpan.FromSeconds(1 + (incidents.NextDouble() * (settings.Trouble.TotalSeconds - 1)));
            var draw = incidents.Next();
            simulation.Scheduler.After(at, () => Happen(new Random(draw)));
        }

        simulation.Tell(StreamId.Admission, new AdmissionMessage.SetLimits(settings.Limits, new Actor("server"), settings.Mutant is Mutant.OwnLimitsUnheard ? null : simulation.Own), incidents);
        simulation.Tell(StreamId.Brakes, new BrakesMessage.SetRules(settings.Rules, new Actor("server")), incidents);
        simulation.Scheduler.After(TimeSpan.FromSeconds(2), EvacuateAgain);
        if (settings.HaltEvery is { } every)
        {
            simulation.Scheduler.After(every * halts.NextDouble(), () => HaltAgain(every));
        }

        if (settings.MaintainEvery is { } work)
        {
            simulation.Scheduler.After(work * maintenance.NextDouble(), () => MaintainAgain(work));
        }

        simulation.Database.OnCommit += Aim;
        simulation.Database.OnCommit += AimStop;
        simulation.Fleet.OnEffect += EndWhatWasTakenBack;
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

        // Twice: a halt that was asked for just before may be heard after the first.
        simulation.Scheduler.After(TimeSpan.FromSeconds(30), Release);
        simulation.Scheduler.After(TimeSpan.FromMinutes(3), Release);
        simulation.Scheduler.After(TimeSpan.FromMinutes(10), DecideAboutHalves);
    }

    private void HaltAgain(TimeSpan every)
    {
        if (Over)
        {
            return;
        }

        var random = new Random(halts.Next());
        var people = new Actor("operator");
        var runs = simulation.Runs();
        if (random.Next(2) == 0 || runs.Length == 0)
        {
            StopAll(random);
        }
        else
        {
            var run = StreamId.Run(runs[random.Next(runs.Length)]);
            simulation.Tell(run, new RunMessage.PauseRun(people, "Wait."), random);
            Later(random, 40, () => simulation.Tell(run, new RunMessage.ResumeRun(people, "Go on."), random));
        }

        simulation.Scheduler.After(every * (0.5 + halts.NextDouble()), () => HaltAgain(every));
    }

    /// <summary>Somebody works on a host, or on a site, while runs send VMs there; it ends by itself or at a word.</summary>
    private void MaintainAgain(TimeSpan every)
    {
        if (Over)
        {
            return;
        }

        var random = new Random(maintenance.Next());
        var host = simulation.Hosts[random.Next(simulation.Hosts.Length)];
        var target = random.Next(3) == 0 ? new MaintenanceTarget(MaintenanceKind.Site, host.Site.Value) : new MaintenanceTarget(MaintenanceKind.Host, host.Host.Value);
        var people = new Actor("operator");
        var until = simulation.Scheduler.Now + TimeSpan.FromSeconds(20 + (random.NextDouble() * 100));
        simulation.Tell(StreamId.Brakes, new BrakesMessage.StartMaintenance(target, until, people, "New fans."), random);
        if (random.Next(2) == 0)
        {
            Later(random, 60, () => simulation.Tell(StreamId.Brakes, new BrakesMessage.EndMaintenance(target, people, "Done."), random));
        }

        simulation.Scheduler.After(every * (0.5 + maintenance.NextDouble()), () => MaintainAgain(every));
    }

    private void StopAll(Random random)
    {
        var people = new Actor("operator");
        simulation.Tell(StreamId.Admission, new AdmissionMessage.StopAll(people, "Wait."), random);
        simulation.Scheduler.After(
            TimeSpan.FromSeconds(5 + (random.NextDouble() * 60)),
            () => simulation.Tell(StreamId.Admission, new AdmissionMessage.ResumeAll(people, "Go on."), random));
    }

    /// <summary>
    /// A stop hurts most where some moves of a run were just let through while others end, and where a transfer was just claimed
    /// and its worker dies: what it may still start, and what may not, is decided in that moment.
    /// </summary>
    private void AimStop(StreamAppend append)
    {
        if (Over || settings.HaltEvery is null || simulation.Checks.StateOf(StreamId.Admission) is not AdmissionState { Phase: AdmissionPhase.Open })
        {
            return;
        }

        var claimed = append.Events.OfType<MoveEvent.OrderClaimed>().FirstOrDefault();
        var among = simulation.Checks.StateOf(append.Stream) is RunState { Open.Count: > 1 } && append.Events.Any(e => e is RunEvent.MovesAdmitted or RunEvent.MoveFinished);
        if ((claimed is null && !among) || halts.NextDouble() >= Settings.AimedStops)
        {
            return;
        }

        // VMs that take their time hold some moves back in preflight while others of the run go on and end.
        var random = new Random(halts.Next());
        slow.UnionWith(simulation.Vms.Where(_ => random.Next(2) == 0));
        Later(random, 20, slow.Clear);
        Later(random, 2, () => StopAll(random));
        if (claimed is not null && random.Next(2) == 0)
        {
            Later(random, 3, () => simulation.Crash(random, claimed.Worker));
        }
    }

    private void Release()
    {
        var people = new Actor("operator");
        simulation.Tell(StreamId.Admission, new AdmissionMessage.ResumeAll(people, "Go on."), halts);
        foreach (var run in simulation.Runs())
        {
            simulation.Tell(StreamId.Run(run), new RunMessage.ResumeRun(people, "Go on."), halts);
        }
    }

    private SimulatedFault? CallFault(SimulatedCall call)
    {
        // As bad: the host that holds a late start does not hear of the newer generation.
        if (call is { Kind: SimulatedCallKind.RaiseGeneration, Vm: { } doubtful } && settings.Guarded && late.Contains(doubtful) && calls.NextDouble() < settings.Aimed)
        {
            return calls.Next(2) == 0 ? new SimulatedFault.LoseRequest() : new SimulatedFault.Hang();
        }

        if (call is { Kind: SimulatedCallKind.ObserveGuest or SimulatedCallKind.InspectVm, Vm: { } asked } && slow.Contains(asked))
        {
            return new SimulatedFault.Delay(TimeSpan.FromSeconds(1 + (calls.NextDouble() * 4)));
        }

        if (calls.NextDouble() >= settings.HypervisorFaults + (call.Kind is SimulatedCallKind.StartMigration ? settings.StartFaults : 0)
            && !(call is { Kind: SimulatedCallKind.StartMigration, Vm: { } again } && orphaned.Contains(again)))
        {
            return null;
        }

        // The hardest for custody: a start that is still on its way, its worker gone, and the next worker's start failing for certain.
        if (call is { Kind: SimulatedCallKind.StartMigration, Vm: { } vm } && orphaned.Remove(vm))
        {
            return calls.Next(2) == 0 ? new SimulatedFault.Refuse("It refuses today.", "Try again.") : new SimulatedFault.Fail("It failed today.");
        }

        return calls.Next(call.Kind is SimulatedCallKind.StartMigration ? 2 : 0, 8) switch
        {
            0 => new SimulatedFault.Refuse("It refuses today.", "Try again."),
            1 => new SimulatedFault.Fail("It failed today."),
            2 => new SimulatedFault.LoseRequest(),
            3 => new SimulatedFault.LoseAnswer(),
            4 => new SimulatedFault.Hang(),
            5 or 6 when call.HasEffect => Late(call),
            // Where no guard stands at the host, a check is at most this long before its call.
            _ => new SimulatedFault.Delay(TimeSpan.FromSeconds(calls.NextDouble() * (settings.Guarded || call.HasEffect ? 9 : 2))),
        };
    }

    private SimulatedFault.ExecuteLate Late(SimulatedCall call)
    {
        var orphan = false;
        if (call.Vm is { } started)
        {
            late.Add(started);
        }

        if (call is { Kind: SimulatedCallKind.StartMigration, Vm: { } vm } && calls.NextDouble() < settings.Aimed)
        {
            orphaned.Add(vm);
            var worker = simulation.Checks.StateOf(new VmRef(vm, vm.Value)).Move?.Claim is null ? null : simulation.Checks.ClaimedBy(vm);
            var random = new Random(calls.Next());
            Later(random, 4, () => simulation.Crash(random, worker));
            orphan = settings.Guarded;
        }

        // Without a guard at the host, late means later than the sender's patience by less than the driver's bound.
        var after = orphan ? TimeSpan.FromSeconds(12 + (calls.NextDouble() * 40)) : settings.Guarded && calls.Next(2) == 0 ? settings.LatestRequest * calls.NextDouble() : LateWithinBound * calls.NextDouble();
        var at = simulation.Scheduler.Now + after + TimeSpan.FromMinutes(1);
        LastRequest = at > LastRequest ? at : LastRequest;
        return new SimulatedFault.ExecuteLate(after);
    }

    private void EvacuateAgain()
    {
        if (!Over)
        {
            // A stop has something to decide where a run has several moves: the fullest host gives it most.
            var host = simulation.Hosts[incidents.Next(simulation.Hosts.Length)];
            Evacuate(settings.HaltEvery is not null && halts.Next(2) == 0 ? simulation.Hosts.MaxBy(VmsAt)! : host, incidents);
            simulation.Scheduler.After(settings.EvacuateEvery * (0.5 + incidents.NextDouble()), EvacuateAgain);
        }
    }

    private int VmsAt(HostEndpoint host) => simulation.Vms.Count(vm => simulation.Fleet.CopyOn(host.Host, vm).State is VmState.Running);

    /// <summary>Somebody just claimed a transfer, or began to look into one: the moment at which trouble hurts most.</summary>
    private void Aim(StreamAppend append)
    {
        if (!Over && settings.ConfirmedHandover && append.Events.OfType<MoveEvent.TransferProgressed>().Any(e => e.Progress.Step >= MigrationStep.DestinationSetup)
            && incidents.NextDouble() < settings.Aimed)
        {
            // The guest is there and its source has not heard of it yet: the moment at which two could run.
            Cut(new SiteId("A"), new SiteId("B"), new Random(incidents.Next()));
            return;
        }

        var claimed = append.Events.OfType<MoveEvent.OrderClaimed>().FirstOrDefault();
        if (Over || (claimed is null && !append.Events.Any(e => e is MoveEvent.InvestigationStarted)) || incidents.NextDouble() >= settings.Aimed)
        {
            return;
        }

        var random = new Random(incidents.Next());
        if (claimed is null && random.Next(2) == 0)
        {
            // The places are asked at once; that what they said is heard only seconds later must not make it newer.
            simulation.Scheduler.After(TimeSpan.FromMilliseconds(random.Next(5, 150)), () => Away(TimeSpan.FromSeconds(4 + (random.NextDouble() * 5))));
            return;
        }

        Later(random, random.Next(3) == 0 ? 15 : 1.5, () => Hit(append.Stream, claimed?.Worker, random));
    }

    private void Hit(StreamId stream, string? worker, Random random)
    {
        if (Over || simulation.Checks.StateOf(stream) is not MoveState { Move: { } move })
        {
            return;
        }

        var host = random.Next(2) == 0 ? move.Source.Host : move.Destination.Host;
        switch (random.Next(8))
        {
            case 0 or 1:
                simulation.Pause(random, worker);
                break;
            case 2:
                simulation.Crash(random, worker);
                break;
            case 3 or 4:
                Freeze(host, random, 30);
                break;
            case 5:
                PowerOff(host, random);
                break;
            case 6:
                Cut(random);
                break;
            default:
                simulation.Tell(StreamId.Run(move.Run), new RunMessage.AbortRun(new Actor("operator"), "Enough."), random);
                break;
        }
    }

    /// <summary>
    /// A source that took its guest back beside a copy that waits at the destination: the guest goes on, and in some of these ends soon, when
    /// the copy that waits looks like the only one there is.
    /// </summary>
    private void EndWhatWasTakenBack(SimulatedEffect effect)
    {
        if (Over || effect is not { Kind: SimulatedEffectKind.Resumed, Vm: { } vm } || Halves(vm) is not { } ends || ends.Source != effect.Host || incidents.Next(3) != 0)
        {
            return;
        }

        var random = new Random(incidents.Next());
        Later(random, random.Next(2) == 0 ? 1 : 20, () =>
        {
            if (Halves(vm) is { } still && still.Source == ends.Source)
            {
                simulation.Transcript.Say("world", $"{vm} powers off at {ends.Source}");
                simulation.Fleet.EndCopy(vm, ends.Source);
            }
        });
    }

    /// <summary>Both ends of a VM's move, where a copy waits at the destination and the source has one of its own; null: it is not so.</summary>
    private (HostId Source, HostId Destination)? Halves(VmId vm) =>
        simulation.Checks.StateOf(StreamId.Vm(vm)) is MoveState state && (state.Move ?? state.Last) is { } move
        && simulation.Fleet.CopyOn(move.Destination.Host, vm).State is VmState.Paused
        && simulation.Fleet.CopyOn(move.Source.Host, vm).State is VmState.Running or VmState.Shutoff
            ? (move.Source.Host, move.Destination.Host)
            : null;

    /// <summary>Where a guest ended at its source and nobody can know whether the copy that waits is as new, a person ends that one.</summary>
    private void DecideAboutHalves()
    {
        foreach (var vm in simulation.Vms)
        {
            if (Halves(vm) is { } ends && simulation.Fleet.CopyOn(ends.Source, vm).State is VmState.Shutoff)
            {
                simulation.Transcript.Say("world", $"a person ends the copy of {vm} that waits at {ends.Destination}");
                simulation.Fleet.EndCopy(vm, ends.Destination);
            }
        }
    }

    private void Freeze(HostId host, Random random, double seconds)
    {
        if (frozen.Add(host))
        {
            simulation.Fleet.Freeze(host);
            Later(random, seconds, () =>
            {
                frozen.Remove(host);
                simulation.Fleet.Thaw(host);
            });
        }
    }

    private void Away(TimeSpan during)
    {
        if (!simulation.Database.IsAway)
        {
            simulation.Transcript.Say("world", "database away");
            simulation.Database.IsAway = true;
            simulation.Scheduler.After(during, () => simulation.Database.IsAway = false);
        }
    }

    private void PowerOff(HostId host, Random random)
    {
        if (off.Add(host))
        {
            simulation.Fleet.PowerOff(host);
            Later(random, 120, () =>
            {
                off.Remove(host);
                simulation.Fleet.PowerOn(host);
            });
        }
    }

    private Passage Pass(Envelope envelope)
    {
        TimeSpan Soon() => TimeSpan.FromMilliseconds(1 + (broker.NextDouble() * 15));
        TimeSpan Later() => broker.Next(4) switch
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
            1 => new Passage([Soon(), Later()]),
            2 => new Passage([Later()]),
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
            case 3:
                Freeze(host.Host, random, 60);
                break;
            case 4 when random.Next(3) == 0:
                PowerOff(host.Host, random);
                break;
            case 5:
                Cut(random);
                break;
            case 6:
                Away(TimeSpan.FromSeconds(random.NextDouble() * 40));
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
        Cut(places[random.Next(3)], places[random.Next(3)], random);
    }

    private void Cut(SiteId one, SiteId other, Random random)
    {
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
        var health = simulation.Checks.StateOf(StreamId.Host(host.Host)) as HostState;
        var trigger = new RunTrigger(RunTriggerKind.Operator, new Actor("operator"), "Because.", host.Host, health?.Doubt, health?.Standing);
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
