using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using Xunit;

namespace DrOrchestrator.Drivers.Conformance;

public abstract partial class DriverConformance
{
    [Fact]
    public async Task Migrates_through_the_four_steps_in_order_with_progress()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);
        var before = await Lab.Observe(vm);
        var request = Request(vm);

        IsDone(await Driver.EnsureMigration(request, Cancellation));
        var watched = await Watch(Driver, request);

        IsDone(watched.End.Result);
        Assert.Equal(VmState.Absent, watched.End.AtSource?.State);
        Assert.Equal(VmState.Running, watched.End.AtDestination?.State);
        Assert.Equal(Enum.GetValues<MigrationStep>(), watched.Steps.Distinct());
        Assert.Equal(watched.Steps.Order(), watched.Steps);
        Assert.Contains(watched.Readings, r => r.Total is not null);
        if (before is not null)
        {
            var after = await Lab.Observe(vm);
            Assert.Equal(before.BootId, after!.BootId);
            Assert.True(after.Counter > before.Counter, "The guest's counter does not advance.");
        }
    }

    [Fact]
    public async Task The_copy_at_the_destination_is_persistent_and_carries_the_generation()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);
        var request = Request(vm, generation: 7);

        IsDone(await Driver.EnsureMigration(request, Cancellation));
        IsDone((await Watch(Driver, request)).End.Result);

        var copy = Value(await Driver.InspectVm(Lab.Destination, vm, Cancellation));
        Assert.True(copy.Persistent);
        Assert.Equal(Driver.Capabilities.HoldsGeneration ? 7 : null, copy.Generation);
    }

    [Fact]
    public async Task Ensuring_twice_re_attaches_and_makes_one_migration()
    {
        var vm = await Lab.RunningVm(VmKind.NeverConverging);
        var request = Request(vm, Lab.Slow);
        IsDone(await Driver.EnsureMigration(request, Cancellation));
        await InMidTransfer(request);

        await using var another = Lab.NewDriver();
        IsDone(await another.EnsureMigration(request, Cancellation));
        IsDone(await Driver.EnsureMigration(request, Cancellation));

        Assert.True(Value(await another.InspectVm(Lab.Source, vm, Cancellation)).MigratingOut);
        IsDone(await another.EnsureAborted(request, Cancellation));
        Assert.Equal(VmState.Running, await StateAt(Lab.Source, vm));
        Assert.False(Value(await another.InspectVm(Lab.Source, vm, Cancellation)).MigratingOut);
    }

    [Fact]
    public async Task A_second_migration_of_a_VM_is_refused_while_one_is_under_way()
    {
        var vm = await Lab.RunningVm(VmKind.NeverConverging);
        var request = Request(vm, Lab.Slow);
        IsDone(await Driver.EnsureMigration(request, Cancellation));
        await InMidTransfer(request);

        Refused(await Driver.EnsureMigration(Request(vm, Lab.Slow), Cancellation));

        IsDone(await Driver.EnsureAborted(request, Cancellation));
    }

    [Fact]
    public async Task A_migration_that_somebody_else_began_is_found_and_refused_and_never_stopped()
    {
        Needs(LabAbilities.MigrateByAnother);
        var vm = await Lab.RunningVm(VmKind.NeverConverging);
        await Lab.MigrateByAnother(vm);
        var request = Request(vm, Lab.Slow);

        Assert.Contains(
            Value(await Driver.Preflight(request, Cancellation)),
            f => f is { Area: FindingArea.VmConfiguration, Severity: FindingSeverity.Error } && f.Fact.Contains("already migrating", StringComparison.Ordinal));
        Assert.Contains("already migrating", Refused(await Driver.EnsureMigration(request, Cancellation)), StringComparison.Ordinal);
        await Driver.EnsureAborted(request, Cancellation);
        await Driver.EnsureHandedOver(request, Cancellation);

        Assert.True(Value(await Driver.InspectVm(Lab.Source, vm, Cancellation)).MigratingOut, "Somebody else's migration was stopped.");
    }

    [Fact]
    public async Task Ensuring_after_the_end_says_done_and_the_watch_ends_done()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);
        var request = Request(vm);
        IsDone(await Driver.EnsureMigration(request, Cancellation));
        IsDone((await Watch(Driver, request)).End.Result);

        await using var another = Lab.NewDriver();
        IsDone(await another.EnsureMigration(request, Cancellation));
        var watched = await Watch(another, request);

        IsDone(watched.End.Result);
        Assert.Equal(VmState.Absent, watched.End.AtSource?.State);
        Assert.Equal(VmState.Running, watched.End.AtDestination?.State);
    }

    [Fact]
    public async Task A_fresh_driver_watches_what_another_started_to_its_end()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);
        var request = Request(vm);
        var starter = Lab.NewDriver();
        IsDone(await starter.EnsureMigration(request, Cancellation));
        await starter.DisposeAsync();

        var watched = await Watch(Driver, request);

        IsDone(watched.End.Result);
        Assert.Equal(VmState.Running, watched.End.AtDestination?.State);
    }

    [Fact]
    public async Task A_watch_without_any_migration_fails_and_says_where_the_guest_is()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);

        var watched = await Watch(Driver, Request(vm));

        Assert.Empty(watched.Readings);
        Failed(watched.End.Result);
        Assert.Equal(VmState.Running, watched.End.AtSource?.State);
        Assert.Equal(VmState.Absent, watched.End.AtDestination?.State);
    }

    [Fact]
    public async Task A_transfer_past_its_timeout_is_aborted_and_ends_failed_with_the_guest_at_the_source()
    {
        var vm = await Lab.RunningVm(VmKind.NeverConverging);
        var request = Request(vm, Lab.Slow with { Timeout = TimeSpan.FromSeconds(4) });
        IsDone(await Driver.EnsureMigration(request, Cancellation));

        var watched = await Watch(Driver, request);

        Assert.Contains("4 s", Failed(watched.End.Result), StringComparison.Ordinal);
        Assert.Equal(VmState.Running, watched.End.AtSource?.State);
        Assert.Equal(VmState.Absent, watched.End.AtDestination?.State);
    }

    [Fact]
    public async Task A_VM_that_is_not_at_the_source_is_refused()
    {
        var stopped = await Lab.StoppedVm();

        Refused(await Driver.EnsureMigration(Request(stopped), Cancellation));
        Assert.Contains(
            Value(await Driver.Preflight(Request(stopped), Cancellation)),
            f => f is { Area: FindingArea.VmConfiguration, Severity: FindingSeverity.Error });
    }

    [Fact]
    public async Task Preflight_finds_nothing_against_an_ordinary_VM()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);

        var findings = Value(await Driver.Preflight(Request(vm), Cancellation));

        Assert.DoesNotContain(findings, f => f.Severity == FindingSeverity.Error);
    }

    [Fact]
    public async Task Too_little_memory_at_the_destination_is_found_and_refused()
    {
        Needs(LabAbilities.MakeTooBig);
        var vm = await Lab.RunningVm(VmKind.TooBig);

        Assert.Contains(
            Value(await Driver.Preflight(Request(vm), Cancellation)),
            f => f is { Area: FindingArea.Capacity, Severity: FindingSeverity.Error });
        Refused(await Driver.EnsureMigration(Request(vm), Cancellation));
        Assert.Equal(VmState.Absent, await StateAt(Lab.Destination, vm));
    }

    [Fact]
    public async Task Preflight_names_a_host_that_does_not_answer()
    {
        Needs(LabAbilities.FreezeHosts);
        var vm = await Lab.RunningVm(VmKind.Ordinary);
        await Lab.Freeze(Lab.Destination);
        try
        {
            Assert.Contains(
                Value(await Driver.Preflight(Request(vm), Cancellation)),
                f => f is { Area: FindingArea.Reachability, Severity: FindingSeverity.Error }
                    && f.Fact.Contains(Lab.Destination.Host.Value, StringComparison.Ordinal));
            Unknown(await Driver.EnsureMigration(Request(vm), Cancellation));
        }
        finally
        {
            await Lab.Thaw(Lab.Destination);
        }
    }

    [Fact]
    public async Task An_encrypted_transfer_that_is_impossible_never_becomes_a_plain_one()
    {
        Needs(LabAbilities.PreventEncryption);
        var vm = await Lab.RunningVm(VmKind.Ordinary);
        await Lab.PreventEncryption();
        var request = Request(vm, Lab.Quick with { Encrypted = true });

        var ensured = await Driver.EnsureMigration(request, Cancellation);

        // A driver may know it at once, or learn it from the hypervisor a moment later.
        if (ensured is Outcome<Nothing>.Done)
        {
            Failed((await Watch(Driver, request)).End.Result);
        }
        else
        {
            Assert.True(ensured is Outcome<Nothing>.Refused or Outcome<Nothing>.Failed, $"Expected refused or failed, got {ensured}.");
        }

        Assert.Equal(VmState.Running, await StateAt(Lab.Source, vm));
        Assert.Equal(VmState.Absent, await StateAt(Lab.Destination, vm));
    }

    [Fact]
    public async Task A_disk_on_local_storage_is_copied_there_and_back()
    {
        Needs(LabAbilities.LocalDisks);
        var vm = await Lab.RunningVm(VmKind.WithLocalDisk);
        var there = Request(vm);
        IsDone(await Driver.EnsureMigration(there, Cancellation));
        IsDone((await Watch(Driver, there)).End.Result);

        // The disk it left behind is still there, and is written over.
        var back = Request(vm) with { Source = Lab.Destination, Destination = Lab.Source };
        IsDone(await Driver.EnsureMigration(back, Cancellation));
        IsDone((await Watch(Driver, back)).End.Result);

        Assert.Equal(VmState.Running, await StateAt(Lab.Source, vm));
    }

    [Fact]
    public async Task Hosts_that_lose_each_other_end_the_migration_with_the_guest_at_the_source()
    {
        Needs(LabAbilities.CutHosts);
        var vm = await Lab.RunningVm(VmKind.NeverConverging);
        var request = Request(vm, Lab.Slow);
        IsDone(await Driver.EnsureMigration(request, Cancellation));
        await InMidTransfer(request);
        await Lab.CutHosts();

        var watched = await Watch(Driver, request);

        Failed(watched.End.Result);
        Assert.Equal(VmState.Running, watched.End.AtSource?.State);
        Assert.Equal(VmState.Absent, watched.End.AtDestination?.State);
    }
}
