using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Native;
using DrOrchestrator.Drivers.Libvirt.Preflights;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

/// <summary>A hypervisor that tells nothing of CPUs and machines: libvirt's own test driver, which does not know the first question.</summary>
public sealed class SilentCapabilitiesTests : IDisposable
{
    private static readonly HostFacts B1 = new(new HostId("b1"), "libvirt's test driver", "x", 2, new Bytes(1L << 34), new Bytes(1L << 33));

    private static readonly DomainDescription Vm = DomainDescription.Parse("<domain type='test'><name>web</name><uuid>u</uuid><cpu><model>qemu64</model></cpu></domain>");

    private readonly ConnectionHandle connection;

    public SilentCapabilitiesTests()
    {
        ClientLibrary.Needed();
        connection = LibvirtNative.virConnectOpenAuth("test:///default", 0, 0);
        Assert.False(connection.IsInvalid, LibvirtError.Last().Message);
    }

    [Fact]
    public void That_it_can_not_compare_CPUs_is_told_and_stops_nothing() =>
        Told(CpuFindings.Of(connection, B1.Host, Vm), "b1 cannot compare the CPU beforehand: ");

    /// <summary>The test driver answers this one; the sentence is libvirt's of a driver that does not.</summary>
    [Fact]
    public void That_it_does_not_tell_which_machines_it_can_be_is_told_and_stops_nothing() => Told(
        PlatformFindings.Refused(
            new LibvirtError(ErrorCode.NoSupport, "this function is not supported by the connection driver: virConnectGetDomainCapabilities"), B1, Vm),
        "b1 does not tell beforehand which machines it can be");

    public void Dispose() => connection.Dispose();

    private static void Told(Finding? finding, string fact)
    {
        Assert.Equal((FindingArea.Hardware, FindingSeverity.Information), (finding!.Area, finding.Severity));
        Assert.StartsWith(fact, finding.Fact, StringComparison.Ordinal);
    }
}
