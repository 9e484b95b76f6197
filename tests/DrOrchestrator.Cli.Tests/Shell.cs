using System.Text;
using Spectre.Console;

namespace DrOrchestrator.Cli.Tests;

/// <summary>drctl, called as from a shell.</summary>
internal sealed class Shell(HttpMessageHandler api)
{
    private readonly StringBuilder said = new();
    private readonly StringBuilder complained = new();

    public Dictionary<string, string> Variables { get; } = new() { ["DRCTL_KEY"] = "dro_test" };

    public int Width { get; init; } = 100;

    public TimeProvider Clock { get; init; } = new QuickClock();

    public string Output => said.ToString();

    public string Error => complained.ToString();

    public async Task<int> Run(params string[] args)
    {
        await using var output = new StringWriter(said);
        await using var error = new StringWriter(complained);
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = Width;
        console.Profile.Capabilities.Unicode = true;
        return await Drctl.Run(args, new CliEnvironment
        {
            Console = console,
            Out = output,
            Error = error,
            IsScreen = false,
            Variable = name => Variables.GetValueOrDefault(name),
            Http = () => api,
            Clock = Clock,
        });
    }
}
