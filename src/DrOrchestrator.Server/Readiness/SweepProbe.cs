using DrOrchestrator.Engine;
using DrOrchestrator.Engine.Messaging;

namespace DrOrchestrator.Server.Readiness;

/// <summary>Whether this process still looks for what is due.</summary>
public sealed class SweepProbe(Sweep sweep, EngineOptions options) : IReadinessProbe
{
    public string Name => "sweep";

    public Task<string?> WhatIsWrong(CancellationToken cancellationToken)
    {
        var most = TimeSpan.FromSeconds(10) + options.SweepEvery;
        return Task.FromResult(sweep.SinceLastLook switch
        {
            null => "It has not looked yet.",
            { } since when since > most => $"Its last finished look was {since.TotalSeconds:0} s ago.",
            _ => null,
        });
    }
}
