using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Simulated;
using Xunit;

namespace DrOrchestrator.Drivers.Tests;

public sealed class CapabilityFindingsTests
{
    private static readonly Capabilities Able = new()
    {
        CopiesStorage = true,
        AbortsMigration = true,
        EncryptsTransfer = true,
        CapsBandwidth = true,
        AutoConverges = true,
        UsesMigrationNetwork = true,
        PostCopies = true,
        HoldsGeneration = true,
        PendingRequestBound = TimeSpan.FromSeconds(1),
        PendingRequestSource = "It is made up.",
    };

    /// <summary>Everything that a plan can ask for.</summary>
    private static readonly MigrationOptions Everything = MigrationOptions.Default with
    {
        Storage = StorageMode.Copied,
        PostCopy = true,
        BandwidthCap = Bandwidth.FromMegabitsPerSecond(100),
        BandwidthShare = 0.5,
        CopyBandwidthCap = Bandwidth.FromMegabitsPerSecond(50),
        CopySynchronously = true,
    };

    private static readonly MigrationOptions Least = MigrationOptions.Default with { Encrypted = false, AutoConverge = false };

    /// <summary>What a driver can't do, how much it weighs, and what the finding and its way out speak of.</summary>
    public static TheoryData<string, FindingSeverity, string, string> Flags { get; } = new()
    {
        { nameof(Capabilities.PostCopies), FindingSeverity.Error, "post-copy", "migration.postCopy" },
        { nameof(Capabilities.CopiesStorage), FindingSeverity.Error, "disks to be copied", "migration.storage" },
        { nameof(Capabilities.EncryptsTransfer), FindingSeverity.Error, "encrypted", "migration.encrypted" },
        { nameof(Capabilities.CapsBandwidth), FindingSeverity.Error, "bounds the rate", "migration.bandwidthCapMegabits" },
        { nameof(Capabilities.AutoConverges), FindingSeverity.Warning, "slowed", "quiet" },
        { nameof(Capabilities.UsesMigrationNetwork), FindingSeverity.Warning, "migration network", "configuration" },
    };

    [Fact]
    public void A_driver_that_can_do_everything_is_asked_for_nothing_that_it_can_not() => Assert.Empty(CapabilityFindings.Of(Request(Everything), Able, "made-up"));

    [Theory]
    [MemberData(nameof(Flags))]
    public void What_is_asked_for_and_can_not_be_done_is_found_with_its_way_out(string flag, FindingSeverity severity, string fact, string wayOut)
    {
        var finding = Assert.Single(CapabilityFindings.Of(Request(Everything), Without(flag), "made-up"));

        Assert.Equal(severity, finding.Severity);
        Assert.Contains(fact, finding.Fact, StringComparison.Ordinal);
        Assert.Contains("made-up driver", finding.Fact, StringComparison.Ordinal);
        Assert.Contains(wayOut, finding.WayOut, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Flags))]
    public void What_is_not_asked_for_is_not_found(string flag, FindingSeverity severity, string fact, string wayOut)
    {
        Assert.Empty(CapabilityFindings.Of(Request(Least, migrationAddress: null), Without(flag), $"{severity} {fact} {wayOut}"));
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    public void Each_bound_of_the_rate_asks_for_it(bool cap, bool share, bool copy)
    {
        var options = Least with
        {
            BandwidthCap = cap ? Everything.BandwidthCap : null,
            BandwidthShare = share ? Everything.BandwidthShare : null,
            CopyBandwidthCap = copy ? Everything.CopyBandwidthCap : null,
        };
        Assert.Single(CapabilityFindings.Of(Request(options), Able with { CapsBandwidth = false }, "made-up"));
    }

    [Fact]
    public void That_a_migration_can_not_be_stopped_is_said_before_each() =>
        Assert.Contains("can't stop a migration", Assert.Single(CapabilityFindings.Of(Request(Least), Able with { AbortsMigration = false }, "made-up")).Fact, StringComparison.Ordinal);

    [Fact]
    public async Task It_joins_what_the_driver_finds_and_the_driver_refuses_the_order_all_the_same()
    {
        var fleet = new SimulatedFleet(TimeProvider.System);
        var a1 = fleet.AddHost(new SimulatedHostSettings(new HostId("a1"), new SiteId("A")));
        var b1 = fleet.AddHost(new SimulatedHostSettings(new HostId("b1"), new SiteId("B"))) with { MigrationAddress = null };
        fleet.AddVm(new SimulatedVmSettings(new VmRef(new VmId("vm-1"), "vm-1")), a1.Host);
        await using var driver = new SimulatedDriver(fleet);
        var request = Request(MigrationOptions.Default with { PostCopy = true }) with { Source = a1, Destination = b1 };

        var found = Assert.IsType<Outcome<IReadOnlyList<Finding>>.Done>(await CapabilityFindings.Preflight(driver, request, default)).Value;

        Assert.Equal([FindingSeverity.Warning, FindingSeverity.Error], found.Select(finding => finding.Severity));
        Assert.Contains("post-copy", Assert.IsType<Outcome<Nothing>.Refused>(await driver.EnsureMigration(request, default)).Reason, StringComparison.Ordinal);
    }

    private static Capabilities Without(string flag)
    {
        var changed = Able with { };
        typeof(Capabilities).GetProperty(flag)!.SetValue(changed, false);
        return changed;
    }

    private static MigrationRequest Request(MigrationOptions options, string? migrationAddress = "10.8.0.1")
    {
        HostEndpoint Host(string name, string site) => new(new HostId(name), new SiteId(site), "made-up", $"made-up://{name}", migrationAddress);
        return new MigrationRequest(new MoveId("m"), new VmRef(new VmId("vm-1"), "vm-1"), Host("a1", "A"), Host("b1", "B"), 1, options);
    }
}
