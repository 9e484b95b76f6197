using Spectre.Console;

namespace DrOrchestrator.Cli;

/// <summary>Everything around drctl that a test replaces.</summary>
internal sealed class CliEnvironment
{
    public required IAnsiConsole Console { get; init; }

    /// <summary>Where JSON and plain lines go.</summary>
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Whether a person looks at it, on a screen that can be redrawn.</summary>
    public required bool IsScreen { get; init; }

    public required Func<string, string?> Variable { get; init; }

    public required Func<HttpMessageHandler> Http { get; init; }

    public required TimeProvider Clock { get; init; }

    public static CliEnvironment OfThisProcess()
    {
        var colourless = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(System.Console.Out),
            ColorSystem = colourless ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
        if (System.Console.IsOutputRedirected)
        {
            // Who pipes a table to a file or a pager wants it whole.
            console.Profile.Width = 160;
        }

        return new CliEnvironment
        {
            Console = console,
            Out = System.Console.Out,
            Error = System.Console.Error,
            IsScreen = !System.Console.IsOutputRedirected && console.Profile.Capabilities.Ansi,
            Variable = Environment.GetEnvironmentVariable,
            // No proxy: the orchestrator is needed most when other things do not work.
            Http = () => new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(5) },
            Clock = TimeProvider.System,
        };
    }
}
