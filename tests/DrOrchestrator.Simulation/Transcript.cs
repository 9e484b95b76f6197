using System.Globalization;
using DrOrchestrator.Testing.Virtual;

namespace DrOrchestrator.Simulation;

/// <summary>What happened, line by line, for the one who has to find out why.</summary>
public sealed class Transcript(Scheduler scheduler)
{
    private readonly List<string> lines = [];

    public IReadOnlyList<string> Lines => lines;

    public void Say(string who, string what) =>
        lines.Add(string.Create(CultureInfo.InvariantCulture, $"{scheduler.Elapsed.TotalSeconds,10:0.000}  {who,-10}  {what}"));
}
