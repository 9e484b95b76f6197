using DrOrchestrator.Server.Concerns;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;

namespace DrOrchestrator.Server.Tests.Concerns;

/// <summary>Whoever is woken by an alert finds its row.</summary>
public sealed class VocabularyTests
{
    public static TheoryData<ConcernKind> Kinds => [.. Enum.GetValues<ConcernKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_kind_has_its_row_in_the_runbook_with_the_severity_that_is_sent(ConcernKind kind)
    {
        var severity = OutgoingAlert.Of(new Concern(kind, [], "It is.", "Do it.", "drctl status", null), SteppedClock.Start).Labels["severity"];
        Assert.Single(File.ReadLines(Path.Combine(Root(), "runbooks", "alerts.md")), line => line.StartsWith($"| `{kind}` | {severity} | ", StringComparison.Ordinal));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "DrOrchestrator.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
