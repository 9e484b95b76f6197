using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Plans;
using DrOrchestrator.Core.Runs;
using Xunit;
using static DrOrchestrator.Core.Tests.Runs.RunStory;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Runs;

public sealed class MoveTermsTests
{
    private static readonly PlannedMove Move = new(Web, A1, B1, Bytes.FromMebibytes(1000), null);

    private static readonly PlanPolicy WithPostCopy = With(MigrationOptions.Default with { PostCopy = true });

    [Fact]
    public void Post_copy_is_for_what_a_person_planned_off_a_host_of_which_nothing_bad_is_reported()
    {
        var terms = MoveTerms.Of(Move, WithPostCopy, Look(), ByHand);

        Assert.True(terms.Policy.Migration.PostCopy);
        Assert.DoesNotContain(terms.Foreseen, finding => finding.Fact.Contains("post-copy", StringComparison.Ordinal));
    }

    [Fact]
    public void Post_copy_is_never_used_when_an_alert_started_the_run_and_the_record_says_why()
    {
        var terms = MoveTerms.Of(Move, WithPostCopy, Look(), ByAlert);

        Assert.False(terms.Policy.Migration.PostCopy);
        Assert.Contains(terms.Foreseen, finding => finding.Fact.Contains("it is not used: the run was started by an alert", StringComparison.Ordinal));
    }

    [Fact]
    public void Post_copy_is_never_used_off_a_host_with_an_open_condition_whoever_started_the_run()
    {
        var terms = MoveTerms.Of(Move, WithPostCopy, Look(), ByHand with { Doubt = "HostOverheating" });

        Assert.False(terms.Policy.Migration.PostCopy);
        Assert.Contains(terms.Foreseen, finding => finding.Fact.Contains("the source is suspect (HostOverheating)", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, FindingSeverity.Information, "after one pass of about 9 s the guest goes on at its destination")]
    [InlineData(false, FindingSeverity.Error, "pre-copy does not end by itself")]
    public void A_guest_that_never_converges_is_an_error_unless_post_copy_is_really_used(bool byHand, FindingSeverity severity, string fact)
    {
        var policy = With(MigrationOptions.Default with { PostCopy = true, AutoConverge = false }) with { AssumedDirtyRate = Bandwidth.FromMegabitsPerSecond(1200) };

        var finding = MoveTerms.Of(Move, policy, Look(), byHand ? ByHand : ByAlert).Foreseen[0];

        Assert.Equal(severity, finding.Severity);
        Assert.Contains(fact, finding.Fact, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_foreseen_without_post_copy_goes_with_a_move_that_may_use_it_where_it_is_another_thing()
    {
        var policy = With(MigrationOptions.Default with { PostCopy = true, AutoConverge = false });
        Finding? Then(PlanPolicy plan) => MoveTerms.Of(Move, plan, Look(), ByHand).Policy.Migration.Bounds!.WithoutPostCopy;

        Assert.Equal(FindingSeverity.Error, Then(policy with { AssumedDirtyRate = Bandwidth.FromMegabitsPerSecond(1200) })!.Severity);
        Assert.Null(Then(policy with { AssumedDirtyRate = Bandwidth.FromMegabitsPerSecond(100) }));
    }

    [Theory]
    [InlineData(25d, null, 250d)]
    [InlineData(25d, 100d, 100d)]
    [InlineData(null, 100d, 100d)]
    [InlineData(null, null, null)]
    public void A_share_of_the_way_caps_a_migration_like_a_cap_and_the_less_of_both_holds(double? percent, double? cap, double? holds)
    {
        var policy = With(MigrationOptions.Default with { BandwidthShare = percent / 100, BandwidthCap = Megabits(cap) });

        Assert.Equal(Megabits(holds), MoveTerms.Of(Move, policy, Look(), ByHand).Policy.Migration.BandwidthCap);
    }

    [Fact]
    public void The_way_is_as_wide_as_its_narrowest_known_part()
    {
        var narrow = Look() with { Rules = FleetRules.None with { Hosts = [new HostLimit(B1.Host, Bandwidth.FromMegabitsPerSecond(400), null), new HostLimit(B2.Host, Bandwidth.FromMegabitsPerSecond(1), null)] } };

        Assert.Equal(
            new MoveBounds(PlanPolicy.Default.MemoryHeadroom, PlanPolicy.Default.CpuOvercommit, Bandwidth.FromMegabitsPerSecond(400)),
            MoveTerms.Of(Move, PlanPolicy.Default, narrow, ByHand).Policy.Migration.Bounds);
        Assert.Null(MoveTerms.Of(Move, PlanPolicy.Default, Look() with { Links = [] }, ByHand).Policy.Migration.Bounds!.Way);
    }

    [Fact]
    public void A_share_of_a_way_of_which_nothing_is_known_is_warned_of()
    {
        var terms = MoveTerms.Of(Move, With(MigrationOptions.Default with { BandwidthShare = 0.5 }), Look() with { Links = [] }, ByHand);

        Assert.Null(terms.Policy.Migration.BandwidthCap);
        Assert.Contains(terms.Foreseen, finding => finding is { Severity: FindingSeverity.Warning } && finding.Fact.Contains("the share binds nothing", StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_gives_each_move_its_terms_and_what_it_foresees()
    {
        var start = Moving(1, WithPostCopy, ByAlert).Outstanding.Asks.Select(ask => ask.Message).OfType<MoveMessage.StartMove>().Single();

        Assert.False(start.Policy.Migration.PostCopy);
        Assert.NotNull(start.Policy.Migration.Bounds);
        Assert.Contains(start.Foreseen!, finding => finding.Fact.Contains("its dirty rate is not known", StringComparison.Ordinal));
    }

    private static ScopeObservation Look() => Scope(Seen(A1, 1024), Seen(B1, 65536));

    private static PlanPolicy With(MigrationOptions options) => PlanPolicy.Default with { Move = MovePolicy.Default with { Migration = options } };

    private static Bandwidth? Megabits(double? megabits) => megabits is { } known ? Bandwidth.FromMegabitsPerSecond(known) : null;
}
