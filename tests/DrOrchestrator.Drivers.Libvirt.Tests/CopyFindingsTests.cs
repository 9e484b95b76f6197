using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Preflights;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

public sealed class CopyFindingsTests
{
    private static readonly VmRef Web = new(new VmId("u"), "web");

    [Theory]
    [InlineData(null, null, 10d, false, FindingSeverity.Information, "how long it takes is not known")]
    [InlineData(100d, null, 0d, false, FindingSeverity.Information, "the guest writes 0 Mbit/s (measured over 1 s); 100 Mbit/s are there for it: about 80 s.")]
    [InlineData(100d, null, 20d, false, FindingSeverity.Information, "the guest writes 20 Mbit/s (measured over 1 s); 100 Mbit/s are there for it: about 100 s.")]
    [InlineData(100d, 50d, 20d, false, FindingSeverity.Information, "50 Mbit/s are there for it")]
    [InlineData(null, 50d, 45d, false, FindingSeverity.Warning, "Little is left over")]
    [InlineData(null, 50d, 50d, false, FindingSeverity.Error, "the copy does not end by itself")]
    [InlineData(null, 50d, 60d, true, FindingSeverity.Warning, "its writes will wait for the copy")]
    public void Says_whether_and_when_the_copy_of_a_disk_ends(double? cap, double? way, double writes, bool synchronously, FindingSeverity severity, string fact)
    {
        var plan = MigrationOptions.Default with
        {
            CopyBandwidthCap = cap is { } most ? Bandwidth.FromMegabitsPerSecond(most) : null,
            CopySynchronously = synchronously,
            Bounds = new MoveBounds(Bytes.Zero, 8, way is { } wide ? Bandwidth.FromMegabitsPerSecond(wide) : null),
        };

        // 1,000 MB over the 80 Mbit/s that are left.
        var activity = new DiskActivity(new DomainDisk("vda", "file", "/a", "qcow2", "none"), new Bytes(1_000_000_000), writes * 1_000_000 / 8);
        var finding = CopyFindings.Judge(activity, TimeSpan.FromSeconds(1), Web, plan);

        Assert.Equal((FindingArea.Storage, severity), (finding.Area, finding.Severity));
        Assert.Contains(fact, finding.Fact, StringComparison.Ordinal);
        Assert.True(severity is FindingSeverity.Information || finding.WayOut is { Length: > 0 });
    }
}
