using DrOrchestrator.Architecture.House;
using static DrOrchestrator.Architecture.Offences.SampleTree;

namespace DrOrchestrator.Architecture.Offences;

/// <summary>For each rule what breaks it: a rule that nothing breaks holds nothing.</summary>
internal static class AllOffences
{
    private const string Here = "DrOrchestrator.Architecture.Offences";
    private const string ByMessage = "Time arrives inside the message.";
    private const string ByPort = "The core decides; the engine does it through a port.";
    private const string Give = "Give the engine a port and put the adapter into the store or the server.";
    private const string Asynchronous = "is asynchronous. Core decides on what it is given: await in the engine, and give it the result.";

    public static IReadOnlyList<Offence> All { get; } = [.. References(), .. Purity(), .. Source(), .. Layout()];

    private static IEnumerable<Offence> References() =>
    [
        new("Core references no project", "Core asks the engine", WithReference("DrOrchestrator.Core", "DrOrchestrator.Engine"),
            "src/DrOrchestrator.Core/DrOrchestrator.Core.csproj references DrOrchestrator.Engine. Move what needs it to the engine, or behind one of its ports."),
        new("Core references no package", "Core retries", WithPackage("DrOrchestrator.Core", "Polly.Core"),
            "src/DrOrchestrator.Core/DrOrchestrator.Core.csproj references the package Polly.Core. Core is the framework and nothing else: do it by hand, or move it to the engine."),
        new("Core's assembly references the framework's assemblies only", "Core logs", WithAssemblyReference("DrOrchestrator.Core", "Microsoft.Extensions.Logging.Abstractions"),
            "The assembly of DrOrchestrator.Core references Microsoft.Extensions.Logging.Abstractions. Core stands on System.* alone: move what needs it to the engine."),
        new("Contracts references no project", "Contracts carry Core's types", WithReference("DrOrchestrator.Contracts", "DrOrchestrator.Core"),
            "src/DrOrchestrator.Contracts/DrOrchestrator.Contracts.csproj references DrOrchestrator.Core. Contracts are records of their own; the server translates."),
        new("Contracts references no package", "Contracts bring a library", WithPackage("DrOrchestrator.Contracts", "MassTransit.Abstractions"),
            "src/DrOrchestrator.Contracts/DrOrchestrator.Contracts.csproj references the package MassTransit.Abstractions. Whoever shares the contracts would have to take it too: say it with the framework's types."),
        new("The driver contract references Core only", "The contract knows the engine", WithReference("DrOrchestrator.Drivers", "DrOrchestrator.Engine"),
            "src/Drivers/DrOrchestrator.Drivers/DrOrchestrator.Drivers.csproj references DrOrchestrator.Engine. What every driver needs of it belongs to Core or to the contract itself."),
        new("The driver contract references no package", "The contract brings a library", WithPackage("DrOrchestrator.Drivers", "SSH.NET"),
            "src/Drivers/DrOrchestrator.Drivers/DrOrchestrator.Drivers.csproj references the package SSH.NET. Every driver would have to take it too: leave it to the one driver that needs it."),
        new("A driver references the driver contract only", "A driver goes past the contract", WithReference("DrOrchestrator.Drivers.Libvirt", "DrOrchestrator.Engine"),
            "src/Drivers/DrOrchestrator.Drivers.Libvirt/DrOrchestrator.Drivers.Libvirt.csproj references DrOrchestrator.Engine. A driver knows DrOrchestrator.Drivers alone: what it needs besides belongs to the contract, or to the server that composes."),
        new("The engine references Core and the driver contract only", "The engine knows the store", WithReference("DrOrchestrator.Engine", "DrOrchestrator.Store"),
            "src/DrOrchestrator.Engine/DrOrchestrator.Engine.csproj references DrOrchestrator.Store. Give the engine a port and implement it in the store or the server."),
        new("Core, contracts, drivers and engine know no database and no broker", "The engine takes a package", WithPackage("DrOrchestrator.Engine", "MassTransit.RabbitMQ"),
            $"src/DrOrchestrator.Engine/DrOrchestrator.Engine.csproj references the package MassTransit.RabbitMQ. {Give}"),
        new("Core, contracts, drivers and engine know no database and no broker", "A driver's assembly got one by a detour", WithAssemblyReference("DrOrchestrator.Drivers.Libvirt", "Npgsql"),
            $"The assembly of DrOrchestrator.Drivers.Libvirt references Npgsql. {Give}"),
        new("The store references the engine only", "The store knows the server", WithReference("DrOrchestrator.Store", "DrOrchestrator.Server"),
            "src/DrOrchestrator.Store/DrOrchestrator.Store.csproj references DrOrchestrator.Server. The store serves the engine's ports; whoever needs both is the server."),
        new("The store knows no broker", "The store sends", WithPackage("DrOrchestrator.Store", "MassTransit"),
            "src/DrOrchestrator.Store/DrOrchestrator.Store.csproj references the package MassTransit. Send through the engine's bus port; the server has the broker."),
        new("drctl references the contracts only", "drctl decides by itself", WithReference("DrOrchestrator.Cli", "DrOrchestrator.Core"),
            "src/DrOrchestrator.Cli/DrOrchestrator.Cli.csproj references DrOrchestrator.Core. drctl is a client of the HTTP API like any other: ask the server for it."),
        new("Only the server composes", "drctl talks to the database", WithReference("DrOrchestrator.Cli", "DrOrchestrator.Store"),
            "src/DrOrchestrator.Cli/DrOrchestrator.Cli.csproj references DrOrchestrator.Store. Only DrOrchestrator.Server puts the parts together: take it through a port of the engine, or move it to the server."),
        new("Only the server composes", "One driver uses another", WithReference("DrOrchestrator.Drivers", "DrOrchestrator.Drivers.Libvirt"),
            "src/Drivers/DrOrchestrator.Drivers/DrOrchestrator.Drivers.csproj references DrOrchestrator.Drivers.Libvirt. Only DrOrchestrator.Server puts the parts together: take it through a port of the engine, or move it to the server."),
        new("The product references no test", "The engine borrows from a test", WithReference("DrOrchestrator.Engine", "DrOrchestrator.Core.Tests"),
            "src/DrOrchestrator.Engine/DrOrchestrator.Engine.csproj references DrOrchestrator.Core.Tests. Move what both need to src, where it is the product's."),
    ];

    private static IEnumerable<Offence> Purity() =>
    [
        new("Core has no asynchronous method", "It hands out a future", WithType("DrOrchestrator.Core", typeof(Promising)), $"{Here}.Promising.Later {Asynchronous}"),
        new("Core has no asynchronous method", "It waits and returns nothing", WithType("DrOrchestrator.Core", typeof(Forgetful)), $"{Here}.Forgetful.Wait {Asynchronous}"),
        new("Core has no clock, no chance and no I/O", "It reads the clock", WithType("DrOrchestrator.Core", typeof(Clocked)), $"{Here}.Clocked.Now uses System.DateTimeOffset.UtcNow. {ByMessage}"),
        new("Core has no clock, no chance and no I/O", "It draws ids in a lambda", WithType("DrOrchestrator.Core", typeof(Chancy)), $"{Here}.Chancy.Ids uses System.Guid.NewGuid. Ids and chance arrive inside the message."),
        new("Core has no clock, no chance and no I/O", "It reads a file", WithType("DrOrchestrator.Core", typeof(Reading)), $"{Here}.Reading.Plan uses System.IO.File.ReadAllText. {ByPort}"),
        new("Core has no clock, no chance and no I/O", "It holds a clock", OnlyTheFields(typeof(Holding)),
            $"{Here}.Holding uses System.TimeProvider. {ByMessage}", $"{Here}.Holding uses System.Diagnostics.Stopwatch. {ByMessage}"),
        new("Contracts decide nothing", "A record judges what it carries", WithType("DrOrchestrator.Contracts", typeof(Judging)),
            $"{Here}.Judging.get_Verdict decides something. Contracts are data: rules belong to Core, formatting to whoever shows it."),
    ];

    private static IEnumerable<Offence> Source() =>
    [
        new("No source file has more than 400 lines", "A file has two ideas", WellBuilt with { Sources = [new("src/DrOrchestrator.Core/Moves/Everything.cs", 401)] },
            "src/DrOrchestrator.Core/Moves/Everything.cs has 401 lines. Look for its second idea and give that a file of its own."),
        new("No type is named after nothing", "Something manages", WithType("DrOrchestrator.Engine", typeof(MoveManager)),
            $"{Here}.MoveManager says nothing by its last word. Name it after what it does in the domain."),
        new("A folder is named after a noun of the domain", "Interfaces stand apart", WellBuilt with { Sources = [new("src/DrOrchestrator.Engine/Interfaces/IBus.cs", 10), new("src/DrOrchestrator.Engine/Interfaces/IStore.cs", 10)] },
            "src/DrOrchestrator.Engine/Interfaces sorts by kind (Interfaces). Put each file with the noun of the domain that it is about."),
    ];

    private static IEnumerable<Offence> Layout() =>
    [
        new("The top of the tree has its few entries and no others", "Somebody left notes", WellBuilt with { TopLevel = [.. WellBuilt.TopLevel, "NOTES.md"] },
            "NOTES.md stands at the top of the tree. Put it into src, tests, deploy or runbooks, or leave it out."),
        new("Every project is in the solution", "A project is built by nobody", WellBuilt with { Solution = [.. WellBuilt.Solution.Skip(1)] },
            "src/DrOrchestrator.Core/DrOrchestrator.Core.csproj is not in DrOrchestrator.sln. Add it: dotnet sln add src/DrOrchestrator.Core/DrOrchestrator.Core.csproj."),
        new("The solution names only projects that exist", "A project was moved", WellBuilt with { Solution = [.. WellBuilt.Solution, "src/Gone/Gone.csproj"] },
            "DrOrchestrator.sln names src/Gone/Gone.csproj, which does not exist. Remove it: dotnet sln remove src/Gone/Gone.csproj."),
        new("Each top folder has a README", "A folder explains nothing", Without("deploy/README.md"), "deploy has no README.md. Say there what lives in it and what does not."),
        new("Each driver has a README", "A driver is new", WithProject("src/Drivers/DrOrchestrator.Drivers.HyperV/DrOrchestrator.Drivers.HyperV.csproj"),
            "src/Drivers/DrOrchestrator.Drivers.HyperV has no README.md. Say there what was verified how, and how the driver's bound is known."),
        new("No project is named Console", "A console is called so", WithProject("src/DrOrchestrator.Console/DrOrchestrator.Console.csproj"),
            "src/DrOrchestrator.Console/DrOrchestrator.Console.csproj hides System.Console from every namespace below it. Name it after what it shows, for example Web."),
        new("Package versions are central", "A project has a version of its own", WithPackage("DrOrchestrator.Store", "Marten", "9.0.0"),
            "src/DrOrchestrator.Store/DrOrchestrator.Store.csproj states version 9.0.0 of Marten. State it in Directory.Packages.props."),
        new("Every project has a lock file", "A lock file was not committed", Without("src/DrOrchestrator.Core/packages.lock.json"),
            "src/DrOrchestrator.Core has no packages.lock.json. Restore it and commit what that writes."),
    ];

    /// <summary>Without the methods, so that what the fields say stands alone.</summary>
    private static Tree OnlyTheFields(Type type)
    {
        var tree = WithType("DrOrchestrator.Core", type);
        return tree with { Assemblies = [.. tree.Assemblies.Select(assembly => assembly with { Types = [.. assembly.Types.Select(found => found with { Methods = [] })] })] };
    }
}
