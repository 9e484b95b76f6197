using Spectre.Console;

namespace DrOrchestrator.Cli.Views;

/// <summary>The few colours. Each only repeats what a word or a mark says already, so that nothing is lost without them.</summary>
internal static class Ink
{
    public static readonly Style Plain = Style.Plain;
    public static readonly Style Strong = new(decoration: Decoration.Bold);

    /// <summary>Quiet, not hidden: readable on a dark screen and on a light one.</summary>
    public static readonly Style Quiet = new(Color.Grey54);

    public static readonly Style Good = new(Color.Green);
    public static readonly Style Now = new(Color.Aqua, decoration: Decoration.Bold);
    public static readonly Style Warn = new(Color.Yellow);
    public static readonly Style Bad = new(Color.Red, decoration: Decoration.Bold);
}
