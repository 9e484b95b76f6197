using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Plans;
using Xunit;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Planning;

public sealed class ConvergenceFindingsTests
{
    private static readonly PlannedMove Move = new(Web, A1, B1, Bytes.FromMebibytes(1000), null);

    [Theory]
    [InlineData(null, FindingSeverity.Information, "its dirty rate is not known")]
    [InlineData(100d, FindingSeverity.Information, "take about 10 s")]
    [InlineData(900d, FindingSeverity.Warning, "Little is left over")]
    [InlineData(1000d, FindingSeverity.Warning, "slow its CPUs")]
    public void Says_whether_and_when_pre_copy_ends(double? dirtyMegabits, FindingSeverity severity, string fact)
    {
        var finding = ConvergenceFindings.Of(Move, PlanPolicy.Default, Known(dirtyMegabits))!;

        Assert.Equal((FindingArea.Bandwidth, severity), (finding.Area, finding.Severity));
        Assert.Contains(fact, finding.Fact, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_an_error_where_the_hypervisor_may_not_slow_the_guest_down()
    {
        var policy = With(MigrationOptions.Default with { AutoConverge = false });

        Assert.Equal(FindingSeverity.Error, ConvergenceFindings.Of(Move, policy, Known(1200))!.Severity);
    }

    [Fact]
    public void Counts_with_the_plans_cap_where_that_is_less_than_the_link()
    {
        var policy = With(MigrationOptions.Default with { BandwidthCap = Bandwidth.FromMegabitsPerSecond(200) });

        Assert.Contains("200 Mbit/s with a guest that dirties 100 Mbit/s (by the inventory) take about 84 s", ConvergenceFindings.Of(Move, policy, Known(100))!.Fact, StringComparison.Ordinal);
    }

    [Fact]
    public void Takes_the_plans_assumption_where_the_inventory_says_nothing() => Assert.Contains(
        "dirties 300 Mbit/s (assumed by the plan)",
        ConvergenceFindings.Of(Move, PlanPolicy.Default with { AssumedDirtyRate = Bandwidth.FromMegabitsPerSecond(300) }, Known(null))!.Fact,
        StringComparison.Ordinal);

    [Fact]
    public void Judges_by_what_the_last_migration_saw_and_says_when_unless_more_is_stated()
    {
        var seen = new ObservedDirtyRate(Bandwidth.FromMegabitsPerSecond(300), Noon);
        string Fact(double? stated) => ConvergenceFindings.Of(
            Move,
            PlanPolicy.Default with { AssumedDirtyRate = Bandwidth.FromMegabitsPerSecond(700) },
            Known(stated) with { Rules = FleetRules.None with { Vms = [Known(stated).Rules!.Vms[0] with { Observed = seen }] } })!.Fact;

        Assert.Contains("dirties 300 Mbit/s (as observed at 2026-05-04 12:00:00Z)", Fact(null), StringComparison.Ordinal);
        Assert.Contains("dirties 300 Mbit/s (as observed at", Fact(100), StringComparison.Ordinal);
        Assert.Contains("dirties 400 Mbit/s (by the inventory)", Fact(400), StringComparison.Ordinal);
    }

    [Fact]
    public void Warns_where_the_link_is_not_known() =>
        Assert.Equal(FindingSeverity.Warning, ConvergenceFindings.Of(Move, PlanPolicy.Default, Scope(Seen(A1, 1)) with { Links = [] })!.Severity);

    private static PlanPolicy With(MigrationOptions options) => PlanPolicy.Default with { Move = MovePolicy.Default with { Migration = options } };

    private static ScopeObservation Known(double? dirtyMegabits) => Scope(Seen(A1, 1024), Seen(B1, 65536)) with
    {
        Rules = FleetRules.None with { Vms = [new VmRule(Web.Id, null, dirtyMegabits is { } dirty ? Bandwidth.FromMegabitsPerSecond(dirty) : null)] },
    };
}
