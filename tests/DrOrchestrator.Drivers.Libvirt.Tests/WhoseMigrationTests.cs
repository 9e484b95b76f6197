using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Migrations;
using DrOrchestrator.Drivers.Libvirt.Native;
using DrOrchestrator.Drivers.Libvirt.Preflights;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

/// <summary>What a copy at the source says of one that waits, and of a migration whose it is.</summary>
public sealed class WhoseMigrationTests
{
    private static readonly VmRef Vm = new(new VmId("1"), "web");

    private static readonly MigrationRequest Request = new(
        new MoveId("run/1/2"), Vm, LibvirtLab.Endpoint("a1", "A"), LibvirtLab.Endpoint("b1", "B"), 5, MigrationOptions.Default);

    [Theory]
    [InlineData(VmState.Absent, false, false, SourceWord.Left)]
    [InlineData(VmState.Shutoff, true, false, SourceWord.Left)]
    [InlineData(VmState.Shutoff, false, false, SourceWord.None)]
    [InlineData(VmState.Running, false, false, SourceWord.Runs)]
    [InlineData(VmState.Running, false, true, SourceWord.None)]
    [InlineData(VmState.Paused, false, false, SourceWord.None)]
    [InlineData(VmState.Other, false, false, SourceWord.None)]
    [InlineData(VmState.Crashed, false, false, SourceWord.None)]
    internal void Only_a_copy_that_was_migrated_away_lets_the_one_that_waits_begin(VmState state, bool migratedAway, bool migrating, SourceWord word) =>
        Assert.Equal(word, BothEnds.WordOf(Copy(state) with { MigratedAway = migratedAway, MigratingOut = migrating }));

    [Fact]
    public void A_silent_source_says_nothing() => Assert.Equal(SourceWord.None, BothEnds.WordOf(null));

    [Theory]
    [InlineData("run/1/2", true)]
    [InlineData("run/1/1", false)]
    [InlineData(null, false)]
    public void A_migration_is_this_moves_by_its_mark_alone(string? mark, bool ours)
    {
        var seen = Migrating(mark);

        Assert.Equal(ours, MigrationAbort.IsOurs(seen, Request));
        var found = DomainFindings.OfAnother(seen, Request);
        Assert.Equal(ours ? null : FindingSeverity.Error, found?.Severity);
        Assert.True(ours || found!.Fact.Contains("web is already migrating from a1", StringComparison.Ordinal));
        Assert.Null(DomainFindings.OfAnother(seen with { Job = JobStatistics.None }, Request));
    }

    private static DomainSnapshot Migrating(string? mark) => new(
        Copy(VmState.Running) with { MigratingOut = true },
        mark is null ? null : new CustodyMetadata(5, new MoveId(mark)),
        new JobStatistics(JobType.Unbounded, new Dictionary<string, double> { ["operation"] = 5 }, null),
        Active: true);

    private static VmCopy Copy(VmState state) => new(Vm, new HostId("a1"), state, true, Bytes.FromMebibytes(96), 1);
}
