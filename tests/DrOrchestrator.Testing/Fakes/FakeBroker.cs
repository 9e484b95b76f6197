using System.Text.Json;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Serialization;
using DrOrchestrator.Testing.Virtual;

namespace DrOrchestrator.Testing.Fakes;

/// <summary>What becomes of one message.</summary>
/// <param name="Delays">When each copy of it arrives; none: it is lost.</param>
/// <param name="SenderHears">Whether the sender hears that the broker has it.</param>
public sealed record Passage(IReadOnlyList<TimeSpan> Delays, bool SenderHears = true);

/// <summary>
/// A broker with competing consumers, at least once and in no order: a message whose consumer failed, died
/// or stands still is given to another one. Bodies go through their JSON.
/// </summary>
public sealed class FakeBroker(Scheduler scheduler, int seed)
{
    /// <summary>Deliveries after which a message goes to the error queue, where only a person finds it.</summary>
    private const int MostDeliveries = 12;

    private static readonly TimeSpan Redelivery = TimeSpan.FromSeconds(30);
    private readonly Random random = new(seed);
    private readonly List<Consumer> consumers = [];

    /// <summary>Asked for every message; null: it arrives after a few milliseconds.</summary>
    public Func<Envelope, Passage>? Passes { get; set; }

    /// <summary>While set, no message is taken and none is given out.</summary>
    public bool IsAway { get; set; }

    /// <summary>How many messages ended in the error queue.</summary>
    public int Dead { get; private set; }

    /// <summary>Messages on their way, late ones included.</summary>
    public int OnTheirWay { get; private set; }

    public void Subscribe(Lane lane, Func<Envelope, CancellationToken, Task> deliver) => consumers.Add(new Consumer(lane, deliver));

    public IBus Connect() => new Client(this);

    private Task Send(Envelope envelope)
    {
        var answer = new TaskCompletionSource();
        var passage = IsAway ? new Passage([], SenderHears: false) : Passes?.Invoke(envelope) ?? new Passage([Trip()]);
        var copy = envelope with { Body = ThroughJson(envelope.Body) };
        foreach (var delay in passage.Delays)
        {
            OnTheirWay++;
            scheduler.After(delay, () => Give(copy, 1));
        }

        scheduler.After(Trip(), () =>
        {
            if (passage.SenderHears)
            {
                answer.TrySetResult();
            }
            else
            {
                answer.TrySetException(new InvalidDataException("The broker's confirm did not come."));
            }
        });
        return answer.Task;
    }

    private void Give(Envelope envelope, int delivery)
    {
        consumers.RemoveAll(consumer => consumer.Lane.IsDead);
        var awake = consumers.Where(consumer => consumer.Lane.IsUp).ToArray();
        if (awake.Length == 0 || IsAway)
        {
            scheduler.After(TimeSpan.FromSeconds(1), () => Give(envelope, delivery));
            return;
        }

        if (delivery > MostDeliveries)
        {
            Dead++;
            OnTheirWay--;
            return;
        }

        var consumer = awake[random.Next(awake.Length)];
        var settled = false;
        consumer.Lane.Post(() => _ = Consume(consumer, envelope, failed =>
        {
            if (settled)
            {
                return;
            }

            settled = true;
            if (failed)
            {
                scheduler.After(TimeSpan.FromMilliseconds(random.Next(100, 2000)), () => Give(envelope, delivery + 1));
            }
            else
            {
                OnTheirWay--;
            }
        }));
        Watch();

        // A consumer that died or stands still loses its connection, and its messages with it.
        void Watch() => scheduler.After(Redelivery, () =>
        {
            if (!settled && consumer.Lane.IsUp)
            {
                Watch();
            }
            else if (!settled)
            {
                settled = true;
                Give(envelope, delivery);
            }
        });
    }

    private static async Task Consume(Consumer consumer, Envelope envelope, Action<bool> settle)
    {
        try
        {
            await consumer.Deliver(envelope, CancellationToken.None);
            settle(false);
        }
        catch (Exception)
        {
            // As a broker's client would: not acknowledged, so it comes again.
            settle(true);
        }
    }

    private static object ThroughJson(object body)
    {
        var type = WireNames.Messages[WireNames.NameOf(body.GetType())];
        return JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(body, type, EngineJson.Options), type, EngineJson.Options)!;
    }

    private TimeSpan Trip() => TimeSpan.FromTicks(random.Next(5_000, 50_000));

    private sealed record Consumer(Lane Lane, Func<Envelope, CancellationToken, Task> Deliver);

    private sealed class Client(FakeBroker broker) : IBus
    {
        public Task Send(Envelope envelope, CancellationToken cancellationToken) => broker.Send(envelope);
    }
}
