namespace DrOrchestrator.Drivers.Libvirt.Connections;

/// <summary>How to get to a daemon: the transports that the driver speaks itself.</summary>
internal abstract record LibvirtAddress
{
    private LibvirtAddress()
    {
    }

    /// <summary>Plain TCP, libvirt's default port 16509. No authentication: for isolated networks only.</summary>
    public sealed record Tcp(string Host, int Port) : LibvirtAddress;

    /// <summary>TLS, default port 16514; certificates from <c>pkipath</c> or the places of libvirt's documentation.</summary>
    public sealed record Tls(string Host, int Port, string? PkiPath) : LibvirtAddress;

    /// <summary>A socket on this machine.</summary>
    public sealed record Local(string Path) : LibvirtAddress;

    /// <summary>
    /// Understands <c>qemu+tcp://host[:port]/system</c>, <c>qemu+tls://host[:port]/system[?pkipath=folder]</c>,
    /// <c>qemu+unix:///system[?socket=path]</c> and <c>qemu:///system</c> (libvirt, "Connection URIs").
    /// </summary>
    public static Outcome<LibvirtAddress> Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.AbsolutePath != "/system")
        {
            return No(text, "it does not read qemu+tcp://host/system or qemu+tls://host/system");
        }

        var query = uri.Query.TrimStart('?')
            .Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair.Length == 2 ? Uri.UnescapeDataString(pair[1]) : "");
        if (query.Keys.FirstOrDefault(key => key is not ("pkipath" or "socket")) is { } unknown)
        {
            // A parameter that is ignored would be a promise broken: no_verify above all.
            return No(text, $"its parameter '{unknown}' is not supported");
        }

        return uri.Scheme switch
        {
            "qemu+tcp" when uri.Host != "" => Yes(new Tcp(uri.IdnHost, uri.Port > 0 ? uri.Port : 16509)),
            "qemu+tls" when uri.Host != "" => Yes(new Tls(uri.IdnHost, uri.Port > 0 ? uri.Port : 16514, query.GetValueOrDefault("pkipath"))),
            "qemu" or "qemu+unix" when uri.Host == "" => Yes(new Local(query.GetValueOrDefault("socket", "/run/libvirt/libvirt-sock"))),
            _ => No(text, $"its transport '{uri.Scheme}' is not supported"),
        };
    }

    private static Outcome<LibvirtAddress> Yes(LibvirtAddress address) => new Outcome<LibvirtAddress>.Done(address);

    private static Outcome<LibvirtAddress> No(string text, string why) => new Outcome<LibvirtAddress>.Refused(
        $"The address '{text}' cannot be used: {why}.", "Correct the host's address in the inventory.");
}
