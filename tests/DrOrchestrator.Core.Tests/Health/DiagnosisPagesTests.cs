using System.Text.Json;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Health;
using Xunit;

namespace DrOrchestrator.Core.Tests.Health;

/// <summary>Each word has its page, and each page its word.</summary>
public sealed class DiagnosisPagesTests
{
    private static string[] Pages { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(Golden.RepoRoot, "runbooks", "diagnoses")).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Fact]
    public void Every_diagnosis_has_a_page_of_its_name_and_no_page_is_about_anything_else() =>
        Assert.Equal(Enum.GetNames<Diagnosis>().Select(name => $"{name}.md").Order(StringComparer.Ordinal), Pages);

    [Fact]
    public void Every_brake_is_on_the_page_of_the_host_that_would_be_recovered_and_what_to_do_about_it()
    {
        var page = File.ReadAllLines(Path.Combine(Golden.RepoRoot, "runbooks", "diagnoses", "HostSickButAnswering.md"));
        var rows = page.Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Select(line => line.Split('|')[1].Trim()).Skip(1);
        Assert.Equal(Enum.GetValues<Brake>().Select(brake => JsonNamingPolicy.KebabCaseLower.ConvertName(brake.ToString()).Replace('-', ' ')), rows);
    }

    [Fact]
    public void Every_page_says_what_it_means_what_happens_by_itself_and_what_a_person_does() => Assert.All(Pages, page =>
    {
        var text = File.ReadAllText(Path.Combine(Golden.RepoRoot, "runbooks", "diagnoses", page));
        Assert.StartsWith($"# {Path.GetFileNameWithoutExtension(page)}\n", text, StringComparison.Ordinal);
        Assert.All(["**What it means.**", "**What happens by itself.**", "**What you do.**"], part => Assert.Contains(part, text, StringComparison.Ordinal));
    });
}
