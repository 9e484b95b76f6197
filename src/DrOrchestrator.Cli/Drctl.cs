using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text.Json;
using DrOrchestrator.Cli.Commands;
using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Cli;

/// <summary>The whole command line.</summary>
internal static class Drctl
{
    public static RootCommand Commands(CliEnvironment environment)
    {
        var shared = new SharedOptions();
        var root = new RootCommand("Watches and steers DrOrchestrator. Exit codes: 0 done, 1 failed, 2 wrong use, 3 refused, 4 unknown.")
        {
            shared.Server, shared.KeyFile, shared.Output,
        };
        var call = new CallFactory(environment, shared);
        root.Add(FleetCommands.Status(call));
        root.Add(FleetCommands.Sites(call));
        root.Add(FleetCommands.Drift(call));
        root.Add(FleetCommands.Hosts(call));
        root.Add(FleetCommands.Vms(call));
        root.Add(AlertCommands.All(call));
        root.Add(RunCommands.All(call));
        root.Add(PreflightCommand.Of(call));
        root.Add(AdmissionCommands.Show(call));
        root.Add(BrakesCommands.Show(call));
        root.Add(BrakesCommands.Maintenance(call));
        root.Add(AdmissionCommands.StopAll(call));
        root.Add(AdmissionCommands.ResumeAll(call));
        root.Add(KeyCommands.All(call));
        root.Add(AuditCommands.All(call));
        root.Add(CompletionCommand.All(environment));
        return root;
    }

    public static async Task<int> Run(string[] args, CliEnvironment environment)
    {
        var parsed = Commands(environment).Parse(args);
        var invocation = new InvocationConfiguration { Output = environment.Out, Error = environment.Error, EnableDefaultExceptionHandler = false };
        try
        {
            var exitCode = await parsed.InvokeAsync(invocation);
            return parsed.Action is ParseErrorAction ? ExitCode.WrongUse : exitCode;
        }
        catch (CliFailure failure)
        {
            Say(failure, args, environment.Error);
            return failure.ExitCode;
        }
        catch (OperationCanceledException)
        {
            await environment.Error.WriteLineAsync("drctl: stopped. What was asked of the server before goes on.");
            return ExitCode.Unknown;
        }
    }

    private static void Say(CliFailure failure, string[] args, TextWriter error)
    {
        if (args.Contains("json") || args.Contains("--output=json"))
        {
            error.WriteLine(JsonSerializer.Serialize(failure.Problem, ContractJson.Options));
            return;
        }

        error.WriteLine($"drctl: {Views.Clean.Of(failure.Problem.Title)}");
        error.WriteLine($"       {Views.Clean.Of(failure.Problem.WayOut)}");
    }
}
