using DrOrchestrator.Architecture.House;
using Xunit;

namespace DrOrchestrator.Architecture;

/// <summary>A rule over a tree that was not read holds too easily.</summary>
public sealed class ReadingTests
{
    private static readonly Tree Tree = TreeReader.Tree;

    [Fact]
    public void Every_project_that_a_rule_speaks_of_is_found()
    {
        string[] spokenOf = ["Core", "Contracts", "Engine", "Store", "Server", "Cli", "Drivers", "Drivers.Libvirt"];

        Assert.Subset(Tree.Product.Select(project => project.Name).ToHashSet(), spokenOf.Select(name => $"DrOrchestrator.{name}").ToHashSet());
    }

    [Fact]
    public void Every_project_of_the_product_was_compiled_and_read() =>
        Assert.Equal(Tree.Product.Select(project => project.Name), Tree.Assemblies.Select(assembly => assembly.Name));

    [Fact]
    public void References_packages_and_solution_are_read_from_the_files()
    {
        var server = Tree.Product.Single(project => project.Name == "DrOrchestrator.Server");

        Assert.Contains("DrOrchestrator.Store", server.References);
        Assert.Contains(new Package("MassTransit"), server.Packages);
        Assert.Contains(server.Path, Tree.Solution);
    }

    [Fact]
    public void A_file_is_read_with_its_lines()
    {
        var decider = Tree.Sources.Single(source => source.Path == "src/DrOrchestrator.Core/Kernel/Decider.cs");

        Assert.InRange(decider.Lines, 20, 400);
    }

    [Fact]
    public void A_method_is_read_with_what_it_returns_and_what_it_mentions()
    {
        var handler = Tree.Assemblies.Single(assembly => assembly.Name == "DrOrchestrator.Engine").Types.Single(type => type.Name.EndsWith(".StreamHandler", StringComparison.Ordinal));
        var handle = handler.Methods.Single(method => method.Name == "Handle");
        var decide = handler.Methods.Single(method => method.Name == "Decide");

        Assert.Equal("System.Threading.Tasks.Task`1", handle.Returns);
        Assert.Contains(handler.Methods, method => method is { Name: "Read", IsAsync: true });
        Assert.Contains(new Use("System.TimeProvider", "GetUtcNow"), decide.Uses);
    }

    [Fact]
    public void What_the_core_compiles_to_mentions_the_framework_in_many_places() =>
        Assert.True(Tree.Assemblies.Single(assembly => assembly.Name == "DrOrchestrator.Core").Types.Sum(type => type.Methods.Sum(method => method.Uses.Count)) > 1000);
}
