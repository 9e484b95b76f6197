using System.CommandLine;
using System.Text.RegularExpressions;

namespace DrOrchestrator.Cli.Tests;

/// <summary>A command as a sentence or a page has it, with placeholders: words in capitals, and what a program fills in.</summary>
/// <param name="Where">File and line.</param>
/// <param name="Text">From <c>drctl</c> on, to the end of what could belong to it.</param>
/// <param name="Alone">Whether nothing but the command stands there; else prose may follow it.</param>
internal sealed partial record WrittenCommand(string Where, string Text, bool Alone)
{
    private static readonly char[] Punctuation = ['.', ',', ';', ':', ')'];

    /// <summary>Why it can not be typed as it is written; null: it can.</summary>
    public string? WhyNot(RootCommand root)
    {
        string[] words = [.. Word().Matches(Text).Select(match => match.Value).Skip(1)];
        List<string> typed = [];
        Command command = root;
        var arguments = new Queue<Argument>();
        var at = 0;
        for (var over = false; !over && at < words.Length; at++)
        {
            var word = words[at].TrimEnd(Punctuation);
            over = word != words[at];
            if (typed.Count == Depth(command) && command.Subcommands.FirstOrDefault(one => one.Name == word) is { } next)
            {
                command = next;
                arguments = new Queue<Argument>(next.Arguments);
                typed.Add(word);
            }
            else if (word.StartsWith("--", StringComparison.Ordinal))
            {
                if (command.Options.Concat(root.Options).FirstOrDefault(one => one.Name == word) is not { } option)
                {
                    return $"{command.Name} has no {word}";
                }

                typed.Add(word);
                while (!over && at + 1 < words.Length && Takes(option, typed, words[at + 1]))
                {
                    var value = words[++at].TrimEnd(Punctuation);
                    over = value != words[at];
                    typed.Add(Filled(option, value));
                }
            }
            else if (arguments.Count > 0 && IsValue(word))
            {
                arguments.Dequeue();
                typed.Add(word);
            }
            else
            {
                break;
            }
        }

        return command == root
            ? "it names no command"
            : Alone && at < words.Length && !words[at].StartsWith('#') && !words[at].StartsWith(')')
                ? $"'{words[at]}' stands where nothing may"
                : root.Parse(typed).Errors is [{ Message: var message }, ..] ? message : null;
    }

    private static int Depth(Command command) => command is RootCommand ? 0 : 1 + Depth(command.Parents.OfType<Command>().First());

    /// <summary>One value, whatever it is; after it only what is known to be one.</summary>
    private static bool Takes(Option option, List<string> typed, string word) => option.ValueType != typeof(bool)
        && (typed[^1] == option.Name || (option.AllowMultipleArgumentsPerToken && Known(option).Contains(word.TrimEnd(Punctuation))));

    /// <summary>A placeholder as something that the option takes.</summary>
    private static string Filled(Option option, string value) => option.ValueType == typeof(int) || option.ValueType == typeof(double) || option.ValueType == typeof(long)
        ? double.TryParse(value, out _) ? value : "1"
        : Known(option) is [var first, ..] && Placeholder().IsMatch(value) ? first : value;

    private static string[] Known(Option option) => [.. option.GetCompletions(System.CommandLine.Completions.CompletionContext.Empty).Select(item => item.Label)];

    /// <summary>Prose goes on in plain words; a name has a figure, a hyphen or a slash.</summary>
    private static bool IsValue(string word) => word == "…" || Placeholder().IsMatch(word) || word.Contains('{') || NameLike().IsMatch(word);

    [GeneratedRegex("""(?:\{[^{}]*\}|"[^"]*"|[^\s"{}])+""")]
    private static partial Regex Word();

    [GeneratedRegex("^[A-Z]+$")]
    private static partial Regex Placeholder();

    [GeneratedRegex("^[A-Za-z0-9]+([-/][A-Za-z0-9]+)+$|^[a-z]+[0-9]+$")]
    private static partial Regex NameLike();
}
