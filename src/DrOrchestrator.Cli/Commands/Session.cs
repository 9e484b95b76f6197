using System.CommandLine;
using System.Text.Json;
using DrOrchestrator.Cli.Connection;
using DrOrchestrator.Cli.Views;
using DrOrchestrator.Contracts.Http;
using Spectre.Console.Rendering;

namespace DrOrchestrator.Cli.Commands;

/// <summary>One command being carried out: the server, and how to answer.</summary>
internal sealed class Session(CliEnvironment environment, ApiClient api, bool json) : IDisposable
{
    public CliEnvironment Environment => environment;

    public ApiClient Api => api;

    public bool Json => json;

    public Marks Marks { get; } = Marks.For(environment.Console);

    public int Width => environment.Console.Profile.Width;

    /// <summary>The answer as JSON, or as <paramref name="view"/> shows it.</summary>
    public int Show<T>(T value, Func<T, IRenderable> view)
    {
        if (json)
        {
            environment.Out.WriteLine(JsonSerializer.Serialize(value, ContractJson.Indented));
        }
        else
        {
            environment.Console.Write(view(value));
        }

        return ExitCode.Done;
    }

    public void Dispose() => api.Dispose();
}

/// <summary>Opens a session for each command.</summary>
internal sealed class SessionFactory(CliEnvironment environment, SharedOptions shared)
{
    /// <summary>Makes <paramref name="command"/> carry out <paramref name="action"/> with a session of its own.</summary>
    public Command Runs(Command command, Func<Session, ParseResult, CancellationToken, Task<int>> action)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var target = Target.Of(parsed.GetValue(shared.Server), environment);
            var key = KeySource.Read(parsed.GetValue(shared.KeyFile), environment);
            using var session = new Session(environment, new ApiClient(environment, target, key), parsed.GetValue(shared.Output) == "json");
            return await action(session, parsed, cancellationToken);
        });
        return command;
    }
}
