using System.Text.Json;
using CsCheck;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Engine.Serialization;
using Xunit;
using static DrOrchestrator.Core.Health.Diagnosis;

namespace DrOrchestrator.Core.Tests.Health;

public sealed class DiagnosisTableTests
{
    private static readonly (int Answered, int Asked)[] Counts = [(0, 0), (0, 1), (1, 1), (0, 3), (1, 3), (3, 3)];

    private static HostObservations[] Everything { get; } =
    [
        .. from known in new[] { true, false } from looks in Counts from guests in Counts from site in Counts from elsewhere in Counts
           select Observed.Of(looks, guests, site, elsewhere, known: known),
    ];

    [Theory]
    [InlineData(HostSickButAnswering, 2, 2, 0, 0, 0, 0, 0, 0)]
    [InlineData(HostAnswersUnsteadily, 1, 1, 0, 0, 1, 1, 1, 1)]
    [InlineData(HostAnswersUnsteadily, 2, 3, 0, 0, 1, 1, 1, 1)]
    [InlineData(HostManagementLost, 0, 3, 1, 8, 1, 1, 1, 1)]
    [InlineData(HostSilent, 0, 3, 0, 8, 1, 3, 0, 2)]
    [InlineData(HostSilent, 0, 3, 0, 0, 0, 0, 2, 2)]
    [InlineData(HostSilent, 0, 3, 0, 0, 0, 0, 0, 0)]
    [InlineData(SiteSilent, 0, 3, 0, 8, 0, 3, 1, 2)]
    [InlineData(OrchestratorBlind, 0, 3, 0, 8, 0, 3, 0, 2)]
    [InlineData(OrchestratorBlind, 0, 3, 0, 0, 0, 0, 0, 2)]
    [InlineData(OrchestratorBlind, 0, 3, 0, 0, 0, 3, 0, 0)]
    public void Says(Diagnosis expected, int looks, int looksAsked, int guests, int guestsAsked, int site, int siteAsked, int elsewhere, int elsewhereAsked) =>
        Assert.Equal(expected, DiagnosisTable.Judge(Observed.Of((looks, looksAsked), (guests, guestsAsked), (site, siteAsked), (elsewhere, elsewhereAsked))).Diagnosis);

    [Fact]
    public void Every_combination_has_exactly_one_diagnosis_and_every_word_a_row_that_can_be_reached()
    {
        Assert.Equal(Enum.GetValues<Diagnosis>().Order(), DiagnosisTable.Rules.Select(rule => rule.Diagnosis).Order());
        Assert.Equal(DiagnosisTable.Rules, Everything.Select(DiagnosisTable.Judge).Distinct().OrderBy(rule => DiagnosisTable.Rules.ToList().IndexOf(rule)));
        Assert.All(Everything, observed => Assert.True(DiagnosisTable.Rules[^1].Applies(observed)));
    }

    [Fact]
    public void Only_a_host_that_answers_steadily_is_evacuated_and_nothing_else_makes_up_for_it() => Assert.All(Everything, observed => Assert.Equal(
        observed.InInventory && observed.Looks.Asked > 1 && observed.Looks.Answered == observed.Looks.Asked,
        DiagnosisTable.Judge(observed).Course is Course.Propose));

    [Fact]
    public void The_same_holds_for_any_counts()
    {
        var count = Gen.Select(Gen.Int[0, 40], Gen.Int[0, 40], (one, other) => (Math.Min(one, other), Math.Max(one, other)));
        Gen.Select(count, count, count, count).Sample((looks, guests, site, elsewhere) =>
        {
            var rule = DiagnosisTable.Judge(Observed.Of(looks, guests, site, elsewhere));
            return (rule.Course is Course.Propose) == (looks.Item2 > 1 && looks.Item1 == looks.Item2)
                && (looks.Item1 > 0 || guests.Item1 == 0 || rule.Diagnosis is HostManagementLost)
                && (rule.Diagnosis is not (SiteSilent or OrchestratorBlind) || (looks.Item1 == 0 && guests.Item1 == 0 && site.Item1 == 0));
        });
    }

    /// <summary>The places in which the table's order is its meaning: both rows apply, and the first is the one.</summary>
    [Fact]
    public void Where_two_rows_apply_the_stated_one_is_first()
    {
        First(HostNotInInventory, HostSickButAnswering, Observed.Of((3, 3), known: false));
        First(HostSickButAnswering, HostAnswersUnsteadily, Observed.Of((3, 3)));
        First(HostAnswersUnsteadily, HostManagementLost, Observed.Of((1, 3), guests: (2, 2)));
        First(HostManagementLost, SiteSilent, Observed.Of((0, 3), guests: (2, 2), site: (0, 2), elsewhere: (2, 2)));
        First(OrchestratorBlind, SiteSilent, Observed.Of((0, 3), site: (0, 2), elsewhere: (0, 2)));
        First(SiteSilent, HostSilent, Observed.Of((0, 3), site: (0, 2), elsewhere: (2, 2)));

        static void First(Diagnosis first, Diagnosis second, HostObservations observed)
        {
            Assert.True(DiagnosisTable.Rules.Single(rule => rule.Diagnosis == first).Applies(observed));
            Assert.True(DiagnosisTable.Rules.Single(rule => rule.Diagnosis == second).Applies(observed));
            Assert.Equal(first, DiagnosisTable.Judge(observed).Diagnosis);
        }
    }

    [Fact]
    public void Every_row_says_in_whole_sentences_what_is_and_what_a_person_can_do() => Assert.All(Everything, observed =>
    {
        var rule = DiagnosisTable.Judge(observed);
        string[] sentences = rule.Course is Course.Propose
            ? [rule.Fact(Sample.A1.Host, observed)]
            : [rule.Fact(Sample.A1.Host, observed), rule.Why(Sample.A1.Host, observed), rule.WayOut(Sample.A1.Host, observed)];
        Assert.All(sentences, sentence => Assert.EndsWith(".", sentence, StringComparison.Ordinal));
    });

    [Fact]
    public void What_is_in_the_record_can_be_judged_again() => Assert.All(Everything, observed =>
    {
        var recorded = new HostEvent.HostDiagnosed(DiagnosisTable.Judge(observed).Diagnosis, "So it was.", observed.Site, observed) { At = Sample.Noon };

        var read = JsonSerializer.Deserialize<HostEvent.HostDiagnosed>(JsonSerializer.Serialize(recorded, EngineJson.Options), EngineJson.Options)!;

        Assert.Equal(read.Diagnosis, DiagnosisTable.Judge(read.Observed!).Diagnosis);
    });
}
