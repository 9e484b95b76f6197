using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace DrOrchestrator.Server.Ingest;

/// <summary>Members of JSON from outside, read one by one so that a wrong one takes no other with it.</summary>
internal static class JsonText
{
    /// <summary>Labels of one report, in all.</summary>
    private const int MostLabels = 200;

    private const int LongestLabels = 32 * 1024;

    /// <summary>The value as it was received; what is no UTF-8 in it becomes U+FFFD.</summary>
    public static string RawText(this JsonElement value) =>
        value.ValueKind is JsonValueKind.Undefined ? "" : Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(value));

    /// <summary>The member; undefined where the parent is no object or lacks it.</summary>
    public static JsonElement Member(this JsonElement parent, string name) =>
        Unescaped(() => parent.ValueKind is JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : default);

    /// <summary>The member as text; null where it is none.</summary>
    public static string? Text(this JsonElement parent, string name) => Text(parent.Member(name));

    public static string? Text(this JsonElement value) => Unescaped(() => value.ValueKind is JsonValueKind.String ? value.GetString() : null);

    /// <summary>The member as bytes in base64; null where it is none.</summary>
    public static byte[]? Base64(this JsonElement value) =>
        Unescaped(() => value.ValueKind is JsonValueKind.String && value.TryGetBytesFromBase64(out var bytes) ? bytes : null);

    /// <summary>The member as a moment; null where it is none, or the year 1, which Alertmanager says for "not".</summary>
    public static DateTimeOffset? Moment(this JsonElement parent, string name)
    {
        var value = parent.Member(name);
        return Unescaped<DateTimeOffset?>(() => value.ValueKind is JsonValueKind.String && value.TryGetDateTimeOffset(out var moment) && moment.UtcDateTime.Year > 1
            ? moment.ToUniversalTime()
            : null);
    }

    /// <summary>The member as names with texts; null with the reason where it is not that.</summary>
    public static (IReadOnlyDictionary<string, string>? Labels, string? WhyNot) Labels(this JsonElement parent, string name)
    {
        var found = parent.Member(name);
        if (found.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return (new Dictionary<string, string>(), null);
        }

        if (found.ValueKind is not JsonValueKind.Object)
        {
            return (null, $"{name} is no object.");
        }

        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        var length = 0;
        foreach (var label in found.EnumerateObject())
        {
            string? key;
            try
            {
                key = label.Name;
            }
            catch (InvalidOperationException)
            {
                return (null, $"A name in {name} is no text.");
            }

            if (label.Value.ValueKind is not JsonValueKind.String || label.Value.Text() is not { } value)
            {
                return (null, $"{name}.{ReportText.Quote(key)} is no text.");
            }

            labels[ReportText.Clean(key)] = ReportText.Clean(value);
            length += key.Length + value.Length;
        }

        return labels.Count > MostLabels || length > LongestLabels
            ? (null, $"{name} has {labels.Count} entries of {length} characters; {MostLabels} and {LongestLabels} are taken.")
            : (labels, null);
    }

    /// <summary>Half a surrogate pair in an escape is legal JSON and no text; what has one counts as absent.</summary>
    private static T? Unescaped<T>(Func<T?> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            return default;
        }
    }
}
