namespace DrOrchestrator.Cli.Connection;

/// <summary>Which server is called.</summary>
internal static class Target
{
    public const string Usual = "http://127.0.0.1:8470";

    public static Uri Of(string? option, CliEnvironment environment)
    {
        var text = option ?? environment.Variable("DRCTL_SERVER");
        if (string.IsNullOrWhiteSpace(text))
        {
            text = Usual;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
        {
            throw new CliFailure(ExitCode.WrongUse, $"'{text}' is no address of a server.", $"Write for example --server {Usual}.");
        }

        if (server.Scheme == "http" && !server.IsLoopback)
        {
            environment.Error.WriteLine($"drctl: warning: the key travels unencrypted to {server.Host}; use https.");
        }

        return server;
    }
}
