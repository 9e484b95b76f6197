using System.Xml.Linq;

namespace DrOrchestrator.Architecture.House;

/// <summary>Reads the repository that this was built from.</summary>
internal static class TreeReader
{
    /// <summary>What builds and editors leave behind, and what git keeps for itself.</summary>
    private static readonly HashSet<string> Ignored = new(StringComparer.Ordinal)
    {
        ".git", ".idea", ".state", ".vs", ".vscode", "TestResults", "artifacts", "bin", "obj",
    };

    private static readonly string[] Folders = ["src", "tests", "deploy", "runbooks"];
    private static readonly Lazy<Tree> Once = new(Read);

    public static Tree Tree => Once.Value;

    private static Tree Read()
    {
        var root = FindRoot();
        string[] files = [.. Folders.Select(folder => Path.Combine(root, folder)).Where(Directory.Exists).SelectMany(FilesIn)
            .Select(file => Path.GetRelativePath(root, file)).Order(StringComparer.Ordinal)];
        var documents = files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal))
            .ToDictionary(file => file, file => XDocument.Load(Path.Combine(root, file)));
        return new Tree
        {
            TopLevel = [.. Directory.EnumerateFileSystemEntries(root).Select(entry => Path.GetFileName(entry))
                .Where(name => !Ignored.Contains(name) && !name.EndsWith(".user", StringComparison.Ordinal)).Order(StringComparer.Ordinal)],
            Files = files,
            Projects = [.. documents.Select(entry => ReadProject(entry.Key, entry.Value))],
            Solution = ReadSolution(Path.Combine(root, "DrOrchestrator.sln")),
            Sources = [.. files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal))
                .Select(file => new SourceFile(file, File.ReadLines(Path.Combine(root, file)).Count()))],
            Assemblies = [.. documents.Where(entry => entry.Key.StartsWith("src/", StringComparison.Ordinal))
                .Select(entry => ReadAssembly(root, entry.Key, entry.Value))],
        };
    }

    private static IEnumerable<string> FilesIn(string folder) => Directory.EnumerateFiles(folder).Concat(
        Directory.EnumerateDirectories(folder).Where(inner => !Ignored.Contains(Path.GetFileName(inner)) && new DirectoryInfo(inner).LinkTarget is null)
            .SelectMany(FilesIn));

    private static Project ReadProject(string path, XDocument document) => new(
        path,
        [.. Items(document, "ProjectReference").Select(item => Path.GetFileNameWithoutExtension(Included(item).Replace('\\', '/')))],
        [.. Items(document, "PackageReference").Select(item => new Package(
            Included(item),
            (string?)item.Attribute("Version") ?? (string?)item.Attribute("VersionOverride") ?? (string?)item.Element("Version") ?? (string?)item.Element("VersionOverride")))]);

    private static string Included(XElement item) => (string?)item.Attribute("Include") ?? "";

    private static IEnumerable<XElement> Items(XDocument document, string kind) => document.Descendants().Where(element => element.Name.LocalName == kind);

    /// <summary>The classic form: Project("{type}") = "name", "folder\file.csproj", "{id}".</summary>
    private static string[] ReadSolution(string path) =>
    [
        .. File.ReadLines(path).Where(line => line.StartsWith("Project(", StringComparison.Ordinal))
            .Select(line => line.Split('"')[5].Replace('\\', '/')).Where(file => file.EndsWith(".csproj", StringComparison.Ordinal)),
    ];

    private static AssemblyModel ReadAssembly(string root, string path, XDocument document)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        var assembly = Items(document, "AssemblyName").FirstOrDefault()?.Value ?? name;
        var build = Path.GetRelativePath(Path.Combine(root, "tests", "DrOrchestrator.Architecture"), AppContext.BaseDirectory);
        var file = Path.Combine(root, Path.GetDirectoryName(path)!, build, $"{assembly}.dll");
        return File.Exists(file)
            ? AssemblyReader.Read(file, name)
            : throw new FileNotFoundException($"{path} was not built to {file}. Build tests/DrOrchestrator.Architecture, which builds all of src.");
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "global.json")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("No folder above the tests has a global.json.");
    }
}
