using System.Diagnostics;

namespace DrOrchestrator.Architecture.Offences;

/// <summary>Reads the wall clock.</summary>
internal sealed class Clocked
{
    // RS0030: the offence is the point.
#pragma warning disable RS0030
    public DateTimeOffset Now() => DateTimeOffset.UtcNow;
#pragma warning restore RS0030
}

/// <summary>Draws its ids itself, deep inside a lambda.</summary>
internal sealed class Chancy
{
    public Guid[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => Guid.NewGuid())];
}

/// <summary>Reads a file.</summary>
internal sealed class Reading
{
    public string Plan(string path) => File.ReadAllText(path);
}

/// <summary>Calls nothing and asks nobody, but holds what it could ask.</summary>
internal sealed record Holding(TimeProvider? Time, Stopwatch? Watch);

/// <summary>Hands out a future without being async.</summary>
internal sealed class Promising
{
    public ValueTask<int> Later() => new(1);
}

/// <summary>Waits, in the one way that returns nothing to see it by.</summary>
internal sealed class Forgetful
{
    // The analyzer bans async void too; that is what is shown here.
#pragma warning disable
    public async void Wait() => await Task.Yield();
#pragma warning restore
}

/// <summary>A record of a contract that judges what it carries.</summary>
internal sealed record Judging(int Failed)
{
    public string Verdict => Failed > 0 ? "failed" : "passed";
}

/// <summary>Manages.</summary>
internal sealed class MoveManager;
