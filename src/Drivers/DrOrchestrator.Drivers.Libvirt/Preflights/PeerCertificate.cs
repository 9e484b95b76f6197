using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Libvirt.Connections;

namespace DrOrchestrator.Drivers.Libvirt.Preflights;

/// <summary>
/// Looks at the certificate that a host's libvirtd shows. QEMU's own certificate for the data channel
/// is shown during a migration only; where both come from one issue, as usual, this one speaks for it.
/// </summary>
internal sealed class PeerCertificate(LibvirtDriverOptions options, TimeProvider time)
{
    private const int TlsPort = 16514;
    private static readonly TimeSpan SoonExpired = TimeSpan.FromDays(7);

    /// <param name="host">Which host.</param>
    /// <param name="isDialled">Whether the data goes there, so that the certificate must have its name.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task<IReadOnlyList<Finding>> Find(HostEndpoint host, bool isDialled, CancellationToken cancellationToken)
    {
        var (name, port) = Place(host);
        if (name is null)
        {
            return [];
        }

        try
        {
            return Judge(host, isDialled ? host.MigrationAddress ?? name : null, await Shown(name, port, cancellationToken));
        }
        catch (Exception error) when (error is SocketException or IOException or AuthenticationException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return [new Finding(
                FindingArea.TransferSecurity,
                FindingSeverity.Warning,
                $"{host.Host} showed no certificate on port {port}; whether an encrypted transfer works is not known beforehand.",
                "Let libvirtd listen for TLS there, or check QEMU's certificates by hand.")];
        }
    }

    private static (string? Name, int Port) Place(HostEndpoint host) => LibvirtAddress.Parse(host.PeerAddress ?? host.Address) switch
    {
        Outcome<LibvirtAddress>.Done { Value: LibvirtAddress.Tls tls } => (tls.Host, tls.Port),
        Outcome<LibvirtAddress>.Done { Value: LibvirtAddress.Tcp tcp } => (tcp.Host, TlsPort),
        _ => (null, 0),
    };

    private async Task<X509Certificate2?> Shown(string name, int port, CancellationToken cancellationToken)
    {
        using var expiry = new CancellationTokenSource(options.OpenDeadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
        using var client = new TcpClient();
        await client.ConnectAsync(name, port, either.Token);
        X509Certificate2? shown = null;
#pragma warning disable CA5359 // Looking at a certificate is not trusting it: nothing is sent over this connection.
        await using var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) =>
        {
            shown = certificate is null ? null : X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
            return true;
        });
#pragma warning restore CA5359
        try
        {
            await stream.AuthenticateAsClientAsync(name, null, checkCertificateRevocation: false).WaitAsync(either.Token);
        }
        catch (AuthenticationException) when (shown is not null)
        {
            // The host wants a certificate of ours before it goes on. It has shown its own, and that is all that is asked here.
        }

        return shown;
    }

    private List<Finding> Judge(HostEndpoint host, string? dialled, X509Certificate2? shown)
    {
        var findings = new List<Finding>();
        if (shown is null)
        {
            return findings;
        }

        var (now, from, until) = (time.GetUtcNow(), shown.NotBefore.ToUniversalTime(), shown.NotAfter.ToUniversalTime());
        if (until < now || from > now)
        {
            Add(FindingSeverity.Error, $"The certificate of {host.Host} is valid from {from:u} to {until:u}, and it is {now:u}.", "Renew the host's certificate.");
        }
        else if (until - now < SoonExpired)
        {
            Add(FindingSeverity.Warning, $"The certificate of {host.Host} expires at {until:u}.", "Renew the host's certificate.");
        }

        if (dialled is not null && !shown.MatchesHostname(dialled))
        {
            Add(FindingSeverity.Error, $"The certificate of {host.Host} does not name {dialled}, where the data goes.", "Issue a certificate with that name or address.");
        }

        return findings;

        void Add(FindingSeverity severity, string fact, string wayOut) =>
            findings.Add(new Finding(FindingArea.TransferSecurity, severity, fact, wayOut));
    }
}
