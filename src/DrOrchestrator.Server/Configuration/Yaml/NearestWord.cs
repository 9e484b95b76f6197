namespace DrOrchestrator.Server.Configuration.Yaml;

/// <summary>Which known word was probably meant.</summary>
internal static class NearestWord
{
    /// <summary>The known word with the fewest edits, if those are no more than a third of its letters (and at least one is allowed).</summary>
    public static string? To(string written, IEnumerable<string> known) =>
        known.Select(word => (word, edits: Edits(written, word)))
            .Where(entry => entry.edits <= Math.Max(1, entry.word.Length / 3))
            .OrderBy(entry => entry.edits).ThenBy(entry => entry.word, StringComparer.Ordinal)
            .Select(entry => entry.word).FirstOrDefault();

    /// <summary>Levenshtein's distance, blind to case: <c>holddownSeconds</c> is no edit away from <c>holdDownSeconds</c>.</summary>
    private static int Edits(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var substitute = diagonal + (char.ToUpperInvariant(one[i - 1]) == char.ToUpperInvariant(other[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitute, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
