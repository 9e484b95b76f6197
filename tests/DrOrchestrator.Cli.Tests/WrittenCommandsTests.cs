using System.Text.RegularExpressions;
using Xunit;

namespace DrOrchestrator.Cli.Tests;

/// <summary>A way out that ends with exit 2 is none: every command that a sentence, a README or a runbook names is one that can be typed so.</summary>
public sealed partial class WrittenCommandsTests
{
    private static readonly string[] NotRead = ["bin", "obj", "artifacts", ".git"];

    [Fact]
    public void Whatever_command_is_written_can_be_typed_as_it_is_written()
    {
        var root = Drctl.Commands(CliEnvironment.OfThisProcess());
        WrittenCommand[] written = [.. InSentences(), .. InPages()];

        Assert.True(written.Length > 100, $"only {written.Length} were found");
        string[] wrong = [.. written.Select(command => (command, Why: command.WhyNot(root))).Where(pair => pair.Why is not null).Select(pair => $"{pair.command.Where}: {pair.command.Text}: {pair.Why}")];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData("drctl run abort run-1.", false)]
    [InlineData("drctl maintenance end --reason WHY", false)]
    [InlineData("drctl run start", false)]
    [InlineData("drctl run shows which", false)]
    [InlineData("drctl statistics", false)]
    [InlineData("drctl run list | show ID", true)]
    [InlineData("drctl key create --subject NAME --scope trigger operat", true)]
    [InlineData("drctl stop-all --because \"…\"", true)]
    public void What_can_not_be_typed_is_found(string text, bool alone) =>
        Assert.NotNull(new WrittenCommand("here", text, alone).WhyNot(Drctl.Commands(CliEnvironment.OfThisProcess())));

    [Theory]
    [InlineData("drctl hosts says which are silent", false)]
    [InlineData("drctl run abort {run.Id} --reason WHY stops it too", false)]
    [InlineData("drctl run start PLAN --host {host} --reason WHY).", false)]
    [InlineData("drctl key create --subject NAME --scope SCOPE.", false)]
    [InlineData("drctl maintenance start --site B --minutes M --reason \"New fans\"   # a comment", true)]
    [InlineData("drctl alerts --unmatched", true)]
    public void What_can_be_typed_is_let_through(string text, bool alone) =>
        Assert.Null(new WrittenCommand("here", text, alone).WhyNot(Drctl.Commands(CliEnvironment.OfThisProcess())));

    /// <summary>In the sources' texts: from the word on to the end of the literal, comments left out.</summary>
    private static IEnumerable<WrittenCommand> InSentences() =>
        from file in Files("src", "*.cs")
        from line in File.ReadLines(file).Index()
        where line.Item.TrimStart() is not ['/', '/', ..] and not ['#', ..]
        from match in Mention().Matches(line.Item)
        select new WrittenCommand(Place(file, line.Index), Literal().Match(line.Item[match.Index..]).Value.Replace("\\\"", "\"", StringComparison.Ordinal), Alone: false);

    /// <summary>In every page but the record of what was: between back quotes, and the lines of blocks.</summary>
    private static IEnumerable<WrittenCommand> InPages()
    {
        foreach (var file in Files("", "*.md").Where(file => !file.EndsWith("CHANGELOG.md", StringComparison.Ordinal)))
        {
            var block = false;
            foreach (var (index, line) in File.ReadLines(file).Index())
            {
                if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
                {
                    block = !block;
                }

                foreach (Match match in (block ? Mention() : Quoted()).Matches(line))
                {
                    // A command within a comment of a block is part of a sentence.
                    var comment = block && line.IndexOf('#', StringComparison.Ordinal) is >= 0 and var sign && sign < match.Index;
                    yield return new WrittenCommand(Place(file, index), block ? line[match.Index..] : match.Groups["command"].Value, Alone: !comment);
                }
            }
        }
    }

    private static IEnumerable<string> Files(string folder, string pattern) => Directory
        .EnumerateFiles(Path.Combine(Checkout.Root, folder), pattern, SearchOption.AllDirectories)
        .Where(file => !Path.GetRelativePath(Checkout.Root, file).Split(Path.DirectorySeparatorChar).Any(NotRead.Contains));

    private static string Place(string file, int index) => $"{Path.GetRelativePath(Checkout.Root, file)}:{index + 1}";

    [GeneratedRegex(@"\bdrctl (?=[a-z])")]
    private static partial Regex Mention();

    [GeneratedRegex(@"`(?<command>drctl [^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex("""^(?:[^"\\]|\\[^n])*""")]
    private static partial Regex Literal();
}
