using DrOrchestrator.Core.Inventory;
using Xunit;

namespace DrOrchestrator.Drivers.Conformance;

public abstract partial class DriverConformance
{
    [Fact]
    public async Task An_abort_in_mid_transfer_leaves_the_guest_at_the_source_and_nothing_at_the_destination()
    {
        var vm = await Lab.RunningVm(VmKind.NeverConverging);
        var request = Request(vm, Lab.Slow);
        IsDone(await Driver.EnsureMigration(request, Cancellation));
        await InMidTransfer(request);

        IsDone(await Driver.EnsureAborted(request, Cancellation));
        var watched = await Watch(Driver, request);

        Failed(watched.End.Result);
        Assert.Equal(VmState.Running, watched.End.AtSource?.State);
        Assert.Equal(VmState.Absent, watched.End.AtDestination?.State);
    }

    [Fact]
    public async Task A_watch_that_is_under_way_sees_the_abort()
    {
        var vm = await Lab.RunningVm(VmKind.NeverConverging);
        var request = Request(vm, Lab.Slow);
        IsDone(await Driver.EnsureMigration(request, Cancellation));
        await InMidTransfer(request);

        var watching = Watch(Driver, request);
        await using var another = Lab.NewDriver();
        IsDone(await another.EnsureAborted(request, Cancellation));

        Failed((await watching).End.Result);
    }

    [Fact]
    public async Task Aborting_when_nothing_is_under_way_is_done()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);

        IsDone(await Driver.EnsureAborted(Request(vm), Cancellation));
        IsDone(await Driver.EnsureAborted(Request(vm), Cancellation));
        Assert.Equal(VmState.Running, await StateAt(Lab.Source, vm));
    }

    [Fact]
    public async Task Aborting_after_completion_fails_and_destroys_nothing()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);
        var request = Request(vm);
        IsDone(await Driver.EnsureMigration(request, Cancellation));
        IsDone((await Watch(Driver, request)).End.Result);

        Failed(await Driver.EnsureAborted(request, Cancellation));
        Assert.Equal(VmState.Running, await StateAt(Lab.Destination, vm));
    }

    [Fact]
    public async Task A_VM_whose_migration_was_aborted_can_be_migrated_again()
    {
        var vm = await Lab.RunningVm(VmKind.NeverConverging);
        var first = Request(vm, Lab.Slow);
        IsDone(await Driver.EnsureMigration(first, Cancellation));
        await InMidTransfer(first);
        IsDone(await Driver.EnsureAborted(first, Cancellation));

        var second = Request(vm, generation: 2);
        IsDone(await Driver.EnsureMigration(second, Cancellation));
        IsDone((await Watch(Driver, second)).End.Result);
        Assert.Equal(VmState.Running, await StateAt(Lab.Destination, vm));
    }
}
