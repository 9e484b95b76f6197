using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Storage;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

/// <summary>A device of the same name at the other host may be another device: only the plan can say that it is not.</summary>
public sealed class DiskKindTests
{
    private static readonly DomainDisk Block = new("vdb", "block", "/dev/vg0/web", "raw", "none");
    private static readonly DomainDisk Network = new("vdc", "network", null, "raw", null);

    [Fact]
    public void A_block_device_is_not_taken_for_shared_unless_the_plan_says_so()
    {
        var finding = StoragePlanner.NotAFile(Block, StorageMode.Auto, new HostId("b1"));

        Assert.Equal(FindingSeverity.Error, finding?.Severity);
        Assert.Contains("storage: shared", finding?.WayOut, StringComparison.Ordinal);
        Assert.Null(StoragePlanner.NotAFile(Block, StorageMode.Shared, new HostId("b1")));
    }

    [Fact]
    public void A_network_disk_is_shared_by_its_nature() => Assert.Null(StoragePlanner.NotAFile(Network, StorageMode.Auto, new HostId("b1")));

    [Fact]
    public void Copying_what_is_no_file_is_refused()
    {
        Assert.Equal(FindingSeverity.Error, StoragePlanner.NotAFile(Block, StorageMode.Copied, new HostId("b1"))?.Severity);
        Assert.Equal(FindingSeverity.Error, StoragePlanner.NotAFile(Network, StorageMode.Copied, new HostId("b1"))?.Severity);
    }
}
