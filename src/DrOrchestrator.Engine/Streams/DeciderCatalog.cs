using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Runs;

namespace DrOrchestrator.Engine.Streams;

/// <summary>Finds the decider of a stream by its kind.</summary>
public static class DeciderCatalog
{
    private static readonly Dictionary<string, IDecider> ByKind = new IDecider[]
    {
        HostDecider.Instance, RunDecider.Instance, MoveDecider.Instance, AdmissionDecider.Instance, BrakesDecider.Instance,
    }.ToDictionary(decider => decider.Kind);

    public static IReadOnlyCollection<string> Kinds => ByKind.Keys;

    public static IDecider For(StreamId stream) =>
        ByKind.TryGetValue(stream.Kind, out var decider) ? decider : throw new InvalidOperationException($"No saga owns streams like {stream}.");
}
