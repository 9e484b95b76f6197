using System.Collections.Concurrent;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Streams;

namespace DrOrchestrator.Server.Api;

/// <summary>
/// The folded states of streams, for whoever looks. A stream that did not change since it was last folded is not read again, as its version in
/// the store says; of a single one that did change, only what is new is read.
/// </summary>
public sealed class StateReader(IEventStore store, StreamHandler streams)
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
        if (heads is [var only])
        {
            return [await Read(only, cancellationToken)];
        }

        var states = heads.Select(Known).ToArray();
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
        var version = (await store.Versions([stream], cancellationToken)).Single();
        return await Read(new StreamHead(stream, version), cancellationToken);
    }

    /// <summary>What is reported against a host just now, in a few words; null: nothing.</summary>
    public async Task<string?> DoubtOf(HostId host, CancellationToken cancellationToken) => (await HealthOf(host, cancellationToken)).Doubt;

    /// <summary>A host's health just now.</summary>
    public async Task<HostState> HealthOf(HostId host, CancellationToken cancellationToken) =>
        (HostState)(await Read(StreamId.Host(host), cancellationToken)).State;

    private async Task<StreamState> Read(StreamHead head, CancellationToken cancellationToken)
    {
        if (Known(head) is { } state)
        {
            return state;
        }

        // The longest streams are those of the whole fleet, which change all the time and are looked at most.
        state = cache.TryGetValue(head.Stream, out var earlier) && earlier.Version > 0
            ? await FoldOn(earlier, cancellationToken)
            : Folding.Fold((await store.Read([head.Stream], cancellationToken)).Single());
        Keep(state);
        return state;
    }

    private async Task<StreamState> FoldOn(StreamState earlier, CancellationToken cancellationToken)
    {
        var news = await store.ReadAfter(earlier.Stream, earlier.Version, cancellationToken);
        return earlier with
        {
            Version = earlier.Version + news.Count,
            State = news.Aggregate(earlier.State, DeciderCatalog.For(earlier.Stream).Evolve),
            Trace = null,
        };
    }

    /// <summary>What this process has just decided on itself need not be read either.</summary>
    private StreamState? Known(StreamHead head)
    {
        if (cache.TryGetValue(head.Stream, out var known) && known.Version >= head.Version)
        {
            return known;
        }

        return streams.Remembered(head.Stream) is { } decided && decided.Version >= head.Version ? decided : null;
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
