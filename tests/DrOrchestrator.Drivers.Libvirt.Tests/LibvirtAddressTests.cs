using DrOrchestrator.Drivers.Libvirt.Connections;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

public sealed class LibvirtAddressTests
{
    [Fact]
    public void Understands_the_transports_it_speaks()
    {
        Assert.Equal(new LibvirtAddress.Tcp("a1", 16509), Good("qemu+tcp://a1/system"));
        Assert.Equal(new LibvirtAddress.Tcp("10.1.0.11", 4000), Good("qemu+tcp://10.1.0.11:4000/system"));
        Assert.Equal(new LibvirtAddress.Tls("a1", 16514, null), Good("qemu+tls://a1/system"));
        Assert.Equal(new LibvirtAddress.Tls("a1", 16514, "/etc/our pki"), Good("qemu+tls://a1/system?pkipath=/etc/our%20pki"));
        Assert.Equal(new LibvirtAddress.Local("/run/libvirt/libvirt-sock"), Good("qemu:///system"));
        Assert.Equal(new LibvirtAddress.Local("/tmp/s"), Good("qemu+unix:///system?socket=/tmp/s"));
    }

    [Theory]
    [InlineData("a1")]
    [InlineData("")]
    [InlineData("qemu+ssh://a1/system")]
    [InlineData("qemu+tls://a1/session")]
    [InlineData("qemu+tls:///system")]
    [InlineData("xen+tls://a1/system")]
    [InlineData("qemu+tls://a1/system?no_verify=1")]
    public void Refuses_what_it_does_not_speak(string address) =>
        Assert.IsType<Outcome<LibvirtAddress>.Refused>(LibvirtAddress.Parse(address));

    private static LibvirtAddress Good(string address) => Assert.IsType<Outcome<LibvirtAddress>.Done>(LibvirtAddress.Parse(address)).Value;
}
