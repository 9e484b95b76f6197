using DrOrchestrator.Architecture.House;
using DrOrchestrator.Architecture.Offences;
using DrOrchestrator.Architecture.Rules;
using Xunit;

namespace DrOrchestrator.Architecture;

public sealed class RuleTests
{
    public static TheoryData<string> Rules() => [.. HouseRules.All.Select(rule => rule.Name)];

    public static TheoryData<string, string> Offences() => [.. AllOffences.All.Select(offence => (offence.Rule, offence.What))];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Holds_in_this_tree(string rule)
    {
        var violations = HouseRules.Named(rule).Violations(TreeReader.Tree).ToArray();

        Assert.True(violations.Length == 0, $"{rule}.\n{string.Join('\n', violations)}");
    }

    [Theory]
    [MemberData(nameof(Offences))]
    public void Is_broken_by_its_offence_and_says_where_and_what_to_do(string rule, string what)
    {
        var offence = AllOffences.All.Single(offence => offence.Rule == rule && offence.What == what);

        Assert.Equal(offence.Says, HouseRules.Named(rule).Violations(offence.Tree));
    }

    /// <summary>So that each offence above is told for what was spoilt and not for the sample.</summary>
    [Theory]
    [MemberData(nameof(Rules))]
    public void Has_nothing_to_say_to_a_well_built_tree(string rule) => Assert.Empty(HouseRules.Named(rule).Violations(SampleTree.WellBuilt));

    [Fact]
    public void Every_rule_has_an_offence_that_breaks_it() =>
        Assert.Empty(HouseRules.All.Select(rule => rule.Name).Except(AllOffences.All.Select(offence => offence.Rule)));
}
