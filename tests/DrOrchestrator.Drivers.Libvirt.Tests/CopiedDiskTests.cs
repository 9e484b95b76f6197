using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Storage;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

/// <summary>What is said of a disk that is to be copied, where the lab can not make a host silent or a file doubtful at just that moment.</summary>
public sealed class CopiedDiskTests
{
    private static readonly DomainDisk Disk = new("vda", "file", "/images/web.qcow2", "qcow2", "none");
    private static readonly VolumeFacts File = new(64 << 20, "qcow2", 5);
    private static readonly StoragePlanner.Proof Two = new(false, null);

    [Fact]
    public void A_host_that_does_not_say_whose_file_it_is_stops_a_move()
    {
        var silent = new Outcome<string>.Unknown("b1 did not answer within 10 s.");

        Has(Judge(File, Two, silent), "b1 did not say whether /images/web.qcow2 is in use there.");
        Has(Judge(File, Two, new Outcome<string>.Done("db")), "/images/web.qcow2 on b1 belongs to db.");
    }

    [Fact]
    public void A_file_that_may_be_the_very_same_is_not_copied_onto() => Has(
        Judge(File, StoragePlanner.Proven(times: null, folder: false), Nobody),
        "It could not be told whether b1 sees the same /images/web.qcow2: the guest writes to it all the while, or libvirt tells no change time.");

    [Fact]
    public void What_only_lies_there_is_written_over_and_what_is_not_there_is_no_finding()
    {
        Assert.Equal(FindingSeverity.Warning, Assert.Single(Judge(File, Two, Nobody)).Severity);
        Assert.Empty(Judge(there: null, Two, Nobody));
    }

    private static Outcome<string> Nobody => new Outcome<string>.Done("");

    private static IReadOnlyList<Finding> Judge(VolumeFacts? there, StoragePlanner.Proof proof, Outcome<string> user) =>
        StoragePlanner.Judge(Disk, new StoragePlanner.Sides(File, there, true, (1L << 30, 1L << 29), proof), user, new HostId("a1"), new HostId("b1"));

    private static void Has(IReadOnlyList<Finding> findings, string fact)
    {
        var finding = Assert.Single(findings);
        Assert.Equal((FindingArea.Storage, FindingSeverity.Error, fact), (finding.Area, finding.Severity, finding.Fact));
        Assert.NotEmpty(finding.WayOut!);
    }
}
