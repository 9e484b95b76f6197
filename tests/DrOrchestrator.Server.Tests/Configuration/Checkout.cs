namespace DrOrchestrator.Server.Tests.Configuration;

/// <summary>The checkout that these tests were built from.</summary>
internal static class Checkout
{
    public static string Root { get; } = Above(AppContext.BaseDirectory);

    public static string Text(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string Above(string folder)
    {
        while (!File.Exists(Path.Combine(folder, "DrOrchestrator.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("These tests run inside a checkout.");
        }

        return folder;
    }
}
