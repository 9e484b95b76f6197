using Spectre.Console;
using Spectre.Console.Rendering;

namespace DrOrchestrator.Cli.Views;

/// <summary>One line of a screen, built from pieces, with columns that stay where they are.</summary>
internal sealed class Line
{
    private readonly List<(string Text, Style Style)> pieces = [];

    public int Length => pieces.Sum(piece => piece.Text.Length);

    public static Line Blank => new();

    public static Line Of(string text, Style? style = null) => new Line().Add(text, style);

    public Line Add(string text, Style? style = null)
    {
        pieces.Add((Clean.Of(text), style ?? Ink.Plain));
        return this;
    }

    /// <summary>Spaces up to a column; one at least, unless the line is still empty.</summary>
    public Line To(int column) => Add(new string(' ', Math.Max(Length == 0 ? 0 : 1, column - Length)));

    /// <summary>Adds at the right edge.</summary>
    public Line Right(string text, int width, Style? style = null) => To(width - text.Length).Add(text, style);

    /// <summary>The text in a column of its own, cut where it is too long for it.</summary>
    public Line Column(string text, int width, Style? style = null) => Add(Cut(Clean.Of(text), width).PadRight(width), style);

    public static string Cut(string text, int width) =>
        text.Length <= width ? text : width <= 1 ? text[..Math.Max(0, width)] : string.Concat(text.AsSpan(0, width - 1), "…");

    /// <summary>A sentence over as many lines as it needs, each indented.</summary>
    public static IEnumerable<Line> Wrapped(string sentence, int indent, int width, Style? style = null)
    {
        var room = Math.Max(20, width - indent);
        var current = "";
        foreach (var word in Clean.Of(sentence).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (current.Length > 0 && current.Length + 1 + word.Length > room)
            {
                yield return new Line().To(indent).Add(current, style);
                current = "";
            }

            current = current.Length == 0 ? word : $"{current} {word}";
        }

        if (current.Length > 0)
        {
            yield return new Line().To(indent).Add(current, style);
        }
    }

    public IRenderable Render(int width)
    {
        var paragraph = new Paragraph();
        var left = width;
        foreach (var (text, style) in pieces)
        {
            var shown = Cut(text, left);
            paragraph.Append(shown, style);
            left -= shown.Length;
        }

        return left == width ? new Text(" ") : paragraph;
    }

    public static IRenderable Render(IEnumerable<Line> lines, int width) => new Rows(lines.Select(line => line.Render(width)));
}
