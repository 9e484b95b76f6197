using DrOrchestrator.Architecture.House;

namespace DrOrchestrator.Architecture.Offences;

/// <summary>A small tree that breaks one rule, and what is then said.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="What">What is wrong with the tree.</param>
/// <param name="Tree">The tree.</param>
/// <param name="Says">Every sentence that the rule says to it.</param>
internal sealed record Offence(string Rule, string What, Tree Tree, params string[] Says);
