using DrOrchestrator.Architecture.House;

namespace DrOrchestrator.Architecture.Offences;

/// <summary>A house as it should be, small, made up, and with nothing compiled in it yet; and the ways to spoil it.</summary>
internal static class SampleTree
{
    private static readonly string[] Folders = ["src", "tests", "deploy", "runbooks"];

    private static readonly Project[] Projects =
    [
        new("src/DrOrchestrator.Core/DrOrchestrator.Core.csproj", [], []),
        new("src/DrOrchestrator.Contracts/DrOrchestrator.Contracts.csproj", [], []),
        new("src/DrOrchestrator.Engine/DrOrchestrator.Engine.csproj", ["DrOrchestrator.Core", "DrOrchestrator.Drivers"], [new("Polly.Core")]),
        new("src/DrOrchestrator.Store/DrOrchestrator.Store.csproj", ["DrOrchestrator.Engine"], [new("Marten")]),
        new("src/DrOrchestrator.Cli/DrOrchestrator.Cli.csproj", ["DrOrchestrator.Contracts"], [new("Spectre.Console")]),
        new(
            "src/DrOrchestrator.Server/DrOrchestrator.Server.csproj",
            ["DrOrchestrator.Contracts", "DrOrchestrator.Engine", "DrOrchestrator.Store", "DrOrchestrator.Drivers.Libvirt"],
            [new("MassTransit")]),
        new("src/Drivers/DrOrchestrator.Drivers/DrOrchestrator.Drivers.csproj", ["DrOrchestrator.Core"], []),
        new("src/Drivers/DrOrchestrator.Drivers.Libvirt/DrOrchestrator.Drivers.Libvirt.csproj", ["DrOrchestrator.Drivers"], []),
        new("tests/DrOrchestrator.Core.Tests/DrOrchestrator.Core.Tests.csproj", ["DrOrchestrator.Core"], [new("xunit.v3")]),
    ];

    public static Tree WellBuilt { get; } = new()
    {
        TopLevel = [.. Folders, "README.md", "Directory.Build.props", ".editorconfig", "DrOrchestrator.sln"],
        Files =
        [
            .. Folders.Select(folder => $"{folder}/README.md"),
            .. Projects.Select(project => $"{project.Folder}/packages.lock.json"),
            .. Projects.Where(project => project.Folder.StartsWith("src/Drivers/", StringComparison.Ordinal)).Select(project => $"{project.Folder}/README.md"),
        ],
        Projects = Projects,
        Solution = [.. Projects.Select(project => project.Path)],
        Sources = [new("src/DrOrchestrator.Core/Moves/MoveDecider.cs", 400), new("tests/DrOrchestrator.Core.Tests/Helpers/Long.cs", 900)],
        Assemblies = [.. Projects.Where(project => project.IsProduct).Select(project => new AssemblyModel(project.Name, ["System.Runtime"], []))],
    };

    public static Tree WithReference(string project, string other) => Change(project, found => found with { References = [.. found.References, other] });

    public static Tree WithPackage(string project, string package, string? version = null) =>
        Change(project, found => found with { Packages = [.. found.Packages, new Package(package, version)] });

    public static Tree WithAssemblyReference(string project, string reference) =>
        ChangeAssembly(project, found => found with { References = [.. found.References, reference] });

    /// <summary>As if a type of ours had been compiled into a project of the product.</summary>
    public static Tree WithType(string project, Type type) => ChangeAssembly(project, found => found with { Types = Compiled(type) });

    public static Tree WithProject(string path) => WellBuilt with
    {
        Projects = [.. WellBuilt.Projects, new Project(path, [], [])],
        Solution = [.. WellBuilt.Solution, path],
        Files = [.. WellBuilt.Files, $"{path[..path.LastIndexOf('/')]}/packages.lock.json"],
    };

    public static Tree Without(string file) => WellBuilt with { Files = [.. WellBuilt.Files.Where(other => other != file)] };

    private static TypeModel[] Compiled(Type type) =>
    [
        .. AssemblyReader.Read(type.Assembly.Location, type.Assembly.GetName().Name!).Types
            .Where(model => model.Name == type.FullName || model.Name.StartsWith(type.FullName + ".", StringComparison.Ordinal)),
    ];

    private static Tree Change(string name, Func<Project, Project> change) =>
        WellBuilt with { Projects = [.. WellBuilt.Projects.Select(project => project.Name == name ? change(project) : project)] };

    private static Tree ChangeAssembly(string name, Func<AssemblyModel, AssemblyModel> change) =>
        WellBuilt with { Assemblies = [.. WellBuilt.Assemblies.Select(assembly => assembly.Name == name ? change(assembly) : assembly)] };
}
