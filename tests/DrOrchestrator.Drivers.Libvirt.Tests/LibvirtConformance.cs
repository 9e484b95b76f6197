using DrOrchestrator.Drivers.Conformance;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

/// <summary>
/// The libvirt driver against real daemons and real guests. To be run as root inside the lab's orchestrator
/// place: <c>deploy/lab/exec orch dotnet run --project tests/DrOrchestrator.Drivers.Libvirt.Tests</c>.
/// </summary>
[Collection("lab")] // The lab is one, and some cases freeze its hosts.
public sealed class LibvirtConformance : DriverConformance
{
    protected override async Task<IConformanceLab> OpenLab() => await LibvirtLab.Open();
}
