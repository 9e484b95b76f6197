using DrOrchestrator.Architecture.House;

namespace DrOrchestrator.Architecture.Rules;

/// <summary>Who may know whom.</summary>
internal static class ReferenceRules
{
    private const string Core = "DrOrchestrator.Core";
    private const string Contracts = "DrOrchestrator.Contracts";
    private const string Drivers = "DrOrchestrator.Drivers";
    private const string Engine = "DrOrchestrator.Engine";
    private const string Store = "DrOrchestrator.Store";
    private const string Server = "DrOrchestrator.Server";
    private const string Shim = "Patched.DistributedLock.Postgres";

    private static readonly string[] Stores = ["Marten", "Npgsql", "Quartz", "Weasel", "JasperFx"];
    private static readonly string[] Brokers = ["MassTransit", "RabbitMQ"];

    public static IReadOnlyList<Rule> All { get; } =
    [
        References("Core references no project", Core, [], "Move what needs it to the engine, or behind one of its ports."),
        NoPackage("Core references no package", Core, "Core is the framework and nothing else: do it by hand, or move it to the engine."),
        new("Core's assembly references the framework's assemblies only", tree => OnlyFramework(tree, Core)),
        References("Contracts references no project", Contracts, [], "Contracts are records of their own; the server translates."),
        NoPackage("Contracts references no package", Contracts, "Whoever shares the contracts would have to take it too: say it with the framework's types."),
        References("The driver contract references Core only", Drivers, [Core], "What every driver needs of it belongs to Core or to the contract itself."),
        NoPackage("The driver contract references no package", Drivers, "Every driver would have to take it too: leave it to the one driver that needs it."),
        new("A driver references the driver contract only", DriversKnowTheContract),
        References("The engine references Core and the driver contract only", Engine, [Core, Drivers], "Give the engine a port and implement it in the store or the server."),
        new("Core, contracts, drivers and engine know no database and no broker", NoDatabaseNoBroker),
        References("The store references the engine only", Store, [Engine, Shim], "The store serves the engine's ports; whoever needs both is the server."),
        new("The store knows no broker", tree => Foreign(tree, [Store], Brokers, "Send through the engine's bus port; the server has the broker.")),
        References("drctl references the contracts only", "DrOrchestrator.Cli", [Contracts], "drctl is a client of the HTTP API like any other: ask the server for it."),
        new("Only the server composes", OnlyTheServerComposes),
        new("The product references no test", ProductReferencesNoTest),
    ];

    private static Rule References(string name, string project, string[] allowed, string wayOut) => new(name, tree => tree.Projects
        .Where(candidate => candidate.Name == project)
        .SelectMany(candidate => candidate.References.Except(allowed), (candidate, other) => $"{candidate.Path} references {other}. {wayOut}"));

    private static Rule NoPackage(string name, string project, string wayOut) => new(name, tree => tree.Projects
        .Where(candidate => candidate.Name == project)
        .SelectMany(candidate => candidate.Packages, (candidate, package) => $"{candidate.Path} references the package {package.Name}. {wayOut}"));

    private static IEnumerable<string> OnlyFramework(Tree tree, string project) => tree.Assemblies
        .Where(assembly => assembly.Name == project)
        .SelectMany(assembly => assembly.References)
        .Where(reference => reference != "System" && !reference.StartsWith("System.", StringComparison.Ordinal))
        .Select(reference => $"The assembly of {project} references {reference}. Core stands on System.* alone: move what needs it to the engine.");

    private static IEnumerable<string> DriversKnowTheContract(Tree tree) => tree.Projects
        .Where(project => project.IsDriver)
        .SelectMany(project => project.References.Where(other => other != Drivers), (project, other) =>
            $"{project.Path} references {other}. A driver knows {Drivers} alone: what it needs besides belongs to the contract, or to the server that composes.");

    private static IEnumerable<string> NoDatabaseNoBroker(Tree tree)
    {
        string[] inside = [Core, Contracts, Drivers, Engine, .. tree.Projects.Where(project => project.IsDriver).Select(project => project.Name)];
        return Foreign(tree, inside, [.. Stores, .. Brokers], "Give the engine a port and put the adapter into the store or the server.");
    }

    private static IEnumerable<string> Foreign(Tree tree, string[] projects, string[] families, string wayOut)
    {
        bool Of(string name) => families.Any(family => name == family || name.StartsWith(family + ".", StringComparison.Ordinal));
        var packages = tree.Projects.Where(project => projects.Contains(project.Name)).SelectMany(
            project => project.Packages.Where(package => Of(package.Name)), (project, package) => $"{project.Path} references the package {package.Name}. {wayOut}");
        var assemblies = tree.Assemblies.Where(assembly => projects.Contains(assembly.Name)).SelectMany(
            assembly => assembly.References.Where(Of), (assembly, reference) => $"The assembly of {assembly.Name} references {reference}. {wayOut}");
        return packages.Concat(assemblies);
    }

    private static IEnumerable<string> OnlyTheServerComposes(Tree tree)
    {
        string[] parts = [Store, Server, .. tree.Projects.Where(project => project.IsDriver).Select(project => project.Name)];
        return tree.Product.Where(project => project.Name != Server).SelectMany(
            project => project.References.Intersect(parts),
            (project, part) => $"{project.Path} references {part}. Only {Server} puts the parts together: take it through a port of the engine, or move it to the server.");
    }

    private static IEnumerable<string> ProductReferencesNoTest(Tree tree)
    {
        string[] tests = [.. tree.Projects.Where(project => project.Path.StartsWith("tests/", StringComparison.Ordinal)).Select(project => project.Name)];
        return tree.Product.SelectMany(
            project => project.References.Intersect(tests), (project, test) => $"{project.Path} references {test}. Move what both need to src, where it is the product's.");
    }
}
