namespace DrOrchestrator.Cli;

/// <summary>What drctl says to scripts.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>It was tried and did not reach its goal, or not wholly.</summary>
    public const int Failed = 1;

    /// <summary>The command line, or what it names, is wrong.</summary>
    public const int WrongUse = 2;

    /// <summary>Nothing was changed: the key may not, or the orchestrator said no.</summary>
    public const int Refused = 3;

    /// <summary>It is not known what became of it.</summary>
    public const int Unknown = 4;
}
