using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

/// <summary>A preflight on the lab: a guest is made, its configuration or its surroundings changed, and a finding looked for.</summary>
public abstract class PreflightCase : IAsyncLifetime
{
    private LibvirtLab? lab;
    private IHypervisorDriver? driver;

    internal LibvirtLab Lab => lab!;

    public async ValueTask InitializeAsync()
    {
        lab = await LibvirtLab.Open();
        driver = lab.NewDriver();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await CleanUp();
        await (driver?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (lab?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    /// <summary>What a case made at hosts; the guests go by themselves.</summary>
    protected virtual Task CleanUp() => Task.CompletedTask;

    protected async Task<IReadOnlyList<Finding>> Find(VmRef vm, MigrationOptions? options = null, HostEndpoint? destination = null)
    {
        var request = new MigrationRequest(new MoveId($"preflight/{vm.Id}/0"), vm, Lab.Source, destination ?? Lab.Destination, 0, options ?? Lab.Quick);
        return Assert.IsType<Outcome<IReadOnlyList<Finding>>.Done>(await driver!.Preflight(request, default)).Value;
    }

    protected static Finding Has(IReadOnlyList<Finding> findings, FindingArea area, FindingSeverity severity, string fact)
    {
        var found = findings.FirstOrDefault(finding => finding.Fact.Contains(fact, StringComparison.Ordinal));
        Assert.True(found is not null, $"There is no finding with '{fact}' among: {string.Join(" | ", findings.Select(finding => finding.Fact))}");
        Assert.Equal((area, severity), (found.Area, found.Severity));
        Assert.True(severity is not FindingSeverity.Error || found.WayOut is { Length: > 0 }, "An error has a way out.");
        return found;
    }

    internal async Task Redefine(VmRef vm, Func<string, string> change, HostEndpoint? at = null)
    {
        var xml = (await LibvirtLab.Virsh(Lab.Source.Host, "dumpxml", vm.Name, "--inactive", "--security-info")).Output;
        var changed = change(xml);
        Assert.True(at is not null || changed != xml, "The change did not find its place.");
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, changed);
        await LibvirtLab.Virsh((at ?? Lab.Source).Host, "define", file);
        File.Delete(file);
    }

    /// <summary>A VM that is defined and does not run, with something changed in its machine.</summary>
    protected async Task<VmRef> StoppedVm(string what, string becomes)
    {
        var vm = await Lab.StoppedVm();
        await Redefine(vm, xml => xml.Replace(what, becomes, StringComparison.Ordinal));
        return vm;
    }

    /// <summary>The same with a device more.</summary>
    protected Task<VmRef> StoppedVmWith(string device) => StoppedVm("</devices>", $"{device}</devices>");

    internal static Task<Run> InHost(HostEndpoint host, params string[] command) => LibvirtLab.Command("exec", [host.Host.Value, .. command]);
}
