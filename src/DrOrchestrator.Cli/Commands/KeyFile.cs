namespace DrOrchestrator.Cli.Commands;

/// <summary>Keeps a new key where only its owner can read it.</summary>
internal static class KeyFile
{
    public static void Write(string path, string key)
    {
        var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using var writer = new StreamWriter(path, create);
            writer.WriteLine(key);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The key exists and can't be read again; an unused one with these scopes must not stay behind.
            throw new CliFailure(
                ExitCode.Failed, $"The key {key.Split('_')[1]} was made but could not be written: {exception.Message}", $"Revoke it with drctl key revoke {key.Split('_')[1]}, and make another.");
        }
    }
}
