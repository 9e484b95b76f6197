using System.Security.Cryptography;
using System.Text;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Engine.Telemetry;
using Microsoft.Extensions.Logging;

namespace DrOrchestrator.Engine.Messaging;

/// <summary>An event as the store committed it.</summary>
/// <param name="Stream">Its stream.</param>
/// <param name="Version">Its place in it, from 1.</param>
/// <param name="Event">The event.</param>
/// <param name="Trace">The trace that it belongs to; null: none.</param>
public sealed record CommittedEvent(StreamId Stream, long Version, object Event, string? Trace = null);

/// <summary>
/// Committed events become messages. For each event the relay compares what was outstanding before it
/// with what is outstanding after it, and sends what is new; the message id follows from the stream, the
/// version and the ask, so a page sent twice carries the same ids. It is at least once: the page counts
/// as done only when the broker has every message. What it should miss all the same, the sweep asks again.
/// </summary>
public sealed class Relay(IEventStore store, IBus bus, TimeProvider clock, ILogger<Relay> log)
{
    private readonly StateCache before = new(capacity: 20_000);
    private readonly EventMeter meter = new();

    /// <summary>Sends what a page of events, in commit order, made outstanding. Returns when all of it is sent.</summary>
    public async Task<int> Process(IReadOnlyList<CommittedEvent> page, CancellationToken cancellationToken)
    {
        var envelopes = new List<Envelope>();
        var streams = page.GroupBy(committed => committed.Stream).Select(group => group.ToArray()).ToArray();
        var states = await StatesBefore(streams, cancellationToken);
        foreach (var events in streams)
        {
            envelopes.AddRange(News(states[events[0].Stream], events));
        }

        await Task.WhenAll(envelopes.Select(envelope => SendUntilTaken(envelope, cancellationToken)));
        return envelopes.Count;
    }

    private List<Envelope> News(StreamState state, CommittedEvent[] events)
    {
        var decider = DeciderCatalog.For(state.Stream);
        var envelopes = new List<Envelope>();
        var known = decider.React(state.State).Asks.Select(ask => ask.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var committed in events.Where(committed => committed.Version > state.Version))
        {
            meter.Observe(state.State, committed);
            state = new StreamState(state.Stream, committed.Version, decider.Evolve(state.State, committed.Event));
            var asks = decider.React(state.State).Asks;
            envelopes.AddRange(asks.Where(ask => !known.Contains(ask.Key))
                .Select(ask => new Envelope(IdOf(committed.Stream, committed.Version, ask.Key), ask.To, ask.Message, committed.Trace)));
            known = asks.Select(ask => ask.Key).ToHashSet(StringComparer.Ordinal);
        }

        before.Put(state);
        return envelopes;
    }

    private async Task<Dictionary<StreamId, StreamState>> StatesBefore(CommittedEvent[][] streams, CancellationToken cancellationToken)
    {
        var states = new Dictionary<StreamId, StreamState>();
        var missing = new List<CommittedEvent>();
        foreach (var events in streams)
        {
            var first = events[0];
            if (first.Version == 1)
            {
                states[first.Stream] = new StreamState(first.Stream, 0, DeciderCatalog.For(first.Stream).Initial);
            }
            else if (before.Find(first.Stream) is { } state && state.Version == first.Version - 1)
            {
                states[first.Stream] = state;
            }
            else
            {
                missing.Add(first);
            }
        }

        if (missing.Count > 0)
        {
            var contents = await store.Read([.. missing.Select(committed => committed.Stream)], cancellationToken);
            foreach (var (content, first) in contents.Zip(missing))
            {
                before.Drop(first.Stream);
                states[first.Stream] = Folding.Fold(content with { Events = [.. content.Events.Take((int)first.Version - 1)] });
            }
        }

        return states;
    }

    /// <summary>A broker that is away is no reason to skip or to fail a page: the events are safe, so wait for it.</summary>
    private async Task SendUntilTaken(Envelope envelope, CancellationToken cancellationToken)
    {
        using var span = Spans.Send(envelope);
        if (span is not null)
        {
            envelope = envelope with { Trace = span.Id };
        }

        for (var wait = TimeSpan.FromMilliseconds(50); ; wait = TimeSpan.FromMilliseconds(Math.Min(2000, wait.TotalMilliseconds * 2)))
        {
            try
            {
                await bus.Send(envelope, cancellationToken);
                MessageMeter.Sent(envelope.Body);
                return;
            }
            catch (Exception exception)
            {
                // What fails while this is told to stop is the stop, whatever broke first.
                cancellationToken.ThrowIfCancellationRequested();
                log.LogWarning("The broker did not take {Message} ({Error}); trying again in {Wait}", envelope.Body.GetType().Name, exception.Message, wait);
                await Task.Delay(wait, clock, cancellationToken);
            }
        }
    }

    /// <summary>A name-based id, in the manner of RFC 9562 section 5.8 (version 8, SHA-256).</summary>
    public static Guid IdOf(StreamId stream, long version, string key)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{stream}@{version}:{key}"), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
