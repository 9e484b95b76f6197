namespace DrOrchestrator.Cli.Views;

/// <summary>Text from elsewhere, without what could steer a terminal: an alert's label must not clear an operator's screen.</summary>
internal static class Clean
{
    public static string Of(string? text) =>
        text is null ? "" : string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));
}
