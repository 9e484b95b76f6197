using DrOrchestrator.Core.Inventory;
using Xunit;

namespace DrOrchestrator.Drivers.Conformance;

public abstract partial class DriverConformance
{
    [Fact]
    public async Task Stops_starts_and_removes_a_VM_and_repeating_each_is_done()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);

        Refused(await Driver.EnsureRemoved(Lab.Source, vm, Cancellation));
        for (var i = 0; i < 2; i++)
        {
            IsDone(await Driver.EnsureStopped(Lab.Source, vm, Cancellation));
            Assert.Equal(VmState.Shutoff, await StateAt(Lab.Source, vm));
        }

        for (var i = 0; i < 2; i++)
        {
            IsDone(await Driver.EnsureStarted(Lab.Source, vm, 1, Cancellation));
            Assert.Equal(VmState.Running, await StateAt(Lab.Source, vm));
        }

        IsDone(await Driver.EnsureStopped(Lab.Source, vm, Cancellation));
        for (var i = 0; i < 2; i++)
        {
            IsDone(await Driver.EnsureRemoved(Lab.Source, vm, Cancellation));
            Assert.Equal(VmState.Absent, await StateAt(Lab.Source, vm));
        }
    }

    [Fact]
    public async Task Stopping_an_absent_VM_is_done_and_starting_it_is_refused()
    {
        var nobody = new VmRef(new Core.Kernel.VmId("00000000-0000-4000-8000-00000000dead"), "nobody");

        IsDone(await Driver.EnsureStopped(Lab.Source, nobody, Cancellation));
        IsDone(await Driver.EnsureRemoved(Lab.Source, nobody, Cancellation));
        Refused(await Driver.EnsureStarted(Lab.Source, nobody, 1, Cancellation));
    }

    [Fact]
    public async Task A_start_older_than_the_metadata_is_refused()
    {
        Assert.SkipUnless(Driver.Capabilities.HoldsGeneration, "This hypervisor does not hold the generation.");
        var vm = await Lab.StoppedVm();
        IsDone(await Driver.EnsureGeneration(Lab.Source, vm, 5, Cancellation));

        Refused(await Driver.EnsureStarted(Lab.Source, vm, 4, Cancellation));
        Assert.Equal(VmState.Shutoff, await StateAt(Lab.Source, vm));

        IsDone(await Driver.EnsureStarted(Lab.Source, vm, 6, Cancellation));
        Assert.Equal(6, Value(await Driver.InspectVm(Lab.Source, vm, Cancellation)).Generation);
    }

    [Fact]
    public async Task A_migration_older_than_the_metadata_is_refused()
    {
        Assert.SkipUnless(Driver.Capabilities.HoldsGeneration, "This hypervisor does not hold the generation.");
        var vm = await Lab.RunningVm(VmKind.Ordinary);
        IsDone(await Driver.EnsureGeneration(Lab.Source, vm, 5, Cancellation));

        Refused(await Driver.EnsureMigration(Request(vm, generation: 4), Cancellation));
        Assert.Equal(VmState.Running, await StateAt(Lab.Source, vm));
    }

    [Fact]
    public async Task The_generation_only_rises_and_an_absent_VM_has_none_to_write()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);
        if (!Driver.Capabilities.HoldsGeneration)
        {
            Refused(await Driver.EnsureGeneration(Lab.Source, vm, 3, Cancellation));
            return;
        }

        IsDone(await Driver.EnsureGeneration(Lab.Source, vm, 3, Cancellation));
        IsDone(await Driver.EnsureGeneration(Lab.Source, vm, 2, Cancellation));
        Assert.Equal(3, Value(await Driver.InspectVm(Lab.Source, vm, Cancellation)).Generation);
        IsDone(await Driver.EnsureGeneration(Lab.Destination, vm, 9, Cancellation));
        Assert.Equal(VmState.Absent, await StateAt(Lab.Destination, vm));
    }

    [Fact]
    public async Task Stopping_the_incoming_copy_ends_the_migration_with_the_guest_at_the_source()
    {
        var vm = await Lab.RunningVm(VmKind.NeverConverging);
        var request = Request(vm, Lab.Slow);
        IsDone(await Driver.EnsureMigration(request, Cancellation));
        await InMidTransfer(request);
        Assert.Equal(VmState.Incoming, await StateAt(Lab.Destination, vm));

        IsDone(await Driver.EnsureStopped(Lab.Destination, vm, Cancellation));
        var watched = await Watch(Driver, request);

        Failed(watched.End.Result);
        Assert.Equal(VmState.Running, watched.End.AtSource?.State);
        Assert.Equal(VmState.Absent, watched.End.AtDestination?.State);
    }

    [Fact]
    public async Task Stopping_the_source_in_mid_transfer_leaves_no_copy_running()
    {
        var vm = await Lab.RunningVm(VmKind.NeverConverging);
        var request = Request(vm, Lab.Slow);
        IsDone(await Driver.EnsureMigration(request, Cancellation));
        await InMidTransfer(request);

        IsDone(await Driver.EnsureStopped(Lab.Source, vm, Cancellation));
        var watched = await Watch(Driver, request);

        Failed(watched.End.Result);
        Assert.Equal(VmState.Shutoff, watched.End.AtSource?.State);
        Assert.Equal(VmState.Absent, watched.End.AtDestination?.State);
    }
}
