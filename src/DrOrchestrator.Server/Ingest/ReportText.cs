using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace DrOrchestrator.Server.Ingest;

/// <summary>Text from outside, made fit for the record and for sentences.</summary>
internal static class ReportText
{
    /// <summary>Of a name, a fingerprint or another word that identifies; what is longer is cut.</summary>
    public const int LongestWord = 200;

    private const int LongestQuote = 100;

    /// <summary>
    /// Every character that PostgreSQL and JSON can hold: a NUL or half a surrogate pair becomes U+FFFD, for an alert
    /// about a dying host must not be refused over a character in its description.
    /// </summary>
    public static string Clean(string? text, int longest = int.MaxValue)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        if (text.Length <= longest && !text.Contains('\0', StringComparison.Ordinal) && !text.AsSpan().ContainsAnyInRange('\ud800', '\udfff'))
        {
            return text;
        }

        var clean = new StringBuilder(Math.Min(text.Length, longest));
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            // What can't be decoded comes back as the replacement character.
            _ = Rune.DecodeFromUtf16(rest, out var rune, out var taken);
            if (clean.Length + rune.Utf16SequenceLength > longest)
            {
                break;
            }

            clean.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
            rest = rest[taken..];
        }

        return clean.ToString();
    }

    /// <summary>For a sentence: short, on one line.</summary>
    public static string Quote(string? text)
    {
        var line = string.Concat(Clean(text, LongestQuote).Select(letter => char.IsControl(letter) ? ' ' : letter));
        return text?.Length > LongestQuote ? line + "…" : line;
    }

    /// <summary>Names something by what it consists of.</summary>
    public static string Hash(params IEnumerable<string?> words) => Hash(Encoding.UTF8.GetBytes(string.Join('\u0001', words)));

    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..16];
}
