using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using Xunit;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Planning;

public sealed class CapacityFindingsTests
{
    private static readonly MoveBounds Bounds = new(Bytes.FromMebibytes(512), 2, null);

    [Theory]
    [InlineData(1536d, 14, 0, "")]
    [InlineData(1535d, 14, 1, "511 MiB would be left")]
    [InlineData(1000d, 14, 1, "has 1000 MiB of memory free; web needs 1 GiB")]
    [InlineData(4096d, 15, 1, "would carry 17 virtual CPUs on 8 logical ones, 2.13 for each; the plan allows 2")]
    [InlineData(1000d, 15, 2, "")]
    public void Room_is_what_is_left_when_the_plan_has_what_it_keeps(double freeMebibytes, int cpusThere, int count, string fact)
    {
        var findings = CapacityFindings.Of(Copy(Web, A1), Facts(freeMebibytes), cpusThere, Bounds).ToArray();

        Assert.Equal(count, findings.Length);
        Assert.All(findings, finding => Assert.Equal((FindingArea.Capacity, FindingSeverity.Error, true), (finding.Area, finding.Severity, finding.WayOut is not null)));
        Assert.True(count != 1 || findings[0].Fact.Contains(fact, StringComparison.Ordinal), count == 1 ? findings[0].Fact : "");
    }

    [Fact]
    public void Without_bounds_only_the_VM_itself_must_fit() =>
        Assert.Empty(CapacityFindings.Of(Copy(Web, A1), Facts(1024), 1000, bounds: null));

    private static HostFacts Facts(double freeMebibytes) => new(B1.Host, "Sample 1", "x", 8, Bytes.FromMebibytes(65536), Bytes.FromMebibytes(freeMebibytes));
}
