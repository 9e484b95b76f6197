namespace DrOrchestrator.Architecture.House;

/// <summary>The repository as the rules see it. Paths are relative to its root, with slashes.</summary>
public sealed record Tree
{
    /// <summary>Names of what stands at the top, without what no one commits.</summary>
    public required IReadOnlyList<string> TopLevel { get; init; }

    /// <summary>All files.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    public required IReadOnlyList<Project> Projects { get; init; }

    /// <summary>Project files that the solution names.</summary>
    public required IReadOnlyList<string> Solution { get; init; }

    /// <summary>C# files.</summary>
    public required IReadOnlyList<SourceFile> Sources { get; init; }

    /// <summary>What the projects under <c>src</c> were compiled to.</summary>
    public required IReadOnlyList<AssemblyModel> Assemblies { get; init; }

    public IEnumerable<Project> Product => Projects.Where(project => project.IsProduct);
}

/// <summary>A project file.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="References">Names of the projects that it references.</param>
/// <param name="Packages">The packages that it references.</param>
public sealed record Project(string Path, IReadOnlyList<string> References, IReadOnlyList<Package> Packages)
{
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    public string Folder => Path[..Path.LastIndexOf('/')];

    public bool IsProduct => Path.StartsWith("src/", StringComparison.Ordinal);

    /// <summary>One thin project for one foreign system; the contract beside it is none.</summary>
    public bool IsDriver => Path.StartsWith("src/Drivers/", StringComparison.Ordinal) && Name != "DrOrchestrator.Drivers";
}

/// <summary>A package that a project references.</summary>
/// <param name="Name">Its id.</param>
/// <param name="Version">The version that the project file itself states; null: it leaves that to the central list.</param>
public sealed record Package(string Name, string? Version = null);

/// <summary>A C# file and its length.</summary>
public sealed record SourceFile(string Path, int Lines);
