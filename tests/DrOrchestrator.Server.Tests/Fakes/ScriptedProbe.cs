using DrOrchestrator.Server.Readiness;

namespace DrOrchestrator.Server.Tests.Fakes;

/// <summary>Says what the test says, and counts how often it was asked.</summary>
internal sealed class ScriptedProbe(string name) : IReadinessProbe
{
    public string Name => name;

    public string? Wrong { get; set; }

    public Exception? Broken { get; set; }

    public int Asked { get; private set; }

    public Task<string?> WhatIsWrong(CancellationToken cancellationToken)
    {
        Asked++;
        return Broken is { } broken ? Task.FromException<string?>(broken) : Task.FromResult(Wrong);
    }
}
