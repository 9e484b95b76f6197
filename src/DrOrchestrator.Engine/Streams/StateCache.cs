using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Engine.Streams;

/// <summary>A folded stream.</summary>
/// <param name="Stream">Which.</param>
/// <param name="Version">How many events are folded.</param>
/// <param name="State">What they fold to.</param>
/// <param name="Trace">The trace of the last of them, which whatever only time brings on continues; null: none.</param>
public sealed record StreamState(StreamId Stream, long Version, object State, string? Trace = null);

/// <summary>
/// Folded states of streams lately used, so that a decision needs no read. A state here may be behind
/// the store: an append on it is caught by its expected version, and whoever concludes from it that
/// nothing is to be done must read again first.
/// </summary>
/// <param name="capacity">States kept; the least lately used goes first.</param>
internal sealed class StateCache(int capacity)
{
    private readonly Dictionary<StreamId, LinkedListNode<StreamState>> byStream = [];
    private readonly LinkedList<StreamState> recency = new();
    private readonly Lock gate = new();

    public StreamState? Find(StreamId stream)
    {
        lock (gate)
        {
            if (!byStream.TryGetValue(stream, out var node))
            {
                return null;
            }

            recency.Remove(node);
            recency.AddFirst(node);
            return node.Value;
        }
    }

    /// <summary>Keeps the newer of what is there and what is given.</summary>
    public void Put(StreamState state)
    {
        lock (gate)
        {
            if (byStream.TryGetValue(state.Stream, out var known))
            {
                if (known.Value.Version >= state.Version)
                {
                    return;
                }

                recency.Remove(known);
            }

            byStream[state.Stream] = recency.AddFirst(state);
            if (byStream.Count > capacity)
            {
                byStream.Remove(recency.Last!.Value.Stream);
                recency.RemoveLast();
            }
        }
    }

    public void Drop(StreamId stream)
    {
        lock (gate)
        {
            if (byStream.Remove(stream, out var node))
            {
                recency.Remove(node);
            }
        }
    }
}
