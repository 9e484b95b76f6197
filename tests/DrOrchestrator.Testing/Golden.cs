namespace DrOrchestrator.Testing;

/// <summary>
/// Files that hold what must not change unseen. <c>UPDATE_GOLDEN=1</c> writes them anew; the difference
/// is then somebody's to review.
/// </summary>
public static class Golden
{
    /// <summary>The root of the repository that this was built from.</summary>
    public static string RepoRoot { get; } = FindRoot();

    private static bool Updates => Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1";

    /// <summary>The whole file is golden.</summary>
    public static void Check(string path, string actual) => Compare(path, actual, _ => actual);

    /// <summary>What stands between two marker lines is golden; the rest is prose.</summary>
    public static void CheckBetween(string path, string begin, string end, string actual) => Compare(path, actual, text =>
    {
        var from = text.IndexOf(begin, StringComparison.Ordinal);
        var to = text.IndexOf(end, StringComparison.Ordinal);
        return from >= 0 && to > from
            ? $"{text[..(from + begin.Length)]}\n{actual}{text[to..]}"
            : throw new InvalidDataException($"{path} needs the lines '{begin}' and '{end}'.");
    });

    private static void Compare(string path, string actual, Func<string, string> place)
    {
        var file = Path.Combine(RepoRoot, path);
        var found = File.Exists(file) ? File.ReadAllText(file) : "";
        var wanted = place(found);
        if (found == wanted)
        {
            return;
        }

        if (!Updates)
        {
            throw new InvalidDataException($"{path} differs from the code. Run the tests with UPDATE_GOLDEN=1 and review what changes. The code says:\n{actual}");
        }

        File.WriteAllText(file, wanted);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "global.json")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("No folder above the tests has a global.json.");
    }
}
