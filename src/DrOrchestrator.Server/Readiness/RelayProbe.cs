using DrOrchestrator.Engine.Ports;

namespace DrOrchestrator.Server.Readiness;

/// <summary>Whether what is committed is also sent.</summary>
public sealed class RelayProbe(IRelayProgress relay) : IReadinessProbe
{
    /// <summary>Longer than any change of the relay's leader takes.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(10);

    /// <summary>What was found when it was asked last.</summary>
    public RelayLag Last { get; private set; } = RelayLag.None;

    public string Name => "relay";

    public async Task<string?> WhatIsWrong(CancellationToken cancellationToken)
    {
        Last = await relay.Lag(cancellationToken);
        return Last.Oldest > Most ? $"{Last.Events} committed events have not been sent, the oldest for {Last.Oldest.TotalSeconds:0} s." : null;
    }
}
