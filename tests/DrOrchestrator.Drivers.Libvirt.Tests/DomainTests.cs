using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Native;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

public sealed class DomainTests
{
    [Theory]
    [InlineData(DomainState.Running, PausedReason.Unknown, true, false, VmState.Running)]
    [InlineData(DomainState.Blocked, PausedReason.Unknown, true, false, VmState.Running)]
    [InlineData(DomainState.Shutdown, PausedReason.Unknown, true, false, VmState.Running)]
    [InlineData(DomainState.Paused, PausedReason.Migration, true, false, VmState.Paused)]
    [InlineData(DomainState.Paused, PausedReason.Migration, false, true, VmState.Incoming)]
    [InlineData(DomainState.Paused, PausedReason.StartingUp, false, true, VmState.Incoming)]
    [InlineData(DomainState.Paused, PausedReason.Crashed, true, false, VmState.Crashed)]
    [InlineData(DomainState.Paused, PausedReason.PostCopyFailed, true, false, VmState.Other)]
    [InlineData(DomainState.Crashed, PausedReason.Unknown, true, false, VmState.Crashed)]
    [InlineData(DomainState.Shutoff, PausedReason.Unknown, true, false, VmState.Shutoff)]
    [InlineData(DomainState.Shutoff, PausedReason.Unknown, false, false, VmState.Incoming)]
    [InlineData(DomainState.SuspendedByGuest, PausedReason.Unknown, true, false, VmState.Other)]
    [InlineData(DomainState.NoState, PausedReason.Unknown, true, false, VmState.Other)]
    internal void A_state_of_libvirt_has_one_word(DomainState state, PausedReason reason, bool persistent, bool receiving, VmState word) =>
        Assert.Equal(word, DomainReader.ToState(state, (int)reason, persistent, receiving));

    [Theory]
    [InlineData(2, VmState.Running)]
    [InlineData(10, VmState.Other)]
    [InlineData(11, VmState.Other)]
    public void A_guest_whose_memory_has_not_all_come_does_not_count_as_running(int reason, VmState word) =>
        Assert.Equal(word, DomainReader.ToState(DomainState.Running, reason, true, false));

    [Fact]
    public void Custody_is_read_from_its_own_element_and_from_no_other()
    {
        Assert.Equal(
            new CustodyMetadata(7, new MoveId("run/1/2")),
            CustodyMetadata.Parse("<dro:custody xmlns:dro='urn:drorchestrator:custody:1' generation='7' move='run/1/2'/>"));
        Assert.Equal(new CustodyMetadata(7, null), CustodyMetadata.Parse("<custody generation='7'/>"));
        Assert.Null(CustodyMetadata.Parse("<custody generation='many'/>"));
    }

    [Fact]
    public void Only_disks_with_the_guests_own_data_count()
    {
        var description = DomainDescription.Parse("""
            <domain type='kvm'>
              <name>web</name>
              <uuid>u</uuid>
              <devices>
                <disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none'/><source file='/a/web.qcow2'/><target dev='vda'/></disk>
                <disk type='block' device='disk'><source dev='/dev/sdb'/><target dev='vdb'/></disk>
                <disk type='network'><source protocol='rbd' name='pool/web'/><target dev='vdc'/></disk>
                <disk type='file' device='disk'><source file='/a/seed.iso'/><target dev='vdd'/><readonly/></disk>
                <disk type='file' device='cdrom'><source file='/a/os.iso'/><target dev='sda'/></disk>
                <disk type='file' device='cdrom'><target dev='sdb'/></disk>
                <hostdev mode='subsystem' type='pci'/>
                <interface type='hostdev'/>
              </devices>
            </domain>
            """);

        Assert.Equal(
            [
                new DomainDisk("vda", "file", "/a/web.qcow2", "qcow2", "none"),
                new DomainDisk("vdb", "block", "/dev/sdb", "raw", null),
                new DomainDisk("vdc", "network", null, "raw", null),
            ],
            description.Disks);
        Assert.Equal(["pci", "network interface"], description.PassedThrough);
    }

    [Fact]
    public void Figures_that_libvirt_does_not_give_are_null()
    {
        var early = new JobStatistics(JobType.Unbounded, new Dictionary<string, double> { ["operation"] = 5, ["time_elapsed"] = 800 }, null);

        Assert.True(early.IsMigratingOut);
        Assert.Equal(new MigrationProgress(MigrationStep.SourcePreparation), early.Progress(MigrationStep.SourcePreparation));
    }

    [Fact]
    public void Figures_have_their_units()
    {
        var job = new JobStatistics(
            JobType.Unbounded,
            new Dictionary<string, double>
            {
                ["operation"] = 5,
                ["data_total"] = 1000,
                ["data_processed"] = 600,
                ["data_remaining"] = 500,
                ["memory_dirty_rate"] = 10,
                ["memory_page_size"] = 4096,
                ["memory_bps"] = 200,
                ["disk_bps"] = 100,
                ["memory_iteration"] = 2,
                ["downtime"] = 300,
                ["auto_converge_throttle"] = 20,
            },
            null);

        Assert.Equal(
            new MigrationProgress(
                MigrationStep.NetworkTransfer,
                new Bytes(1000),
                new Bytes(600),
                new Bytes(500),
                new Bandwidth(40960),
                new Bandwidth(300),
                2,
                TimeSpan.FromMilliseconds(300),
                20),
            job.Progress(MigrationStep.NetworkTransfer));
    }
}
