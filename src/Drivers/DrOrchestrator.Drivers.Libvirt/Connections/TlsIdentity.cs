using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace DrOrchestrator.Drivers.Libvirt.Connections;

/// <summary>
/// This machine's libvirt client certificate and the authority it trusts, read anew for each connection
/// so that a renewed certificate needs no restart. File names as libvirt's page "TLS certificates" has them.
/// </summary>
internal static class TlsIdentity
{
    public static SslClientAuthenticationOptions OptionsFor(LibvirtAddress.Tls address)
    {
        var authority = address.PkiPath is { } folder ? Path.Combine(folder, "cacert.pem") : "/etc/pki/CA/cacert.pem";
        var certificate = address.PkiPath is { } ownFolder ? Path.Combine(ownFolder, "clientcert.pem") : "/etc/pki/libvirt/clientcert.pem";
        var key = address.PkiPath is { } keyFolder ? Path.Combine(keyFolder, "clientkey.pem") : "/etc/pki/libvirt/private/clientkey.pem";

        var trusted = new X509Certificate2Collection();
        trusted.ImportFromPemFile(authority);
        var chain = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            // libvirt's own clients check no revocation list unless one is installed; a site without internet has none to ask.
            RevocationMode = X509RevocationMode.NoCheck,
        };
        chain.CustomTrustStore.AddRange(trusted);
        return new SslClientAuthenticationOptions
        {
            TargetHost = address.Host,
            CertificateChainPolicy = chain,
            ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, key)],
        };
    }
}
