using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Drivers.Simulated;
using Xunit;

namespace DrOrchestrator.Drivers.Tests;

/// <summary>Two hosts in two sites, one VM, a driver, and a record of where the VM executed.</summary>
internal sealed class SimulatedWorld
{
    public static readonly SiteId A = new("A");
    public static readonly SiteId B = new("B");

    public SimulatedWorld(VirtualTime time, SimulatedFleetOptions? options = null, SimulatedDriverOptions? patience = null)
    {
        Time = time;
        Fleet = new SimulatedFleet(time, options);
        A1 = Fleet.AddHost(new SimulatedHostSettings(new HostId("a1"), A) { Bandwidth = Bandwidth.FromMebibytesPerSecond(100) });
        B1 = Fleet.AddHost(new SimulatedHostSettings(new HostId("b1"), B) { Bandwidth = Bandwidth.FromMebibytesPerSecond(100) });
        Vm = Fleet.AddVm(Settings("vm-1"), A1.Host);
        Fleet.OnRunningChanged += Running.Add;
        Driver = new SimulatedDriver(Fleet, patience);
        Guests = new SimulatedGuests(Fleet, patience);
    }

    public VirtualTime Time { get; }

    public SimulatedFleet Fleet { get; }

    public HostEndpoint A1 { get; }

    public HostEndpoint B1 { get; }

    public VmRef Vm { get; }

    public SimulatedDriver Driver { get; }

    public SimulatedGuests Guests { get; }

    public List<SimulatedRunning> Running { get; } = [];

    public bool TwoEverRan => Running.Any(r => r.Hosts.Count > 1);

    public static SimulatedVmSettings Settings(string name) => new(new VmRef(new VmId(name), name))
    {
        Memory = Bytes.FromMebibytes(1000),
        DirtyBytesPerSecond = 10 * 1024 * 1024,
    };

    public MigrationRequest Request(MigrationOptions? options = null, long generation = 1, VmRef? vm = null) => new(
        new MoveId($"run/{vm ?? Vm}/{generation}"), vm ?? Vm, A1, B1, generation, options ?? MigrationOptions.Default);

    public async Task<MigrationEnd> Migrate(MigrationRequest request)
    {
        Assert.IsType<Outcome<Nothing>.Done>(await Driver.EnsureMigration(request, default));
        return await Watch(request);
    }

    public async Task<MigrationEnd> Watch(MigrationRequest request, List<MigrationProgress>? readings = null)
    {
        MigrationEnd? end = null;
        await foreach (var report in Driver.WatchMigration(request, default))
        {
            if (report is MigrationReport.Running { Progress: var progress })
            {
                readings?.Add(progress);
            }

            end = (report as MigrationReport.Ended)?.End;
        }

        return end!;
    }

    public Task Wait(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), Time);

    public VmState At(HostEndpoint host) => Fleet.CopyOn(host.Host, Vm.Id).State;
}
