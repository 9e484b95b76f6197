using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Libvirt.Preflights;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

/// <summary>Certificates as a real TLS server shows them; the clock is moved, for none of them is made to be expired.</summary>
public sealed class CertificateTests
{
    [Theory]
    [InlineData(0, null, null)]
    [InlineData(25, FindingSeverity.Warning, "The certificate of b1 expires at ")]
    [InlineData(40, FindingSeverity.Error, "The certificate of b1 is valid from ")]
    [InlineData(-3, FindingSeverity.Error, "The certificate of b1 is valid from ")]
    public async Task A_certificate_is_judged_by_its_dates(int days, FindingSeverity? severity, string? fact)
    {
        using var certificates = new CertificateFolder("localhost");
        using var server = new TlsServer(certificates);

        var findings = await new PeerCertificate(new LibvirtDriverOptions(), new MovedClock(TimeSpan.FromDays(days))).Find(server.Endpoint, isDialled: true, default);

        Assert.Equal(severity, findings.SingleOrDefault()?.Severity);
        Assert.StartsWith(fact ?? "", findings.SingleOrDefault()?.Fact ?? "", StringComparison.Ordinal);
        Assert.All(findings, finding => Assert.Equal((FindingArea.TransferSecurity, "Renew the host's certificate."), (finding.Area, finding.WayOut)));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task A_certificate_must_name_the_address_that_the_data_goes_to(bool isDialled, int count)
    {
        using var certificates = new CertificateFolder("localhost");
        using var server = new TlsServer(certificates);

        var findings = await new PeerCertificate(new LibvirtDriverOptions(), TimeProvider.System).Find(server.Endpoint with { MigrationAddress = "b1-mig" }, isDialled, default);

        Assert.Equal(count, findings.Count);
        Assert.All(findings, finding => Assert.Equal((FindingSeverity.Error, "The certificate of b1 does not name b1-mig, where the data goes."), (finding.Severity, finding.Fact)));
    }

    [Fact]
    public async Task A_host_that_shows_none_leaves_it_unknown()
    {
        using var certificates = new CertificateFolder("localhost");
        var server = new TlsServer(certificates);
        server.Dispose();

        var finding = Assert.Single(await new PeerCertificate(new LibvirtDriverOptions(), TimeProvider.System).Find(server.Endpoint, isDialled: true, default));

        Assert.Equal(FindingSeverity.Warning, finding.Severity);
        Assert.Contains("showed no certificate on port", finding.Fact, StringComparison.Ordinal);
    }

    private sealed class TlsServer : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);

        public TlsServer(CertificateFolder certificates)
        {
            listener.Start();
            Endpoint = new HostEndpoint(
                new HostId("b1"), new SiteId("B"), LibvirtDriver.DriverName, $"qemu+tls://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/system?pkipath={certificates.Path}");
            _ = Serve(certificates);
        }

        public HostEndpoint Endpoint { get; }

        public void Dispose() => listener.Dispose();

        private async Task Serve(CertificateFolder certificates)
        {
            try
            {
                while (true)
                {
                    using var client = await listener.AcceptTcpClientAsync();
                    await using var stream = new SslStream(client.GetStream());
                    await stream.AuthenticateAsServerAsync(certificates.Server);
                }
            }
            catch (Exception error) when (error is SocketException or IOException or AuthenticationException or ObjectDisposedException)
            {
                // The test has seen what it wanted.
            }
        }
    }
}

/// <summary>The machine's clock, some time ahead or behind; its timers are the machine's.</summary>
internal sealed class MovedClock(TimeSpan by) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
}
