using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using Xunit;

namespace DrOrchestrator.Drivers.Tests;

public sealed class MigrationVerdictTests
{
    private static readonly VmRef Vm = new(new VmId("1"), "web");

    private static readonly MigrationRequest Request = new(
        new MoveId("run/1/1"),
        Vm,
        new HostEndpoint(new HostId("a1"), new SiteId("A"), "x", "x"),
        new HostEndpoint(new HostId("b1"), new SiteId("B"), "x", "x"),
        5,
        MigrationOptions.Default);

    [Theory]
    [InlineData(VmState.Absent, VmState.Running, "Done")]
    [InlineData(VmState.Shutoff, VmState.Running, "Done")]
    [InlineData(VmState.Running, VmState.Absent, "Failed")]
    [InlineData(VmState.Running, VmState.Shutoff, "Failed")]
    [InlineData(VmState.Shutoff, VmState.Absent, "Failed")]
    [InlineData(VmState.Absent, VmState.Absent, "Unknown")]
    [InlineData(VmState.Absent, VmState.Shutoff, "Failed")]
    [InlineData(VmState.Absent, VmState.Crashed, "Failed")]
    [InlineData(VmState.Running, VmState.Running, "Unknown")]
    [InlineData(VmState.Running, VmState.Incoming, "Unknown")]
    [InlineData(VmState.Paused, VmState.Running, "Unknown")]
    [InlineData(VmState.Other, VmState.Absent, "Unknown")]
    [InlineData(null, VmState.Running, "Unknown")]
    [InlineData(VmState.Running, null, "Unknown")]
    [InlineData(null, null, "Unknown")]
    public void The_end_is_judged_by_what_both_ends_show(VmState? source, VmState? destination, string verdict) =>
        Assert.Equal(verdict, MigrationVerdict.After(Request, Copy("a1", source), Copy("b1", destination), null).GetType().Name);

    [Theory]
    [InlineData(VmState.Running, VmState.Absent, null)]
    [InlineData(VmState.Running, VmState.Shutoff, null)]
    [InlineData(VmState.Absent, VmState.Running, "Done")]
    [InlineData(VmState.Shutoff, VmState.Running, "Done")]
    [InlineData(VmState.Running, VmState.Running, "Refused")]
    [InlineData(VmState.Running, VmState.Incoming, "Refused")]
    [InlineData(VmState.Paused, VmState.Absent, "Refused")]
    [InlineData(VmState.Absent, VmState.Absent, "Refused")]
    public void A_migration_begins_only_from_the_one_running_copy(VmState source, VmState destination, string? verdict) =>
        Assert.Equal(verdict, MigrationVerdict.Before(Request, Copy("a1", source)!, Copy("b1", destination)!, null)?.GetType().Name);

    [Fact]
    public void A_source_that_says_its_guest_was_migrated_away_proves_nothing_where_the_destination_has_none()
    {
        var left = Copy("a1", VmState.Shutoff)! with { MigratedAway = true };

        Assert.IsType<Outcome<Nothing>.Unknown>(MigrationVerdict.After(Request, left, Copy("b1", VmState.Absent), null));
        Assert.IsType<Outcome<Nothing>.Done>(MigrationVerdict.After(Request, left, Copy("b1", VmState.Running), null));
    }

    [Fact]
    public void A_running_job_without_this_moves_mark_is_refused_and_ones_own_is_attached_to()
    {
        var migrating = Copy("a1", VmState.Running)! with { MigratingOut = true };
        var incoming = Copy("b1", VmState.Incoming)!;

        Assert.IsType<Outcome<Nothing>.Done>(MigrationVerdict.Before(Request, migrating, incoming, "run/1/1"));
        Assert.IsType<Outcome<Nothing>.Refused>(MigrationVerdict.Before(Request, migrating, incoming, "run/1/2"));
        Assert.IsType<Outcome<Nothing>.Refused>(MigrationVerdict.Before(Request, migrating, Copy("b1", VmState.Absent)!, null));
    }

    [Theory]
    [InlineData(6L, null)]
    [InlineData(null, 6L)]
    public void A_newer_generation_at_either_end_is_refused(long? source, long? destination) =>
        Assert.IsType<Outcome<Nothing>.Refused>(MigrationVerdict.Before(
            Request,
            Copy("a1", VmState.Running)! with { Generation = source },
            Copy("b1", VmState.Shutoff)! with { Generation = destination },
            null));

    private static VmCopy? Copy(string host, VmState? state) =>
        state is null ? null : new VmCopy(Vm, new HostId(host), state.Value, true, Bytes.FromMebibytes(1), 1);
}
