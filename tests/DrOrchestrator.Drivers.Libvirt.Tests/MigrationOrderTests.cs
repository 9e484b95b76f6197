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

    private static MigrationOrder Order(MigrationOptions options, StoragePlan storage) => MigrationOrder.For(
        new MigrationRequest(
            new MoveId("m"),
            new VmRef(new VmId("1"), "web"),
            LibvirtLab.Endpoint("a1", "A"),
            LibvirtLab.Endpoint("b1", "B"),
            1,
            options),
        storage);
}
