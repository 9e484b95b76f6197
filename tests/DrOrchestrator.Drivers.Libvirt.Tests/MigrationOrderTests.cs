using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Migrations;
using DrOrchestrator.Drivers.Libvirt.Native;
using DrOrchestrator.Drivers.Libvirt.Storage;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

public sealed class MigrationOrderTests
{
    private const MigrateFlags Always = MigrateFlags.Live | MigrateFlags.PeerToPeer | MigrateFlags.PersistDestination
        | MigrateFlags.UndefineSource | MigrateFlags.AbortOnError;

    private static readonly MigrationOptions Plain = MigrationOptions.Default with { Encrypted = false, AutoConverge = false };

    private static readonly DomainDisk Disk = new("vda", "file", "/a/web.qcow2", "qcow2", "none");

    [Fact]
    public void A_plain_migration_is_live_peer_to_peer_persisted_and_undefined_at_the_source()
    {
        var order = Order(Plain, new StoragePlan([], [], []));

        Assert.Equal(Always, order.Flags);
        Assert.Equal("qemu+tls://b1/system", order.DestinationUri);
        Assert.Equal([new("migrate_uri", "tcp://b1-mig")], order.Parameters);
    }

    [Fact]
    public void Policy_becomes_flags_and_parameters()
    {
        var order = Order(
            Plain with { Encrypted = true, AutoConverge = true, BandwidthCap = new Bandwidth(10.9 * 1024 * 1024) }, new StoragePlan([], [], []));

        Assert.Equal(Always | MigrateFlags.Tls | MigrateFlags.AutoConverge, order.Flags);
        Assert.Contains(new("bandwidth", 10UL), order.Parameters);
    }

    [Theory]
    [InlineData(false, MigrateFlags.Paused)]
    [InlineData(true, MigrateFlags.PostCopy)]
    internal void A_guest_that_fetches_its_memory_from_the_source_does_not_wait_for_the_sources_end(bool postCopy, MigrateFlags flag) =>
        Assert.Equal(Always | flag, Order(Plain with { PostCopy = postCopy }, new StoragePlan([], [], []), confirmedHandover: true).Flags);

    [Theory]
    [InlineData(true, 4UL)]
    [InlineData(false, 10UL)]
    public void Disks_are_copied_at_their_own_rate_and_memory_alone_at_its_own(bool copies, ulong rate)
    {
        var options = Plain with { BandwidthCap = Bandwidth.FromMebibytesPerSecond(10), CopyBandwidthCap = Bandwidth.FromMebibytesPerSecond(4) };

        Assert.Contains(new("bandwidth", rate), Order(options, new StoragePlan(copies ? [new CopiedDisk(Disk, 1, false)] : [], [], [])).Parameters);
    }

    [Theory]
    [InlineData(true, MigrateFlags.NonSharedDisk | MigrateFlags.SynchronousCopy)]
    [InlineData(false, MigrateFlags.None)]
    internal void Writes_wait_for_the_copy_only_where_something_is_copied(bool copies, MigrateFlags flags) => Assert.Equal(
        Always | flags,
        Order(Plain with { CopySynchronously = true }, new StoragePlan(copies ? [new CopiedDisk(Disk, 1, false)] : [], [], [])).Flags);

    [Fact]
    public void Copied_disks_are_named_and_only_they()
    {
        var order = Order(Plain, new StoragePlan([new CopiedDisk(Disk, 1, false)], [Disk with { Target = "vdb", Kind = "network" }], []));

        Assert.Equal(Always | MigrateFlags.NonSharedDisk, order.Flags);
        Assert.Equal(["vda"], order.Parameters.Where(p => p.Key == "migrate_disks").Select(p => p.Value));
    }

    [Theory]
    [InlineData("none", true)]
    [InlineData("directsync", true)]
    [InlineData("writeback", false)]
    [InlineData(null, false)]
    public void Unsafe_is_said_only_for_shared_files_that_no_page_cache_hides(string? cache, bool isUnsafe) =>
        Assert.Equal(
            isUnsafe,
            Order(Plain, new StoragePlan([], [Disk with { Cache = cache }], [])).Flags.HasFlag(MigrateFlags.Unsafe));

    private static MigrationOrder Order(MigrationOptions options, StoragePlan storage, bool confirmedHandover = false) => MigrationOrder.For(
        new MigrationRequest(
            new MoveId("m"),
            new VmRef(new VmId("1"), "web"),
            LibvirtLab.Endpoint("a1", "A"),
            LibvirtLab.Endpoint("b1", "B"),
            1,
            options),
        storage,
        confirmedHandover);
}
