using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Conformance;
using DrOrchestrator.Drivers.Simulated;

namespace DrOrchestrator.Drivers.Tests;

/// <summary>The simulated driver keeps the promises of every driver, in real time.</summary>
public sealed class SimulatedConformance : DriverConformance
{
    protected override Task<IConformanceLab> OpenLab() => Task.FromResult<IConformanceLab>(new SimulatedLab());

    private sealed class SimulatedLab : IConformanceLab
    {
        private static readonly SimulatedDriverOptions Patience = new()
        {
            CallDeadline = TimeSpan.FromSeconds(5),
            PollInterval = TimeSpan.FromMilliseconds(50),
        };

        private readonly SimulatedFleet fleet = new(
            TimeProvider.System, new SimulatedFleetOptions { KeepaliveBound = TimeSpan.FromSeconds(1) });

        private int made;

        public SimulatedLab()
        {
            Source = fleet.AddHost(new SimulatedHostSettings(new HostId("a1"), new SiteId("A")));
            Destination = fleet.AddHost(new SimulatedHostSettings(new HostId("b1"), new SiteId("B")) { Memory = new Bytes(8L << 30) });
        }

        public LabAbilities Abilities => LabAbilities.FreezeHosts | LabAbilities.MakeTooBig | LabAbilities.PreventEncryption
            | LabAbilities.LocalDisks | LabAbilities.CutHosts | LabAbilities.LetOthersAct;

        public HostEndpoint Source { get; }

        public HostEndpoint Destination { get; }

        public MigrationOptions Quick => MigrationOptions.Default with { Timeout = TimeSpan.FromMinutes(1) };

        public MigrationOptions Slow => Quick with { AutoConverge = false, BandwidthCap = Bandwidth.FromMebibytesPerSecond(100) };

        public IHypervisorDriver NewDriver() => new SimulatedDriver(fleet, Patience);

        public Task<VmRef> RunningVm(VmKind kind)
        {
            var settings = new SimulatedVmSettings(Name()) { Memory = Bytes.FromMebibytes(256) };
            settings = kind switch
            {
                VmKind.NeverConverging => settings with { DirtyBytesPerSecond = 200 << 20 },
                VmKind.TooBig => settings with { Memory = new Bytes(16L << 30) },
                VmKind.WithLocalDisk => settings with { Disks = Bytes.FromMebibytes(256), SharedStorage = false },
                _ => settings,
            };
            return Task.FromResult(fleet.AddVm(settings, Source.Host));
        }

        public async Task<VmRef> StoppedVm()
        {
            var vm = await RunningVm(VmKind.Ordinary);
            await using var driver = NewDriver();
            await driver.EnsureStopped(Source, vm, default);
            return vm;
        }

        public async Task<GuestObservation?> Observe(VmRef vm) =>
            await new SimulatedGuests(fleet).Observe(vm, new GuestCheck("http://guest/status"), default)
                is Outcome<GuestObservation>.Done { Value: var seen } ? seen : null;

        public Task Freeze(HostEndpoint host)
        {
            fleet.Freeze(host.Host);
            return Task.CompletedTask;
        }

        public Task Thaw(HostEndpoint host)
        {
            fleet.Thaw(host.Host);
            return Task.CompletedTask;
        }

        public Task PreventEncryption()
        {
            fleet.Change(Destination.Host, host => host with { CanEncrypt = false });
            return Task.CompletedTask;
        }

        public Task LetOthersAct(VmRef vm)
        {
            fleet.Change(vm.Id, settings => settings with
            {
                OtherActors = [new OtherActor(OtherActorKind.NativeHa, $"The cluster of a1 restarts {vm} elsewhere by itself.", "Take it out of the cluster's protection for the move.")],
            });
            return Task.CompletedTask;
        }

        public Task CutHosts()
        {
            fleet.Cut(Source.Site, Destination.Site);
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private VmRef Name()
        {
            var number = Interlocked.Increment(ref made);
            return new VmRef(new VmId($"00000000-0000-4000-8000-{number:x12}"), $"vm-{number}");
        }
    }
}
