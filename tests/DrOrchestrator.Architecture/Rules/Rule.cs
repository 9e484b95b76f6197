using DrOrchestrator.Architecture.House;

namespace DrOrchestrator.Architecture.Rules;

/// <summary>One rule of the house.</summary>
/// <param name="Name">The rule as a sentence.</param>
/// <param name="Violations">What in a tree breaks it: for each place a sentence that names the place, and one that names the way out.</param>
public sealed record Rule(string Name, Func<Tree, IEnumerable<string>> Violations);

/// <summary>All rules.</summary>
public static class HouseRules
{
    public static IReadOnlyList<Rule> All { get; } = [.. ReferenceRules.All, .. PurityRules.All, .. SourceRules.All, .. LayoutRules.All];

    public static Rule Named(string name) => All.Single(rule => rule.Name == name);
}
