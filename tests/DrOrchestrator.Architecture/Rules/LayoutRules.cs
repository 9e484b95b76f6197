using DrOrchestrator.Architecture.House;

namespace DrOrchestrator.Architecture.Rules;

/// <summary>What stands where in the tree, and what every project brings along.</summary>
internal static class LayoutRules
{
    private static readonly string[] TopFolders = ["src", "tests", "deploy", "runbooks"];

    private static readonly string[] TopLevel =
    [
        .. TopFolders, "docker-compose.yml", "DrOrchestrator.sln", "README.md", "LICENSE", "CHANGELOG.md", "global.json",
        ".editorconfig", ".ci", ".gitignore", ".gitattributes",
    ];

    public static IReadOnlyList<Rule> All { get; } =
    [
        new("The top of the tree has its few entries and no others", tree => tree.TopLevel
            .Where(name => !TopLevel.Contains(name) && !(name.StartsWith("Directory.", StringComparison.Ordinal) && name.EndsWith(".props", StringComparison.Ordinal)))
            .Select(name => $"{name} stands at the top of the tree. Put it into {string.Join(", ", TopFolders[..^1])} or {TopFolders[^1]}, or leave it out.")),
        new("Every project is in the solution", tree => tree.Projects
            .Where(project => !tree.Solution.Contains(project.Path))
            .Select(project => $"{project.Path} is not in DrOrchestrator.sln. Add it: dotnet sln add {project.Path}.")),
        new("The solution names only projects that exist", tree => tree.Solution
            .Except(tree.Projects.Select(project => project.Path))
            .Select(path => $"DrOrchestrator.sln names {path}, which does not exist. Remove it: dotnet sln remove {path}.")),
        new("Each top folder has a README", tree => TopFolders
            .Where(folder => !tree.Files.Contains($"{folder}/README.md"))
            .Select(folder => $"{folder} has no README.md. Say there what lives in it and what does not.")),
        new("Each driver has a README", tree => tree.Projects
            .Where(project => project.Path.StartsWith("src/Drivers/", StringComparison.Ordinal) && !tree.Files.Contains($"{project.Folder}/README.md"))
            .Select(project => $"{project.Folder} has no README.md. Say there what was verified how, and how the driver's bound is known.")),
        new("No project is named Console", tree => tree.Projects
            .Where(project => project.Name.EndsWith("Console", StringComparison.Ordinal))
            .Select(project => $"{project.Path} hides System.Console from every namespace below it. Name it after what it shows, for example Web.")),
        new("Package versions are central", tree => tree.Projects
            .SelectMany(project => project.Packages.Where(package => package.Version is not null), (project, package) =>
                $"{project.Path} states version {package.Version} of {package.Name}. State it in Directory.Packages.props.")),
        new("Every project has a lock file", tree => tree.Projects
            .Where(project => !tree.Files.Contains($"{project.Folder}/packages.lock.json"))
            .Select(project => $"{project.Folder} has no packages.lock.json. Restore it and commit what that writes.")),
    ];
}
