namespace DrOrchestrator.Cli.Connection;

/// <summary>Where the API key comes from.</summary>
internal static class KeySource
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    public static string Read(string? option, CliEnvironment environment)
    {
        var path = option ?? environment.Variable("DRCTL_KEY_FILE");
        if (!string.IsNullOrWhiteSpace(path))
        {
            return OfFile(path, environment);
        }

        return environment.Variable("DRCTL_KEY") is { Length: > 0 } key
            ? key.Trim()
            : throw new CliFailure(
                ExitCode.WrongUse, "No API key is given.", "Name its file with --key-file or DRCTL_KEY_FILE, or put the key into DRCTL_KEY. The server's log says where its first key is.");
    }

    private static string OfFile(string path, CliEnvironment environment)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
            {
                environment.Error.WriteLine($"drctl: warning: others can read or change {path}; run chmod 600 {path}, and think about a new key.");
            }

            var key = File.ReadAllText(path).Trim();
            return key.Length > 0 ? key : throw new CliFailure(ExitCode.WrongUse, $"{path} is empty.", "Put the key into it, alone on one line.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure(ExitCode.WrongUse, $"The key file can not be read: {exception.Message}", "Check the path, and that you may read it.");
        }
    }
}
