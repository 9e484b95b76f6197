using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using Xunit;

namespace DrOrchestrator.Drivers.Conformance;

/// <summary>What every driver's preflight finds alike: room at the destination, who else acts, what the plan allows.</summary>
public abstract partial class DriverConformance
{
    [Fact]
    public async Task A_destination_that_would_be_left_with_less_memory_than_the_plan_keeps_is_found()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);

        var finding = await Finding(vm, Lab.Quick with { Bounds = new MoveBounds(new Bytes(1L << 50), 1000, null) }, FindingArea.Capacity);

        Assert.Equal(FindingSeverity.Error, finding.Severity);
        Assert.Contains("the plan keeps", finding.Fact, StringComparison.Ordinal);
        Assert.Contains("memoryHeadroomMebibytes", finding.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_destination_that_would_carry_more_virtual_CPUs_than_the_plan_allows_is_found()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);

        var finding = await Finding(vm, Lab.Quick with { Bounds = new MoveBounds(Bytes.Zero, 0.001, null) }, FindingArea.Capacity);

        Assert.Equal(FindingSeverity.Error, finding.Severity);
        Assert.Contains("virtual CPUs on", finding.Fact, StringComparison.Ordinal);
        Assert.Contains("cpuOvercommit", finding.WayOut, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OtherActorsRule.Refuse, FindingSeverity.Error)]
    [InlineData(OtherActorsRule.Tolerate, FindingSeverity.Warning)]
    public async Task Somebody_else_who_acts_on_the_VM_stops_its_move_unless_the_plan_says_who_acts_first(OtherActorsRule rule, FindingSeverity severity)
    {
        Needs(LabAbilities.LetOthersAct);
        var vm = await Lab.RunningVm(VmKind.Ordinary);
        await Lab.LetOthersAct(vm);

        var finding = await Finding(vm, Lab.Quick with { OtherActors = rule }, FindingArea.Management);

        Assert.Equal(severity, finding.Severity);
        Assert.Contains(vm.Name, finding.Fact, StringComparison.Ordinal);
        Assert.NotEmpty(finding.WayOut!);
    }

    [Fact]
    public async Task Post_copy_is_either_announced_or_refused_and_never_left_out_in_silence()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);

        var finding = await Finding(vm, Lab.Quick with { PostCopy = true }, FindingArea.Bandwidth);

        Assert.Equal(Driver.Capabilities.PostCopies ? FindingSeverity.Warning : FindingSeverity.Error, finding.Severity);
        Assert.Contains("post-copy", finding.Fact, StringComparison.Ordinal);
    }

    [Fact]
    public void How_long_absence_proves_nothing_has_a_source()
    {
        Assert.True(Driver.Capabilities.PendingRequestBound > TimeSpan.Zero);
        Assert.NotEmpty(Driver.Capabilities.PendingRequestSource);
    }

    [Fact]
    public async Task A_source_that_does_not_answer_is_named()
    {
        Needs(LabAbilities.FreezeHosts);
        var vm = await Lab.RunningVm(VmKind.Ordinary);
        await Lab.Freeze(Lab.Source);
        try
        {
            var finding = await Finding(vm, Lab.Quick, FindingArea.Reachability);

            Assert.Equal(FindingSeverity.Error, finding.Severity);
            Assert.Contains(Lab.Source.Host.Value, finding.Fact, StringComparison.Ordinal);
        }
        finally
        {
            await Lab.Thaw(Lab.Source);
        }
    }

    /// <summary>The gravest finding of an area.</summary>
    private async Task<Finding> Finding(VmRef vm, MigrationOptions options, FindingArea area)
    {
        var findings = Value(await CapabilityFindings.Preflight(Driver, Request(vm, options), Cancellation));
        var found = findings.Where(finding => finding.Area == area).MaxBy(finding => finding.Severity);
        Assert.True(found is not null, $"There is no finding about {area} among: {string.Join(" | ", findings.Select(finding => finding.Fact))}");
        return found;
    }
}
