using Spectre.Console;

namespace DrOrchestrator.Cli.Views;

/// <summary>Signs that are drawn; a terminal without Unicode gets letters.</summary>
internal sealed record Marks(
    string To, string Then, string Done, string Now, string Waits, string Failed, string Unsure, string Full, string Empty, string More, string Dot, string About)
{
    private static readonly Marks Unicode = new("→", "›", "✓", "▶", "·", "✗", "?", "█", "░", "…", "·", "≈");
    private static readonly Marks Letters = new("->", ">", "+", ">", ".", "x", "?", "#", ".", "...", "-", "~");

    public static Marks For(IAnsiConsole console) => console.Profile.Capabilities.Unicode ? Unicode : Letters;

    public string Bar(double fraction, int width)
    {
        var full = (int)Math.Round(Math.Clamp(fraction, 0, 1) * width);
        return string.Concat(Enumerable.Repeat(Full, full)) + string.Concat(Enumerable.Repeat(Empty, width - full));
    }
}
