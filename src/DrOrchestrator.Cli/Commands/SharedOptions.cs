using System.CommandLine;
using DrOrchestrator.Cli.Connection;

namespace DrOrchestrator.Cli.Commands;

/// <summary>Options that every command takes.</summary>
internal sealed class SharedOptions
{
    public Option<string?> Server { get; } = new("--server")
    {
        Description = $"Address of a server; else DRCTL_SERVER, else {Target.Usual}.",
        HelpName = "URL",
        Recursive = true,
    };

    public Option<string?> KeyFile { get; } = new("--key-file")
    {
        Description = "File with the API key; else DRCTL_KEY_FILE, else the key itself in DRCTL_KEY.",
        HelpName = "PATH",
        Recursive = true,
    };

    public Option<string> Output { get; } = Choice();

    private static Option<string> Choice()
    {
        var option = new Option<string>("--output", "-o")
        {
            Description = "text for people, json for programs: exactly the API's types.",
            DefaultValueFactory = _ => "text",
            Recursive = true,
        };
        option.AcceptOnlyFromAmong("text", "json");
        return option;
    }
}
