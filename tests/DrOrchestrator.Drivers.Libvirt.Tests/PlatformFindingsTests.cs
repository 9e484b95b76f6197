using System.Xml.Linq;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Libvirt.Connections;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Native;
using DrOrchestrator.Drivers.Libvirt.Preflights;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

/// <summary>What the lab can not make happen, with libvirt's own words: a host with other capabilities, drivers that the lab does not have, hardware.</summary>
public sealed class PlatformFindingsTests
{
    /// <summary>As libvirt 11.3 answers for KVM, cut to what is read.</summary>
    private const string Capabilities = """
        <domainCapabilities>
          <path>/usr/bin/qemu-system-x86_64</path><domain>kvm</domain><machine>pc-i440fx-7.2</machine><arch>x86_64</arch>
          <vcpu max='2'/>
          <features>
            <hyperv supported='yes'>
              <enum name='features'><value>relaxed</value><value>vapic</value></enum>
            </hyperv>
          </features>
        </domainCapabilities>
        """;

    private static readonly HostFacts B1 = new(new HostId("b1"), "QEMU 10.0.2, libvirt 11.3.0", "x", 2, new Bytes(1L << 34), new Bytes(1L << 33));

    [Theory]
    [InlineData("<vcpu>4</vcpu>", "may have 4 virtual CPUs, and b1 gives a machine of its kind 2 at most")]
    [InlineData("<vcpu cpuset='0-1,^1'>2</vcpu>", null)]
    [InlineData("<vcpu cpuset='0,5-7'>2</vcpu>", "is pinned to CPU 7 of its host, and b1 has 2 CPUs, the last of them number 1")]
    [InlineData("<vcpu>2</vcpu><cputune><emulatorpin cpuset='3'/></cputune>", "is pinned to CPU 3")]
    [InlineData("<features><hyperv mode='custom'><relaxed state='on'/><vapic state='on'/><synic state='off'/></hyperv></features>", null)]
    [InlineData("<features><hyperv mode='custom'><relaxed state='on'/><synic state='on'/></hyperv></features>", "uses the Hyper-V enlightenments synic, which b1 does not offer")]
    public void What_a_destination_can_not_be_is_an_error(string machine, string? fact)
    {
        var findings = PlatformFindings.Judge(XElement.Parse(Capabilities), B1, Vm(machine)).ToArray();

        if (fact is null)
        {
            Assert.Empty(findings);
            return;
        }

        var finding = Assert.Single(findings);
        Assert.Equal((FindingArea.Hardware, FindingSeverity.Error), (finding.Area, finding.Severity));
        Assert.Contains(fact, finding.Fact, StringComparison.Ordinal);
        Assert.NotEmpty(finding.WayOut!);
    }

    [Theory]
    [InlineData("<filesystem type='mount'><source dir='/srv'/><target dir='x'/></filesystem>", FindingSeverity.Error, "QEMU migrates no guest that has one mounted")]
    [InlineData("<filesystem type='mount'><driver type='virtiofs'/><source dir='/srv'/><target dir='x'/></filesystem>", FindingSeverity.Warning, "by virtiofs")]
    [InlineData("<shmem name='ring'/>", FindingSeverity.Error, "shares the memory 'ring'")]
    [InlineData("<tpm model='tpm-tis'><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm>", FindingSeverity.Error, "the TPM of its host (/dev/tpm0)")]
    [InlineData("<serial type='dev'><source path='/dev/ttyS0'/></serial><console type='dev'><source path='/dev/ttyS0'/></console>", FindingSeverity.Warning, "The serial port of web is the device /dev/ttyS0")]
    [InlineData("<input type='passthrough' bus='virtio'><source evdev='/dev/input/event1'/></input>", FindingSeverity.Warning, "/dev/input/event1, a device of its host")]
    [InlineData("<interface type='vdpa'><source dev='/dev/vhost-vdpa-0'/></interface>", FindingSeverity.Error, "a vDPA interface")]
    [InlineData("<hostdev mode='subsystem' type='usb'/>", FindingSeverity.Error, "a usb of its host passed through")]
    [InlineData("<interface type='hostdev'/>", FindingSeverity.Error, "a network interface of its host passed through")]
    public void A_device_that_belongs_to_its_host_is_named(string device, FindingSeverity severity, string fact) =>
        Has(DeviceFindings.Of(Vm($"<devices>{device}</devices>")), severity, fact);

    [Theory]
    [InlineData("<cpu mode='host-passthrough'/>", FindingSeverity.Warning, "sees its host's own CPU (host-passthrough)")]
    [InlineData("<cpu><feature policy='require' name='invtsc'/></cpu>", FindingSeverity.Error, "an invariant time stamp counter without a frequency")]
    [InlineData("<launchSecurity type='sev'/>", FindingSeverity.Error, "encrypted by its host's CPU")]
    public void A_promise_of_its_hosts_CPU_is_named(string part, FindingSeverity severity, string fact) => Has(DeviceFindings.Of(Vm(part)), severity, fact);

    [Fact]
    public void An_invariant_counter_with_a_frequency_travels() => Assert.Empty(DeviceFindings.Of(Vm(
        "<cpu><feature policy='require' name='invtsc'/></cpu><clock><timer name='tsc' frequency='2000000000'/></clock>")));

    [Fact]
    public void An_ordinary_machine_has_nothing_of_its_host() => Assert.Empty(DeviceFindings.Of(Vm(
        "<cpu mode='custom'><model>qemu64</model></cpu><devices><serial type='file'><source path='/var/log/x'/></serial><interface type='bridge'><source bridge='guest'/></interface></devices>")));

    /// <summary>The sentences are libvirt's own, of its interface and network drivers; the lab's hosts have neither.</summary>
    [Theory]
    [InlineData("bridge", 57, "couldn't find interface named 'guest'", FindingSeverity.Error, "b1 has no bridge 'guest', on which web hangs")]
    [InlineData("direct", 57, "couldn't find interface named 'guest'", FindingSeverity.Error, "b1 has no interface 'guest'")]
    [InlineData("network", 43, "Network not found: no network with matching name 'guest'", FindingSeverity.Error, "b1 has no network 'guest'")]
    [InlineData("network", 55, "It is not started.", FindingSeverity.Error, "The network 'guest' of b1, on which web hangs, is not started")]
    [InlineData("bridge", 3, "this function is not supported by the connection driver: virInterfaceLookupByName", FindingSeverity.Information, "can not be told beforehand")]
    internal void What_a_guests_interface_hangs_on_must_be_there(string kind, int code, string message, FindingSeverity severity, string fact)
    {
        var finding = NetworkFindings.Judge(new LibvirtError((ErrorCode)code, message), B1.Host, Vm(""), new DomainInterface(kind, "guest", "52:54:00:00:00:01"));

        Has([finding!], severity, fact);
        Assert.NotEmpty(finding!.WayOut!);
    }

    [Fact]
    public void A_vhost_user_socket_is_its_hosts_and_asked_of_nobody() => Has(
        NetworkFindings.Of(null!, B1.Host, Vm("<devices><interface type='vhostuser'><source type='unix' path='/run/vhost/web'/></interface></devices>")),
        FindingSeverity.Warning,
        "An interface of web is the socket /run/vhost/web of its host; the destination must have a switch that serves the same one.");

    [Theory]
    [InlineData(VmState.Shutoff, "web does not run on b1: it is ")]
    [InlineData(VmState.Absent, "web does not run on b1: it is ")]
    [InlineData(VmState.Running, null)]
    public void A_VM_that_does_not_run_is_not_migrated(VmState state, string? fact)
    {
        var finding = LibvirtPreflight.NotRunning(new VmCopy(Vm("").Vm, B1.Host, state, true, Bytes.Zero, 1));
        if (fact is null)
        {
            Assert.Null(finding);
            return;
        }

        Has([finding!], FindingSeverity.Error, $"{fact}{MigrationVerdict.Word(state)} there.");
    }

    [Fact]
    public async Task That_a_destination_does_not_say_whether_it_has_the_files_is_told_and_stops_nothing()
    {
        using var silent = new HostCalls(new HostEndpoint(B1.Host, new SiteId("B"), "libvirt", "nonsense"), new LibvirtDriverOptions(), TimeProvider.System);

        var finding = Assert.Single(await HostFileFindings.Of(silent, B1.Host, Vm("<os><kernel>/boot/vmlinuz</kernel></os>"), default));
        Assert.Equal((FindingArea.VmConfiguration, FindingSeverity.Information), (finding.Area, finding.Severity));
        Assert.StartsWith("Whether b1 has the files that web needs there (/boot/vmlinuz) could not be told.", finding.Fact, StringComparison.Ordinal);
        Assert.Empty(await HostFileFindings.Of(silent, B1.Host, Vm(""), default));
    }

    [Fact]
    public void A_bridge_that_is_there_is_no_finding() =>
        Assert.Null(NetworkFindings.Judge(new LibvirtError(ErrorCode.Ok, ""), B1.Host, Vm(""), new DomainInterface("bridge", "guest", "")));

    [Theory]
    [InlineData("http://openstack.org/xmlns/libvirt/nova/1.1", "OpenStack Nova")]
    [InlineData("http://ovirt.org/vm/1.0", "oVirt")]
    [InlineData("http://libosinfo.org/xmlns/libvirt/domain/1.0", null)]
    [InlineData("urn:drorchestrator:custody:1", null)]
    public void A_system_that_believes_a_VM_its_own_is_told_by_its_notes(string space, string? system) =>
        Assert.Equal(
            system is null ? [] : [$"web carries the notes of {system} in its metadata: that system believes it its own, and may start or move it."],
            OtherActors.Systems(Vm($"<metadata><n:x xmlns:n='{space}'/></metadata>")).Select(actor => actor.Fact));

    private static void Has(IEnumerable<Finding> findings, FindingSeverity severity, string fact)
    {
        var finding = Assert.Single(findings);
        Assert.Equal(severity, finding.Severity);
        Assert.Contains(fact, finding.Fact, StringComparison.Ordinal);
        Assert.NotEmpty(finding.WayOut!);
    }

    private static DomainDescription Vm(string parts) => DomainDescription.Parse($"<domain type='kvm'><name>web</name><uuid>u</uuid>{parts}</domain>");
}
