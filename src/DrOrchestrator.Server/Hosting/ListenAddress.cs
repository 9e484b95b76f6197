namespace DrOrchestrator.Server.Hosting;

/// <summary>Where the server listens.</summary>
public static class ListenAddress
{
    /// <summary>The port of every document, the image and drctl; the framework's own default is 5000.</summary>
    public const string Usual = "http://localhost:8470";

    /// <summary>Takes <see cref="Usual"/> where nothing says where to listen: no address, no port (images of .NET set one) and no endpoint of Kestrel's.</summary>
    public static void Complete(IConfiguration configuration)
    {
        if (string.IsNullOrEmpty(configuration[WebHostDefaults.ServerUrlsKey])
            && string.IsNullOrEmpty(configuration[WebHostDefaults.HttpPortsKey])
            && string.IsNullOrEmpty(configuration[WebHostDefaults.HttpsPortsKey])
            && !configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            configuration[WebHostDefaults.ServerUrlsKey] = Usual;
        }
    }
}
