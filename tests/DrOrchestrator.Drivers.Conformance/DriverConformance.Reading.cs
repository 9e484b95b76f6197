using System.Diagnostics;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using Xunit;

namespace DrOrchestrator.Drivers.Conformance;

public abstract partial class DriverConformance
{
    [Fact]
    public async Task Tells_what_a_host_is()
    {
        var facts = Value(await Driver.InspectHost(Lab.Source, Cancellation));

        Assert.Equal(Lab.Source.Host, facts.Host);
        Assert.NotEmpty(facts.Hypervisor);
        Assert.True(facts.Cpus > 0);
        Assert.True(facts.MemoryTotal > Bytes.Zero);
        Assert.True(facts.MemoryFree <= facts.MemoryTotal);
    }

    [Fact]
    public async Task Lists_running_and_stopped_VMs()
    {
        var running = await Lab.RunningVm(VmKind.Ordinary);
        var stopped = await Lab.StoppedVm();

        var copies = Value(await Driver.ListVms(Lab.Source, Cancellation));

        Assert.Equal(VmState.Running, Assert.Single(copies, c => c.Vm.Id == running.Id).State);
        var shutOff = Assert.Single(copies, c => c.Vm.Id == stopped.Id);
        Assert.Equal(VmState.Shutoff, shutOff.State);
        Assert.True(shutOff.Persistent);
    }

    [Fact]
    public async Task Inspects_a_VM_as_it_lists_it()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);

        var inspected = Value(await Driver.InspectVm(Lab.Source, vm, Cancellation));

        Assert.Equal(inspected, Assert.Single(Value(await Driver.ListVms(Lab.Source, Cancellation)), c => c.Vm.Id == vm.Id));
        Assert.Equal(vm, inspected.Vm);
        Assert.Equal(Lab.Source.Host, inspected.Host);
        Assert.True(inspected.Memory > Bytes.Zero);
        Assert.True(inspected.Vcpus > 0);
        Assert.False(inspected.MigratingOut);
    }

    [Fact]
    public async Task Absent_is_an_answer()
    {
        var nobody = new VmRef(new VmId("00000000-0000-4000-8000-00000000dead"), "nobody");

        Assert.Equal(VmCopy.NotThere(nobody, Lab.Source.Host), Value(await Driver.InspectVm(Lab.Source, nobody, Cancellation)));
    }

    [Fact]
    public async Task A_host_that_hangs_makes_a_reader_end_unknown_and_holds_up_no_other_host()
    {
        Needs(LabAbilities.FreezeHosts);
        var vm = await Lab.RunningVm(VmKind.Ordinary);
        await Lab.Freeze(Lab.Destination);
        try
        {
            var began = Stopwatch.GetTimestamp();
            Task<Outcome<VmCopy>>[] hanging = [.. Enumerable.Range(0, 8).Select(_ => Driver.InspectVm(Lab.Destination, vm, Cancellation))];
            Assert.Equal(VmState.Running, await StateAt(Lab.Source, vm));
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(4), "The other host was held up.");

            foreach (var outcome in await Task.WhenAll(hanging))
            {
                Assert.Contains(Lab.Destination.Host.Value, Unknown(outcome), StringComparison.Ordinal);
            }

            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30), "It did not end within its deadline.");
        }
        finally
        {
            await Lab.Thaw(Lab.Destination);
        }

        await Eventually(async () => await Driver.InspectVm(Lab.Destination, vm, Cancellation) is Outcome<VmCopy>.Done);
    }

    [Fact]
    public async Task A_host_that_freezes_under_an_open_connection_makes_a_reader_end_unknown()
    {
        Needs(LabAbilities.FreezeHosts);
        IsDone(await Driver.ListVms(Lab.Destination, Cancellation));
        await Lab.Freeze(Lab.Destination);
        try
        {
            var began = Stopwatch.GetTimestamp();
            Unknown(await Driver.ListVms(Lab.Destination, Cancellation));
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(15), "It did not end within its deadline.");
        }
        finally
        {
            await Lab.Thaw(Lab.Destination);
        }

        await Eventually(async () => await Driver.ListVms(Lab.Destination, Cancellation) is Outcome<IReadOnlyList<VmCopy>>.Done);
    }

    private static async Task Eventually(Func<Task<bool>> condition)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30), "It did not come true within 30 s.");
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, Cancellation);
        }
    }
}
