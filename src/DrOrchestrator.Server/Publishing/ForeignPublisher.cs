using System.Diagnostics.Metrics;
using DrOrchestrator.Engine;
using DrOrchestrator.Engine.Messaging;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Telemetry;
using DrOrchestrator.Server.Concerns;
using RabbitMQ.Client;

namespace DrOrchestrator.Server.Publishing;

/// <summary>
/// Publishes facts of the record to another system's exchange, persistent and confirmed by the broker. A page counts only when every
/// message of it was confirmed: after a crash the page comes again, with the same ids. While the broker is away this waits, and the record
/// keeps what is to come; nothing else waits for it. When it has waited for long, a person is told.
/// </summary>
public sealed class ForeignPublisher : IRecordFollower, IConcernSource, IAsyncDisposable
{
    private readonly PublishingOptions options;
    private readonly EngineOptions engine;
    private readonly TimeProvider clock;
    private readonly ILogger<ForeignPublisher> log;
    private readonly Meter meter = new(EngineTelemetry.Name);
    private readonly Counter<long> published;
    private readonly Func<CancellationToken, Task<IConnection>> connect;
    private IConnection? connection;
    private IChannel? channel;
    private volatile Failure? failure;

    /// <param name="options">Where to, and the bounds.</param>
    /// <param name="engine">Names this process.</param>
    /// <param name="clock">Now.</param>
    /// <param name="log">Told of every try that failed.</param>
    /// <param name="connect">Instead of the network.</param>
    public ForeignPublisher(
        PublishingOptions options, EngineOptions engine, TimeProvider clock, ILogger<ForeignPublisher> log, Func<CancellationToken, Task<IConnection>>? connect = null)
    {
        this.connect = connect ?? new ConnectionFactory { Uri = options.Broker, AutomaticRecoveryEnabled = false, ClientProvidedName = "drorchestrator-facts" }.CreateConnectionAsync;
        (this.options, this.engine, this.clock, this.log) = (options, engine, clock, log);
        published = meter.CreateCounter<long>("dr.publishing.facts", "{fact}", "Facts that the other system's broker has confirmed.");
        meter.CreateObservableGauge("dr.publishing.stuck", () => Stuck.TotalSeconds, "s", "For how long nothing could be published although something waits; 0 where this process does not publish.");
    }

    public string Name => "publisher";

    public bool FromTheBeginning => options.FromTheBeginning;

    /// <summary>For how long nothing could be published although something waits.</summary>
    private TimeSpan Stuck => failure is { } since ? clock.GetUtcNow() - since.Since : TimeSpan.Zero;

    public async Task Follow(IReadOnlyList<CommittedEvent> page, CancellationToken cancellationToken)
    {
        foreach (var facts in page.Select(committed => PublishedFacts.Of(committed, options.Source)).OfType<PublishedFact>().Chunk(options.AtOnce))
        {
            try
            {
                await UntilTaken(facts, cancellationToken);
            }
            finally
            {
                // Another process publishes from here on, or this one has done it: in neither case is this one stuck.
                failure = null;
            }
        }
    }

    /// <summary>That nothing could be published for long; told by the process that publishes.</summary>
    public Task<IReadOnlyList<Concern>> Now(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Concern>>(
        failure is not { } stuck || Stuck < options.StuckAfter ? [] :
        [
            new Concern(
                ConcernKind.DrPublishingStuck,
                [new("server", engine.Worker), new("exchange", options.Exchange)],
                $"Nothing could be published to {options.Exchange} at {options.Broker.Host} since {stuck.Since:yyyy-MM-dd HH:mm:ss} UTC: {stuck.Error}",
                "Look at that broker, its exchange and the way there. The record keeps what is to be published, and nothing else waits for it.",
                "drctl status",
                stuck.Since),
        ]);

    public async ValueTask DisposeAsync()
    {
        meter.Dispose();
        await Drop();
    }

    private async Task UntilTaken(PublishedFact[] facts, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var open = await Channel(cancellationToken);
                await Task.WhenAll(facts.Select(fact => Publish(open, fact, cancellationToken)));
                failure = null;
                published.Add(facts.Length);
                return;
            }
            catch (Exception exception)
            {
                // What fails while this is told to stop is the stop, whatever broke first.
                cancellationToken.ThrowIfCancellationRequested();
                log.LogWarning("{Count} facts from {First} on were not taken by {Exchange} at {Broker} ({Error}); again in {Wait}", facts.Length, facts[0].Id, options.Exchange, options.Broker.Host, exception.Message, options.Again);
                failure = new Failure(failure?.Since ?? clock.GetUtcNow(), exception.Message);
                await Drop();
                await Task.Delay(options.Again, clock, cancellationToken);
            }
        }
    }

    /// <summary>Returns when the broker has confirmed it. Where no queue is bound it confirms and drops it: who listens is their business.</summary>
    private Task Publish(IChannel open, PublishedFact fact, CancellationToken cancellationToken) => open.BasicPublishAsync(
        options.Exchange,
        fact.Type,
        mandatory: false,
        new BasicProperties { Persistent = true, MessageId = fact.Id, Type = fact.Type, ContentType = "application/cloudevents+json" },
        fact.Body,
        cancellationToken).AsTask();

    private async Task<IChannel> Channel(CancellationToken cancellationToken)
    {
        if (channel is { IsOpen: true } open)
        {
            return open;
        }

        await Drop();
        connection = await connect(cancellationToken);
        channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellationToken);
        await channel.ExchangeDeclarePassiveAsync(options.Exchange, cancellationToken);
        return channel;
    }

    private async Task Drop()
    {
        var (oldChannel, oldConnection) = (channel, connection);
        (channel, connection) = (null, null);
        await Drop(oldChannel);
        await Drop(oldConnection);
    }

    /// <summary>What is broken may say so once more when it is let go; the next one is made all the same.</summary>
    private async Task Drop(IAsyncDisposable? old)
    {
        try
        {
            if (old is not null)
            {
                await old.DisposeAsync();
            }
        }
        catch (Exception exception)
        {
            log.LogDebug("A broken {Part} to {Broker} was let go ({Error})", old!.GetType().Name, options.Broker.Host, exception.Message);
        }
    }

    /// <summary>Since when nothing could be published, and why the last time.</summary>
    private sealed record Failure(DateTimeOffset Since, string Error);
}
