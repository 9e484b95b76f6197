namespace DrOrchestrator.Core.Kernel;

/// <summary>Times in the record are said by whichever server decided.</summary>
public static class Clocks
{
    /// <summary>By how much the clocks of two servers may differ; what rests on times of both allows for this much.</summary>
    public static TimeSpan Allowance { get; } = TimeSpan.FromSeconds(5);
}
