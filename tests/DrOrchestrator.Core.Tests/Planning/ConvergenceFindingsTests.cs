using System.Globalization;
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

        Assert.Contains("200 Mbit/s (the plan's limit) with a guest that dirties 100 Mbit/s (by the inventory) take about 84 s", ConvergenceFindings.Of(Move, policy, Known(100))!.Fact, StringComparison.Ordinal);
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

    [Theory]
    [InlineData(null, null, 1000d, "the link from A to B")]
    [InlineData(5000d, 5000d, 1000d, "the link from A to B")]
    [InlineData(400d, 5000d, 400d, "the outgoing interface of a1")]
    [InlineData(5000d, 400d, 400d, "the incoming interface of b1")]
    public void Counts_with_the_narrowest_part_of_the_way_and_says_which_that_is(double? sends, double? receives, double carries, string part) => Assert.Contains(
        string.Create(CultureInfo.InvariantCulture, $" over {carries} Mbit/s ({part}) with a guest"),
        ConvergenceFindings.Of(Move, PlanPolicy.Default, Interfaces(Known(100), sends, receives)).Fact,
        StringComparison.Ordinal);

    [Fact]
    public void Does_not_promise_an_end_where_an_interface_carries_less_than_the_guest_dirties()
    {
        var finding = ConvergenceFindings.Of(Move, With(MigrationOptions.Default with { AutoConverge = false }), Interfaces(Known(500), 400, null));

        Assert.Equal(FindingSeverity.Error, finding.Severity);
        Assert.Contains("dirties 500 Mbit/s (by the inventory), and its way carries 400 Mbit/s (the outgoing interface of a1): pre-copy does not end by itself", finding.Fact, StringComparison.Ordinal);
    }

    [Fact]
    public void A_move_within_a_site_is_judged_by_both_interfaces()
    {
        var within = Move with { Destination = A2 };
        var known = Interfaces(Known(100), 5000, null);
        known = known with { Rules = known.Rules! with { Hosts = [.. known.Rules.Hosts, new HostLimit(A2.Host, Bandwidth.FromMegabitsPerSecond(600), null)] } };

        var finding = ConvergenceFindings.Of(within, PlanPolicy.Default, known);

        Assert.Equal(FindingSeverity.Information, finding.Severity);
        Assert.Contains("over 600 Mbit/s (the incoming interface of a2) with a guest", finding.Fact, StringComparison.Ordinal);
        Assert.Contains("what the interfaces of a1 and a2 carry", ConvergenceFindings.Of(within, PlanPolicy.Default, Known(100)).Fact, StringComparison.Ordinal);
    }

    [Fact]
    public void Warns_where_the_link_is_not_known() =>
        Assert.Contains("no link between site A and site B, so it can not be said", Warning(Known(100) with { Links = [] }).Fact, StringComparison.Ordinal);

    [Fact]
    public void By_the_interfaces_alone_an_end_between_two_sites_is_only_likely_and_its_absence_certain()
    {
        var unlinked = Interfaces(Known(100), 400, null) with { Links = [] };
        var likely = Warning(unlinked);

        Assert.Contains("over 400 Mbit/s (the outgoing interface of a1)", likely.Fact, StringComparison.Ordinal);
        Assert.EndsWith("which may carry less.", likely.Fact, StringComparison.Ordinal);
        Assert.Equal(
            FindingSeverity.Error,
            ConvergenceFindings.Of(Move, With(MigrationOptions.Default with { AutoConverge = false }) with { AssumedDirtyRate = Bandwidth.FromMegabitsPerSecond(500) }, Interfaces(Known(null), 400, null) with { Links = [] }).Severity);
    }

    private static Finding Warning(ScopeObservation scope)
    {
        var finding = ConvergenceFindings.Of(Move, PlanPolicy.Default, scope);
        Assert.Equal(FindingSeverity.Warning, finding.Severity);
        return finding;
    }

    private static ScopeObservation Interfaces(ScopeObservation scope, double? sends, double? receives) => scope with
    {
        Rules = scope.Rules! with { Hosts = [new HostLimit(A1.Host, Megabits(sends), null), new HostLimit(B1.Host, Megabits(receives), null)] },
    };

    private static Bandwidth? Megabits(double? megabits) => megabits is { } known ? Bandwidth.FromMegabitsPerSecond(known) : null;

    private static PlanPolicy With(MigrationOptions options) => PlanPolicy.Default with { Move = MovePolicy.Default with { Migration = options } };

    private static ScopeObservation Known(double? dirtyMegabits) => Scope(Seen(A1, 1024), Seen(B1, 65536)) with
    {
        Rules = FleetRules.None with { Vms = [new VmRule(Web.Id, null, dirtyMegabits is { } dirty ? Bandwidth.FromMegabitsPerSecond(dirty) : null)] },
    };
}
