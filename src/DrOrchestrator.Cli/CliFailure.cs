using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Cli;

/// <summary>Why a command can't go on: what it says, what to do next, and the exit code.</summary>
internal sealed class CliFailure(int exitCode, Problem problem) : Exception(problem.Title)
{
    public CliFailure(int exitCode, string title, string wayOut)
        : this(exitCode, new Problem("drctl", title, 0, wayOut))
    {
    }

    public int ExitCode => exitCode;

    public Problem Problem => problem;
}
