using DrOrchestrator.Architecture.House;

namespace DrOrchestrator.Architecture.Rules;

/// <summary>How the product's source is cut and named.</summary>
internal static class SourceRules
{
    private const int MostLines = 400;

    private static readonly string[] EmptyWords = ["Manager", "Helper", "Helpers", "Util", "Utils"];

    /// <summary>What the framework's generator of the OpenAPI document writes into the server.</summary>
    private const string Generated = "Microsoft.AspNetCore.OpenApi.Generated.";

    private static readonly string[] Kinds =
    [
        "Common", "Constants", "Dtos", "Enums", "Exceptions", "Extensions", "Helpers", "Interfaces", "Managers", "Models", "Utils",
    ];

    public static IReadOnlyList<Rule> All { get; } =
    [
        new($"No source file has more than {MostLines} lines", tree => tree.Sources
            .Where(source => source.Path.StartsWith("src/", StringComparison.Ordinal) && source.Lines > MostLines)
            .Select(source => $"{source.Path} has {source.Lines} lines. Look for its second idea and give that a file of its own.")),
        new("No type is named after nothing", tree => tree.Assemblies
            .SelectMany(assembly => assembly.Types)
            .Where(type => !type.Name.StartsWith(Generated, StringComparison.Ordinal) && EmptyWords.Any(word => type.Name.EndsWith(word, StringComparison.Ordinal)))
            .Select(type => $"{type.Name} says nothing by its last word. Name it after what it does in the domain.")),
        new("A folder is named after a noun of the domain", tree => tree.Sources
            .Where(source => source.Path.StartsWith("src/", StringComparison.Ordinal))
            .SelectMany(source => source.Path.Split('/').SkipLast(1).Intersect(Kinds), (source, kind) => (source.Path[..source.Path.LastIndexOf('/')], kind))
            .Distinct()
            .Select(found => $"{found.Item1} sorts by kind ({found.kind}). Put each file with the noun of the domain that it is about.")),
    ];
}
