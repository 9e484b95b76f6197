namespace DrOrchestrator.Server.Configuration;

/// <summary>What may name a host, wherever the name comes from: it becomes part of a stream's name and of run ids.</summary>
public static class HostName
{
    public const string Rule = "Use 1 to 100 letters, digits, dots, hyphens or underscores, and begin with a letter or digit.";

    public static bool IsUsable(string name) =>
        name.Length is > 0 and <= 100 && char.IsAsciiLetterOrDigit(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_');

    /// <summary>A label's value without the port that exporters put behind it: <c>a1:9100</c> is <c>a1</c>.</summary>
    public static string WithoutPort(string value)
    {
        var colon = value.LastIndexOf(':');
        return colon > 0 && value.AsSpan(colon + 1) is { Length: > 0 } port && port.IndexOfAnyExceptInRange('0', '9') < 0 ? value[..colon] : value;
    }
}
