using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;

namespace DrOrchestrator.Drivers.Simulated;

/// <summary>One host of the ground truth. Touched only under the fleet's gate.</summary>
internal sealed class SimulatedHost(SimulatedHostSettings settings)
{
    public SimulatedHostSettings Settings { get; set; } = settings;

    public HostId Id => Settings.Host;

    public bool On { get; set; } = true;

    public bool Frozen { get; set; }

    /// <summary>Executes guest code and requests.</summary>
    public bool Works => On && !Frozen;

    public SortedDictionary<VmId, SimulatedCopy> Copies { get; } = new(ById);

    /// <summary>The last migration out of this host for each VM, under way or over. Lost with the power.</summary>
    public Dictionary<VmId, SimulatedFleet.Migration> Migrations { get; } = [];

    /// <summary>The newest generation accepted for each VM: a guard's journal, kept on disk.</summary>
    public Dictionary<VmId, long> Journal { get; } = [];

    /// <summary>What happens at the thaw: requests that waited, clean-up that could not be done.</summary>
    public Queue<Action> AtThaw { get; } = new();

    public Bytes MemoryUsed => new(Copies.Values.Where(c => c.State != VmState.Shutoff).Sum(c => c.Vm.Settings.Memory.Value));

    private static readonly Comparer<VmId> ById = Comparer<VmId>.Create((a, b) => string.CompareOrdinal(a.Value, b.Value));
}

/// <summary>A VM of the ground truth, wherever its copies are.</summary>
internal sealed class SimulatedVm(SimulatedVmSettings settings)
{
    public SimulatedVmSettings Settings { get; set; } = settings;

    public VmId Id => Settings.Vm.Id;

    public int Boots { get; set; }

    /// <summary>How often it began to run, wherever: memory that does not hold the last time is old.</summary>
    public int Runs { get; set; }

    /// <summary>What becomes of the guest in its next migrations.</summary>
    public SimulatedGuestFate Fate { get; set; }

    /// <summary>A migration of it stays in this step until released.</summary>
    public Core.Moves.MigrationStep? HeldAt { get; set; }

    /// <summary>Where it executed when last told.</summary>
    public IReadOnlyList<HostId> RunningOn { get; set; } = [];

    public string NextBootId() => $"{Settings.Vm.Name}-boot-{++Boots}";
}

/// <summary>One copy on one host.</summary>
internal sealed class SimulatedCopy(SimulatedVm vm)
{
    public SimulatedVm Vm { get; } = vm;

    public VmState State { get; set; }

    public bool Persistent { get; set; }

    public long? Generation { get; set; }

    public SimulatedGuest? Guest { get; set; }

    /// <summary>The move that brought it here and whose handover it waits for; null: it waits for nobody.</summary>
    public MoveId? Waits { get; set; }

    /// <summary>Whether it waits for this very move, under no newer generation.</summary>
    public bool WaitsFor(MigrationRequest request) =>
        State is VmState.Paused && Waits == request.Move && !(Generation > request.Generation);

    public VmCopy Report(SimulatedHost host) => new(
        Vm.Settings.Vm,
        host.Id,
        State,
        Persistent,
        Vm.Settings.Memory,
        Vm.Settings.Vcpus,
        host.Migrations.TryGetValue(Vm.Id, out var migration) && migration.IsUnderWay,
        Generation);
}
