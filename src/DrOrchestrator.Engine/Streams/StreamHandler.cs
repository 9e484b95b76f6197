using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Telemetry;
using Microsoft.Extensions.Logging;

namespace DrOrchestrator.Engine.Streams;

/// <summary>What became of a message.</summary>
/// <param name="Events">The events it led to; none where it said nothing new or was refused.</param>
/// <param name="Refusal">Why it was refused; null: it was not.</param>
/// <param name="After">The stream's state afterwards.</param>
public sealed record Handled(IReadOnlyList<object> Events, Refusal? Refusal, StreamState After);

/// <summary>
/// One message is one decision is one append. Decisions that come at the same time share a transaction:
/// commits, not decisions, are what costs. A conflict, or a commit whose end is not known, takes each
/// decision alone, on a state read afresh; a decision is idempotent, so deciding again is safe. It is not made
/// again where the store has it after all: decided on what it has itself done, "done" would become "refused".
/// </summary>
public sealed class StreamHandler(IEventStore store, EngineOptions options, TimeProvider clock, ILogger<StreamHandler> log)
{
    /// <summary>Conflicts and broken commits in a row after which a message is given back to its sender.</summary>
    private const int Attempts = 12;

    private readonly StateCache cache = new(capacity: 20_000);
    private readonly LinkedList<Pending> waiting = new();
    private readonly HashSet<StreamId> busy = [];
    private readonly Lock gate = new();
    private int commits;

    /// <summary>Loads, decides, appends. Returns when the events are durable.</summary>
    public Task<Handled> Handle(StreamId stream, object message, Cause cause, CancellationToken cancellationToken)
    {
        var pending = new Pending(stream, message, cause.Trace is null && Spans.Here is { } trace ? cause with { Trace = trace } : cause, cancellationToken)
        {
            Since = Spans.Wanted ? clock.GetUtcNow() : default,
        };
        lock (gate)
        {
            waiting.AddLast(pending);
        }

        Pump();
        return pending.Done.Task;
    }

    /// <summary>The stream's state as the store has it now.</summary>
    public async Task<StreamState> Read(StreamId stream, CancellationToken cancellationToken) =>
        (await States([stream], fresh: true, cancellationToken)).Single();

    /// <summary>The states of several, in their order.</summary>
    public async Task<IReadOnlyList<StreamState>> Read(IReadOnlyList<StreamId> streams, CancellationToken cancellationToken) =>
        streams.Count == 0 ? [] : await States(streams, fresh: true, cancellationToken);

    /// <summary>The state that this process remembers, which may be behind the store's; null: none.</summary>
    public StreamState? Remembered(StreamId stream) => cache.Find(stream);

    private void Pump()
    {
        while (true)
        {
            List<Pending> batch;
            lock (gate)
            {
                if (commits >= options.ParallelCommits || (batch = TakeBatch()).Count == 0)
                {
                    return;
                }

                commits++;
            }

            _ = Run(batch);
        }
    }

    /// <summary>Waiting messages whose streams no other batch holds, in the order in which they came.</summary>
    private List<Pending> TakeBatch()
    {
        var batch = new List<Pending>();
        var mine = new HashSet<StreamId>();
        for (var node = waiting.First; node is not null && batch.Count < options.CommitBatch;)
        {
            var next = node.Next;
            if (!busy.Contains(node.Value.Stream))
            {
                batch.Add(node.Value);
                mine.Add(node.Value.Stream);
                waiting.Remove(node);
            }

            node = next;
        }

        busy.UnionWith(mine);
        return batch;
    }

    private async Task Run(List<Pending> batch)
    {
        var streams = batch.GroupBy(pending => pending.Stream).Select(group => group.ToArray()).ToArray();
        var sent = streams.Select(_ => new List<Attempt>()).ToArray();
        try
        {
            if (!await TryTogether(streams, sent))
            {
                await Task.WhenAll(streams.Zip(sent, Alone));
            }
        }
        catch (Exception exception)
        {
            // Whatever it is, the senders hear of it; nothing waits for ever.
            foreach (var pending in batch)
            {
                pending.Done.TrySetException(exception);
            }
        }
        finally
        {
            foreach (var attempt in sent.SelectMany(attempts => attempts))
            {
                attempt.Drop();
            }

            lock (gate)
            {
                commits--;
                foreach (var stream in streams)
                {
                    busy.Remove(stream[0].Stream);
                }
            }

            Pump();
        }
    }

    /// <param name="streams">The messages of each stream.</param>
    /// <param name="sent">For each stream, where what is sent to the store is noted.</param>
    private async Task<bool> TryTogether(Pending[][] streams, List<Attempt>[] sent)
    {
        try
        {
            var states = await States([.. streams.Select(messages => messages[0].Stream)], fresh: false, CancellationToken.None);
            var decided = streams.Select((messages, index) => Decide(states[index], messages)).ToArray();

            // A conclusion that nothing is to be done needs the store's own state, not a remembered one.
            var doubtful = decided.Index().Where(entry => entry.Item.Any(result => result.Events.Count == 0)).Select(entry => entry.Index).ToArray();
            if (doubtful.Length > 0)
            {
                var fresh = await States([.. doubtful.Select(index => streams[index][0].Stream)], fresh: true, CancellationToken.None);
                foreach (var (position, index) in doubtful.Index())
                {
                    decided[index] = Decide(fresh[position], streams[index]);
                    states[index] = fresh[position];
                }
            }

            var attempts = decided.Select((results, index) => new Attempt(states[index], results, streams[index])).ToArray();
            foreach (var (attempt, noted) in attempts.Zip(sent))
            {
                noted.Add(attempt);
            }

            await Commit(attempts, CancellationToken.None);
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Forget(streams, exception);
            return false;
        }
    }

    /// <param name="messages">The messages of one stream.</param>
    /// <param name="sent">What of theirs was sent to the store and may be in it.</param>
    private async Task Alone(Pending[] messages, List<Attempt> sent)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                var state = (await States([messages[0].Stream], fresh: true, messages[0].Cancellation))[0];
                if (await IsAnswered(sent, state, messages[0].Cancellation))
                {
                    return;
                }

                var attempt = new Attempt(state, Decide(state, messages), messages);
                sent.Add(attempt);
                await Commit([attempt], messages[0].Cancellation);
                return;
            }
            catch (OperationCanceledException) when (messages[0].Cancellation.IsCancellationRequested)
            {
                // Whoever gave up is let go, and nobody else: the others of the stream still wait for their answer.
                var byPatience = messages.ToLookup(pending => pending.Cancellation.IsCancellationRequested);
                foreach (var pending in byPatience[true])
                {
                    pending.Done.TrySetCanceled(pending.Cancellation);
                }

                messages = [.. byPatience[false]];
                if (messages.Length == 0)
                {
                    return;
                }
            }
            catch (Exception exception)
            {
                Forget([messages], exception);
                if (tries >= Attempts || exception is InvalidOperationException)
                {
                    foreach (var pending in messages)
                    {
                        pending.Done.TrySetException(exception);
                    }

                    return;
                }

                // Doubling from 20 ms to 1 s over eleven waits: 6.3 s in all, the length of a database restart that clients need not see.
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(1000, 10 << tries)), clock);
            }
        }
    }

    /// <summary>
    /// Whether the store has one of the attempts before, whose sending did not return: its events are the answer then. Asked of a state
    /// in which its place is taken, by itself or by another; where it is not, the attempt may still be on its way, and what is appended now
    /// is in conflict with it.
    /// </summary>
    private async Task<bool> IsAnswered(List<Attempt> sent, StreamState now, CancellationToken cancellationToken)
    {
        foreach (var attempt in sent.Where(attempt => attempt.FirstVersion <= now.Version).ToArray())
        {
            if (attempt.HasEvents && await store.AppendedBy(now.Stream, attempt.FirstVersion, cancellationToken) == attempt.Id)
            {
                attempt.Answer();
                return true;
            }

            attempt.Drop();
            sent.Remove(attempt);
        }

        return false;
    }

    private void Forget(Pending[][] streams, Exception exception)
    {
        MessageMeter.NotCommitted(exception is StreamConflictException);
        if (exception is not StreamConflictException)
        {
            log.LogWarning(
                "Deciding on {Stream} and {More} others did not return ({Error}); each decision is made again on what the store has",
                streams[0][0].Stream, streams.Length - 1, exception.Message);
        }

        foreach (var messages in streams)
        {
            cache.Drop(messages[0].Stream);
        }
    }

    private Handled[] Decide(StreamState start, Pending[] messages)
    {
        var decider = DeciderCatalog.For(start.Stream);
        var now = clock.GetUtcNow();
        var current = start;
        return [.. messages.Select(pending =>
        {
            var decision = decider.Decide(current.State, pending.Message, now);
            current = new StreamState(
                current.Stream, current.Version + decision.Events.Count, decision.Events.Aggregate(current.State, decider.Evolve),
                decision.Events.Count == 0 ? current.Trace : null);
            return new Handled(decision.Events, decision.Refusal, current);
        })];
    }

    private async Task Commit(Attempt[] attempts, CancellationToken cancellationToken)
    {
        StreamAppend[] appends = [.. attempts.Where(attempt => attempt.HasEvents).Select(attempt => attempt.Append())];
        if (appends.Length > 0)
        {
            await store.Append(appends, cancellationToken);
        }

        foreach (var attempt in attempts)
        {
            cache.Put(attempt.After);
            attempt.Answer();
        }
    }

    /// <summary>Each stream's state: the remembered one, where fresh is asked for only if the store has no event more.</summary>
    private async Task<StreamState[]> States(IReadOnlyList<StreamId> streams, bool fresh, CancellationToken cancellationToken)
    {
        var found = streams.Select(cache.Find).ToArray();
        if (fresh && found.Any(state => state is not null))
        {
            var known = found.Index().Where(entry => entry.Item is not null).Select(entry => entry.Index).ToArray();
            var versions = await store.Versions([.. known.Select(index => streams[index])], cancellationToken);
            foreach (var (position, index) in known.Index())
            {
                if (versions[position] != found[index]!.Version)
                {
                    // Also where the store has fewer events, restored or failed over: the remembered state is of another history then.
                    cache.Drop(streams[index]);
                    found[index] = null;
                }
            }
        }

        StreamId[] missing = [.. streams.Where((_, index) => found[index] is null)];
        if (missing.Length == 0)
        {
            return found!;
        }

        var loaded = (await Load(missing, cancellationToken)).ToDictionary(state => state.Stream);
        return [.. streams.Select((stream, index) => found[index] ?? loaded[stream])];
    }

    private async Task<IReadOnlyList<StreamState>> Load(IReadOnlyList<StreamId> streams, CancellationToken cancellationToken)
    {
        var contents = await store.Read(streams, cancellationToken);
        StreamState[] states = [.. contents.Select(Folding.Fold)];
        foreach (var state in states)
        {
            cache.Put(state);
        }

        return states;
    }
}
