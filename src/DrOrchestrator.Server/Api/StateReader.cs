using System.Collections.Concurrent;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Streams;

namespace DrOrchestrator.Server.Api;

/// <summary>
/// The folded states of many streams, for lists. Streams that did not change since they were last folded are
/// not read again; their version in the store's list says so.
/// </summary>
public sealed class StateReader(IEventStore store)
{
    /// <summary>Streams read in one question to the store.</summary>
    private const int Page = 100;

    /// <summary>Streams remembered. Past it everything is forgotten and read anew: rare, and simpler than a choice of what to keep.</summary>
    private const int Capacity = 30_000;

    private readonly ConcurrentDictionary<StreamId, StreamState> cache = new();

    /// <summary>The streams of a kind, last changed first.</summary>
    public async Task<IReadOnlyList<StreamState>> List(string kind, int limit, CancellationToken cancellationToken)
    {
        var heads = await store.List(kind, limit, cancellationToken);
        var states = heads.Select(head => cache.TryGetValue(head.Stream, out var known) && known.Version >= head.Version ? known : null).ToArray();
        StreamId[] missing = [.. heads.Where((_, index) => states[index] is null).Select(head => head.Stream)];
        var read = new Dictionary<StreamId, StreamState>();
        foreach (var page in missing.Chunk(Page))
        {
            foreach (var history in await store.Read(page, cancellationToken))
            {
                var state = Folding.Fold(history);
                Keep(state);
                read[state.Stream] = state;
            }
        }

        return [.. heads.Select((head, index) => states[index] ?? read[head.Stream])];
    }

    /// <summary>One stream as the store has it now; a stream without events has version 0.</summary>
    public async Task<StreamState> Read(StreamId stream, CancellationToken cancellationToken)
    {
        var state = Folding.Fold((await store.Read([stream], cancellationToken)).Single());
        Keep(state);
        return state;
    }

    private void Keep(StreamState state)
    {
        if (cache.Count >= Capacity)
        {
            cache.Clear();
        }

        // Two readers may come back in the other order; the later state stays.
        cache.AddOrUpdate(state.Stream, state, (_, known) => known.Version > state.Version ? known : state);
    }
}
