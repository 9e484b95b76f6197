using System.Text;

namespace DrOrchestrator.Server.Tests.Fuzz;

/// <summary>A message of the corpus or a mutation of one: by which way it comes in, its headers and its bytes.</summary>
internal sealed record FuzzMessage(string Way, string? ContentType, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    /// <summary>The committed messages: header lines, an empty line, the body.</summary>
    public static IReadOnlyList<FuzzMessage> Corpus { get; } =
    [
        .. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Fuzz", "Corpus"), "*.txt").Order(StringComparer.Ordinal).Select(Read),
    ];

    public override string ToString() =>
        $"way {Way}, content type {ContentType}, headers {string.Join(", ", Headers)}, body (base64) {Convert.ToBase64String(Body)}";

    private static FuzzMessage Read(string path)
    {
        var text = File.ReadAllText(path);
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        var headers = text[..end].Split('\n').Select(line => line.Split(": ", 2)).Select(pair => KeyValuePair.Create(pair[0], pair[1])).ToArray();
        return new FuzzMessage(
            headers.First(header => header.Key == "way").Value,
            headers.Where(header => header.Key == "content-type").Select(header => header.Value).FirstOrDefault(),
            [.. headers.Where(header => header.Key is not ("way" or "content-type"))],
            Encoding.UTF8.GetBytes(text[(end + 2)..].TrimEnd('\n')));
    }
}
