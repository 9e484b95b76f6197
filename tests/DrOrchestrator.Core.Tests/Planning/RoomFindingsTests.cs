using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using Xunit;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Planning;

public sealed class RoomFindingsTests
{
    private static readonly VmRef Mail = new(new VmId("vm-mail"), "mail");

    [Fact]
    public void A_disk_that_fits_says_what_it_may_take()
    {
        var finding = Assert.Single(RoomFindings.Of(B1.Host, [Disk("vda", 60)]));

        Assert.Equal(new Finding(
            FindingArea.Storage, FindingSeverity.Information, "vda may grow to 60 MiB in /a of b1, where 100 MiB are free.",
            Room: new FolderRoom(B1.Host, "/a", Mebibytes(60), Mebibytes(100))), finding);
    }

    [Fact]
    public void Disks_that_fit_one_by_one_are_counted_together_by_folder()
    {
        Assert.Equal("b1 has 100 MiB free in /a; vda and vdb may grow to 120 MiB.", Shortage([Disk("vda", 60), Disk("vdb", 60)]));
        Assert.DoesNotContain(RoomFindings.Of(B1.Host, [Disk("vda", 60), Disk("vdb", 60, "/b", size: 700)]), finding => finding.Severity is not FindingSeverity.Information);
    }

    [Fact]
    public void What_other_moves_are_bringing_there_is_not_free() => Assert.Equal(
        "b1 has 100 MiB free in /a, of which copies that are arriving may take 50 MiB; vda may grow to 60 MiB.", Shortage([Disk("vda", 60) with { Arriving = Mebibytes(50) }]));

    [Fact]
    public void What_an_older_file_takes_up_already_is_not_counted_again()
    {
        Assert.Equal(FindingSeverity.Information, Assert.Single(RoomFindings.Of(B1.Host, [Disk("vda", 120) with { There = Mebibytes(20) }])).Severity);
        Assert.Equal("b1 has 100 MiB free in /a; vda (10 MiB of it are there) may grow to 120 MiB.", Shortage([Disk("vda", 120) with { There = Mebibytes(10) }]));
    }

    [Fact]
    public void Two_folders_with_the_figures_of_one_file_system_are_warned_of_and_not_refused()
    {
        var warning = Assert.Single(RoomFindings.Of(B1.Host, [Disk("vda", 60), Disk("vdb", 60, "/b")]), finding => finding.Severity is not FindingSeverity.Information);

        Assert.Equal(FindingSeverity.Warning, warning.Severity);
        Assert.StartsWith("/a and /b of b1 show one size and about the same free space (100 MiB); if they are on one file system, vda and vdb do not fit", warning.Fact, StringComparison.Ordinal);
        Assert.Equal(2, RoomFindings.Of(B1.Host, [Disk("vda", 60), Disk("vdb", 30, "/b")]).Count());
    }

    [Fact]
    public void Moves_that_fit_one_by_one_are_counted_together_by_destination_and_folder()
    {
        var (vm, finding) = Assert.Single(RoomFindings.Together(
        [
            (Web, [.. RoomFindings.Of(B1.Host, [Disk("vda", 60)])]),
            (Db, [.. RoomFindings.Of(B1.Host, [Disk("vda", 60)])]),
            (Mail, [.. RoomFindings.Of(B1.Host, [Disk("vda", 40)])]),
        ]));

        Assert.Equal((Db, FindingSeverity.Error), (vm, finding.Severity));
        Assert.Equal("b1 has 100 MiB free in /a, of which web may take 60 MiB; the disks of db may grow to 60 MiB.", finding.Fact);
    }

    [Fact]
    public void Moves_to_other_hosts_or_folders_and_those_short_by_themselves_take_nothing_from_each_other() => Assert.Empty(RoomFindings.Together(
    [
        (Web, [.. RoomFindings.Of(B1.Host, [Disk("vda", 60)])]),
        (Db, [.. RoomFindings.Of(B2.Host, [Disk("vda", 60)])]),
        (Mail, [.. RoomFindings.Of(B1.Host, [Disk("vda", 60, "/b"), Disk("vdb", 500)])]),
    ]));

    private static string Shortage(IReadOnlyList<NewDisk> disks)
    {
        var finding = Assert.Single(RoomFindings.Of(B1.Host, disks));
        Assert.Equal((FindingArea.Storage, FindingSeverity.Error, null), (finding.Area, finding.Severity, finding.Room));
        return finding.Fact;
    }

    private static NewDisk Disk(string name, double grows, string folder = "/a", double size = 200) =>
        new(name, folder, Mebibytes(grows), Mebibytes(100), Mebibytes(size));

    private static Bytes Mebibytes(double mebibytes) => Bytes.FromMebibytes(mebibytes);
}
