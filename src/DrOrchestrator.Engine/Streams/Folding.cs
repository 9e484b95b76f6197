using DrOrchestrator.Engine.Ports;

namespace DrOrchestrator.Engine.Streams;

/// <summary>Events to state, by the stream's own decider.</summary>
public static class Folding
{
    public static StreamState Fold(StreamHistory content)
    {
        var decider = DeciderCatalog.For(content.Stream);
        return new StreamState(content.Stream, content.Version, content.Events.Aggregate(decider.Initial, decider.Evolve), content.Trace);
    }
}
