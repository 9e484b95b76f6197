namespace DrOrchestrator.Architecture.House;

/// <summary>What the rules know of a compiled project.</summary>
/// <param name="Name">The project's name.</param>
/// <param name="References">Names of the assemblies that its metadata references.</param>
/// <param name="Types">Its types.</param>
public sealed record AssemblyModel(string Name, IReadOnlyList<string> References, IReadOnlyList<TypeModel> Types);

/// <summary>A type, nested ones and those of the compiler included.</summary>
/// <param name="Name">Its full name; a nested type's with a dot.</param>
/// <param name="Uses">What its base types and fields mention.</param>
/// <param name="Methods">Its methods, constructors and accessors.</param>
public sealed record TypeModel(string Name, IReadOnlyList<Use> Uses, IReadOnlyList<MethodModel> Methods)
{
    /// <summary>The name as written in the source, without what the compiler nests in it.</summary>
    public string Written => Name.IndexOf(".<", StringComparison.Ordinal) is > 0 and var mark ? Name[..mark] : Name;
}

/// <summary>A method as its metadata and its body show it.</summary>
/// <param name="Name">Its name in the metadata.</param>
/// <param name="Returns">The outermost type that it returns.</param>
/// <param name="IsAsync">Whether it was written as async.</param>
/// <param name="IsGenerated">Whether the compiler wrote it, as it does for records.</param>
/// <param name="Branches">Whether its body decides anything: a conditional jump or a switch.</param>
/// <param name="Uses">What its signature, its locals and its body mention.</param>
public sealed record MethodModel(string Name, string Returns, bool IsAsync, bool IsGenerated, bool Branches, IReadOnlyList<Use> Uses);

/// <summary>A mention of a type, or of one of its members.</summary>
public sealed record Use(string Type, string? Member = null)
{
    public override string ToString() => Member is null ? Type : $"{Type}.{Member}";
}
