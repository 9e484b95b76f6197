using DrOrchestrator.Core.Probes;

namespace DrOrchestrator.Server.Probes;

/// <summary>The orchestrator's own probes of hosts.</summary>
public sealed record ProbeOptions
{
    /// <summary>False: nothing is probed, and conditions come from outside only. The same at every server.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>From one round to the next, give or take a tenth, so that servers that start together do not stay together.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Hosts asked at once. 1 or more.</summary>
    public int AtOnce { get; init; } = 32;

    public ProbeRules Rules { get; init; } = new();
}
