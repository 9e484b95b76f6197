using DrOrchestrator.Architecture.House;

namespace DrOrchestrator.Architecture.Rules;

/// <summary>What compiled code may do, judged from its metadata and its instructions.</summary>
internal static class PurityRules
{
    private const string ByMessage = "Time arrives inside the message.";
    private const string IdByMessage = "Ids and chance arrive inside the message.";
    private const string ByPort = "The core decides; the engine does it through a port.";

    /// <summary>What the core must not touch: a namespace (ends with a dot), a type, or one member; and the way out.</summary>
    private static readonly (string What, string WayOut)[] Forbidden =
    [
        ("System.DateTime.Now", ByMessage),
        ("System.DateTime.UtcNow", ByMessage),
        ("System.DateTime.Today", ByMessage),
        ("System.DateTimeOffset.Now", ByMessage),
        ("System.DateTimeOffset.UtcNow", ByMessage),
        ("System.TimeProvider", ByMessage),
        ("System.Diagnostics.Stopwatch", ByMessage),
        ("System.Environment.TickCount", ByMessage),
        ("System.Environment.TickCount64", ByMessage),
        ("System.Random", IdByMessage),
        ("System.Security.Cryptography.RandomNumberGenerator", IdByMessage),
        ("System.Guid.NewGuid", IdByMessage),
        ("System.Guid.CreateVersion7", IdByMessage),
        ("System.Console", ByPort),
        ("System.Environment.GetEnvironmentVariable", ByPort),
        ("System.Environment.MachineName", ByPort),
        ("System.Diagnostics.Process", ByPort),
        ("System.IO.Directory", ByPort),
        ("System.IO.File", ByPort),
        ("System.IO.FileInfo", ByPort),
        ("System.IO.FileStream", ByPort),
        ("System.IO.Stream", ByPort),
        ("System.Net.", ByPort),
        ("System.Threading.Thread", ByPort),
        ("System.Threading.ThreadPool", ByPort),
        ("System.Threading.Timer", ByPort),
        ("System.Threading.Tasks.", ByPort),
        ("Microsoft.Extensions.", ByPort),
    ];

    private static readonly string[] Futures = ["System.Threading.Tasks.Task", "System.Threading.Tasks.ValueTask", "System.Collections.Generic.IAsync"];

    /// <summary>Types that the compiler brings along whole.</summary>
    private static readonly string[] CompilersOwn = ["<>z__", "<PrivateImplementationDetails>"];

    public static IReadOnlyList<Rule> All { get; } =
    [
        new("Core has no asynchronous method", Asynchronous),
        new("Core has no clock, no chance and no I/O", Impure),
        new("Contracts decide nothing", Deciding),
    ];

    private static IEnumerable<string> Asynchronous(Tree tree) => Methods(tree, "DrOrchestrator.Core")
        .Where(entry => entry.Method.IsAsync || Futures.Any(future => entry.Method.Returns.StartsWith(future, StringComparison.Ordinal)))
        .Select(entry => $"{Place(entry.Type, entry.Method)} is asynchronous. Core decides on what it is given: await in the engine, and give it the result.");

    private static IEnumerable<string> Impure(Tree tree)
    {
        var inMethods = Methods(tree, "DrOrchestrator.Core").SelectMany(
            entry => entry.Method.Uses, (entry, use) => (Place: Place(entry.Type, entry.Method), Use: use));
        var inTypes = Types(tree, "DrOrchestrator.Core").SelectMany(type => type.Uses, (type, use) => (Place: type.Written, Use: use));
        return inTypes.Concat(inMethods)
            .SelectMany(entry => Forbidden.Where(forbidden => Matches(entry.Use, forbidden.What)), (entry, forbidden) => (entry.Place, entry.Use, forbidden.WayOut))
            .Select(found => $"{found.Place} uses {found.Use}. {found.WayOut}")
            .Distinct(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Deciding(Tree tree) => Methods(tree, "DrOrchestrator.Contracts")
        .Where(entry => entry.Method.Branches && !entry.Method.IsGenerated && !CompilersOwn.Any(entry.Type.Name.StartsWith))
        .Select(entry => $"{Place(entry.Type, entry.Method)} decides something. Contracts are data: rules belong to Core, formatting to whoever shows it.");

    private static bool Matches(Use use, string what) => what.EndsWith('.')
        ? use.Type.StartsWith(what, StringComparison.Ordinal)
        : use.Type == what || use.ToString() == what;

    private static IEnumerable<TypeModel> Types(Tree tree, string project) =>
        tree.Assemblies.Where(assembly => assembly.Name == project).SelectMany(assembly => assembly.Types);

    private static IEnumerable<(TypeModel Type, MethodModel Method)> Methods(Tree tree, string project) =>
        Types(tree, project).SelectMany(type => type.Methods, (type, method) => (type, method));

    /// <summary>As it stands in the source: a lambda or a state machine is told by the method that it was written in.</summary>
    private static string Place(TypeModel type, MethodModel method)
    {
        var name = type.Name.Length > type.Written.Length && type.Name[type.Written.Length..] is ['.', '<', not '>', ..] ? type.Name[type.Written.Length..] : method.Name;
        var (begin, end) = (name.IndexOf('<', StringComparison.Ordinal), name.IndexOf('>', StringComparison.Ordinal));
        return $"{type.Written}.{(begin >= 0 && end > begin + 1 ? name[(begin + 1)..end] : name)}";
    }
}
