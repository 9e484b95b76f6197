using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Drivers.Simulated;
using Xunit;

namespace DrOrchestrator.Drivers.Tests;

public sealed class SimulatedMoveTests
{
    [Fact]
    public async Task Moves_a_running_VM_with_its_boot_id()
    {
        var world = new World();
        var before = await world.Observe();
        var request = world.Request();

        Assert.IsType<Outcome<Nothing>.Done>(await world.Driver.EnsureMigration(request, default));
        var steps = new List<MigrationStep>();
        MigrationEnd? end = null;
        await foreach (var report in world.Driver.WatchMigration(request, default))
        {
            if (report is MigrationReport.Running { Progress.Step: var step } && !steps.Contains(step))
            {
                steps.Add(step);
            }

            end = (report as MigrationReport.Ended)?.End;
        }

        Assert.Equal(Enum.GetValues<MigrationStep>(), steps);
        Assert.IsType<Outcome<Nothing>.Done>(end!.Result);
        Assert.Equal(VmState.Absent, end.AtSource!.State);
        Assert.Equal(VmState.Running, end.AtDestination!.State);
        Assert.Equal(before.BootId, (await world.Observe()).BootId);
        Assert.All(world.Running, r => Assert.True(r.Hosts.Count <= 1));
    }

    private sealed class World
    {
        public World()
        {
            Fleet = new SimulatedFleet(TimeProvider.System);
            A1 = Fleet.AddHost(new SimulatedHostSettings(new HostId("a1"), new SiteId("A")));
            B1 = Fleet.AddHost(new SimulatedHostSettings(new HostId("b1"), new SiteId("B")));
            Vm = Fleet.AddVm(new SimulatedVmSettings(new VmRef(new VmId("vm-1"), "web")) { Memory = Bytes.FromMebibytes(256) }, A1.Host);
            Fleet.OnRunningChanged += Running.Add;
            Driver = new SimulatedDriver(Fleet);
        }

        public SimulatedFleet Fleet { get; }
        public HostEndpoint A1 { get; }
        public HostEndpoint B1 { get; }
        public VmRef Vm { get; }
        public List<SimulatedRunning> Running { get; } = [];
        public SimulatedDriver Driver { get; }

        public MigrationRequest Request() => new(new MoveId("run/vm-1/1"), Vm, A1, B1, 1, MigrationOptions.Default);

        public async Task<GuestObservation> Observe() =>
            Assert.IsType<Outcome<GuestObservation>.Done>(
                await new SimulatedGuests(Fleet).Observe(Vm, new GuestCheck("http://guest/"), default)).Value;
    }
}
