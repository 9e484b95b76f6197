using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

/// <summary>A folder with an authority and a client certificate, as <c>pkipath</c> wants it, and a server certificate beside.</summary>
internal sealed class CertificateFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dro-pki-");

    public CertificateFolder(string serverName)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.CreateSelfSigned(Begin, Begin.AddYears(1));
        File.WriteAllText(System.IO.Path.Combine(Path, "cacert.pem"), authority.ExportCertificatePem());
        using var client = Issue(authority, "client");
        File.WriteAllText(System.IO.Path.Combine(Path, "clientcert.pem"), client.ExportCertificatePem());
        File.WriteAllText(System.IO.Path.Combine(Path, "clientkey.pem"), client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        Server = Issue(authority, serverName);
    }

    public string Path => folder.FullName;

    public X509Certificate2 Server { get; }

    private static DateTimeOffset Begin => TimeProvider.System.GetUtcNow().AddDays(-1);

    public void Dispose()
    {
        Server.Dispose();
        folder.Delete(recursive: true);
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        return request.Create(authority, Begin, Begin.AddMonths(1), RandomNumberGenerator.GetBytes(8)).CopyWithPrivateKey(key);
    }
}
