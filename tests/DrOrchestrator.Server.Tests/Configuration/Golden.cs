using System.Runtime.CompilerServices;

namespace DrOrchestrator.Server.Tests.Configuration;

/// <summary>Texts that a person reviewed. Set DRO_ACCEPT_GOLDEN=1 to write them anew, and read the diff.</summary>
internal static class Golden
{
    public static string Of(string name, string now, [CallerFilePath] string here = "")
    {
        if (Environment.GetEnvironmentVariable("DRO_ACCEPT_GOLDEN") == "1")
        {
            var source = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(here))!, "Golden", name + ".txt");
            Directory.CreateDirectory(Path.GetDirectoryName(source)!);
            File.WriteAllText(source, now + "\n");
            return now;
        }

        return File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", name + ".txt")).TrimEnd('\n');
    }
}
