using System.Runtime.CompilerServices;
using Xunit;

namespace DrOrchestrator.Cli.Tests;

/// <summary>Screens that a person reviewed. Set DRO_ACCEPT_GOLDEN=1 to write them anew, and read the diff.</summary>
internal static class Golden
{
    public static void Holds(string name, string now, [CallerFilePath] string here = "")
    {
        // Trailing blanks can't be seen, and an editor takes them away.
        var shown = string.Join('\n', now.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd())).TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("DRO_ACCEPT_GOLDEN") == "1")
        {
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(here)!, "Golden", name + ".txt"), shown);
            return;
        }

        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", name + ".txt")), shown);
    }

    public static string Given(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Given", name + ".json"));
}
