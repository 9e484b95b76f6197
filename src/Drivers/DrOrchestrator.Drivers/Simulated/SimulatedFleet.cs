using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Drivers.Simulated;

/// <summary>
/// The ground truth that simulated drivers ask: hosts, copies of VMs, migrations under way, links.
/// Whatever a driver is told, this is what happened.
/// <para>
/// Migrations and requests on their way belong to the fleet and go on when the client that asked is
/// gone: they run on timers of the <see cref="TimeProvider"/>, never on the client's context. It has
/// no randomness of its own; a seeded simulation brings its own through <see cref="Faults"/>. On one thread
/// with a virtual clock everything happens in one order; on many threads one gate guards all of it.
/// Handlers are called inside the gate, in the order of what happened: they must be short, and may look
/// at the fleet but not wait.
/// </para>
/// </summary>
public sealed partial class SimulatedFleet
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<HostId, SimulatedHost> hosts = new();
    private readonly Dictionary<VmId, SimulatedVm> vms = [];
    private readonly HashSet<(SiteId From, SiteId To)> cuts = [];
    private readonly List<SimulatedEffect> effects = [];

    public SimulatedFleet(TimeProvider time, SimulatedFleetOptions? options = null)
    {
        Time = time;
        Options = options ?? new SimulatedFleetOptions();
    }

    public SimulatedFleetOptions Options { get; }

    internal TimeProvider Time { get; }

    /// <summary>Called whenever the set of hosts on which a VM's CPUs execute has changed.</summary>
    public event Action<SimulatedRunning>? OnRunningChanged;

    /// <summary>Called for each effect as it happens, recorded or not.</summary>
    public event Action<SimulatedEffect>? OnEffect;

    /// <summary>Everything that truly happened, in order; a copy.</summary>
    public IReadOnlyList<SimulatedEffect> Effects
    {
        get
        {
            lock (gate)
            {
                return [.. effects];
            }
        }
    }

    /// <summary>Adds a host, powered on and empty.</summary>
    public HostEndpoint AddHost(SimulatedHostSettings settings)
    {
        lock (gate)
        {
            hosts.Add(settings.Host, new SimulatedHost(settings));
        }

        return settings.Endpoint;
    }

    /// <summary>Adds a VM that runs on a host, defined there.</summary>
    public VmRef AddVm(SimulatedVmSettings settings, HostId host)
    {
        lock (gate)
        {
            var vm = new SimulatedVm(settings);
            vms.Add(settings.Vm.Id, vm);
            var copy = new SimulatedCopy(vm) { Persistent = true, Generation = settings.Generation };
            hosts[host].Copies.Add(vm.Id, copy);
            Boot(hosts[host], copy, VmState.Running);
        }

        return settings.Vm;
    }

    /// <summary>Defines a further copy of a known VM, shut off, as replication or a restore would.</summary>
    public void DefineCopy(VmId vm, HostId host, long? generation = null)
    {
        lock (gate)
        {
            hosts[host].Copies.Add(vm, new SimulatedCopy(vms[vm]) { State = VmState.Shutoff, Persistent = true, Generation = generation });
            Log(SimulatedEffectKind.Defined, hosts[host], vm, generation);
        }
    }

    /// <summary>The truth about one copy, without a request: for tests and checkers.</summary>
    public VmCopy CopyOn(HostId host, VmId vm)
    {
        lock (gate)
        {
            return Look(hosts[host], vms[vm].Settings.Vm);
        }
    }

    /// <summary>The truth: the hosts on which this VM's CPUs execute now, a frozen host's not among them.</summary>
    public IReadOnlyList<HostId> RunningOn(VmId vm)
    {
        lock (gate)
        {
            return Executing(vms[vm]);
        }
    }

    private DateTimeOffset Now => Time.GetUtcNow();

    private static VmCopy Look(SimulatedHost host, VmRef vm) =>
        host.Copies.TryGetValue(vm.Id, out var copy) ? copy.Report(host) : VmCopy.NotThere(vm, host.Id);

    private List<HostId> Executing(SimulatedVm vm) =>
        [.. hosts.Values
            .Where(h => h.Works && h.Copies.TryGetValue(vm.Id, out var copy) && copy.State is VmState.Running)
            .Select(h => h.Id)];

    private void Log(
        SimulatedEffectKind kind, SimulatedHost host, VmId? vm = null, long? generation = null, MoveId? move = null, string? detail = null)
    {
        var effect = new SimulatedEffect(Now, kind, host.Id, vm, generation, move, detail);
        if (Options.RecordEffects)
        {
            effects.Add(effect);
        }

        OnEffect?.Invoke(effect);
    }

    /// <summary>Sets each guest going or standing as its copies now are, and tells whoever judges.</summary>
    private void Settle(SimulatedVm vm)
    {
        foreach (var host in hosts.Values)
        {
            if (host.Copies.TryGetValue(vm.Id, out var copy) && copy.Guest is { Alive: true } guest)
            {
                if (host.Works && copy.State is VmState.Running)
                {
                    if (!guest.Executes)
                    {
                        Begins(host, vm, guest);
                    }

                    guest.Execute(Now);
                }
                else
                {
                    guest.Halt(Now);
                }
            }
        }

        var running = Executing(vm);
        if (!running.SequenceEqual(vm.RunningOn))
        {
            vm.RunningOn = running;
            OnRunningChanged?.Invoke(new SimulatedRunning(Now, vm.Id, running));
        }
    }

    private void Begins(SimulatedHost host, SimulatedVm vm, SimulatedGuest guest)
    {
        if (guest.Holds < vm.Runs)
        {
            Log(SimulatedEffectKind.RanFromOldMemory, host, vm.Id);
        }

        guest.Holds = ++vm.Runs;
    }

    private void Boot(SimulatedHost host, SimulatedCopy copy, VmState state)
    {
        copy.Guest = new SimulatedGuest(copy.Vm.NextBootId()) { Holds = copy.Vm.Runs };
        copy.State = state;
        Log(SimulatedEffectKind.Started, host, copy.Vm.Id, copy.Generation);
        Settle(copy.Vm);
    }

    private void Halt(SimulatedHost host, SimulatedCopy copy, string? detail = null)
    {
        copy.Guest?.Halt(Now);
        copy.Guest = null;
        copy.Waits = null;
        copy.State = VmState.Shutoff;
        if (!copy.Persistent)
        {
            host.Copies.Remove(copy.Vm.Id);
        }

        Log(SimulatedEffectKind.Stopped, host, copy.Vm.Id, copy.Generation, detail: detail);
        Settle(copy.Vm);
    }
}
