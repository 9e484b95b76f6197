using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace DrOrchestrator.Server.Ingest.Amqp;

/// <summary>
/// Takes messages from another system's broker. A message is acknowledged after it is durable and not before; one of which nothing
/// can be used goes to the dead letters. When the connection breaks, what was not acknowledged is delivered again, and taking
/// it twice is harmless: streams know what they have, and repetitions of what is kept aside are counted.
/// </summary>
public sealed class ForeignExchange(ForeignIntake intake, ForeignExchangeOptions options, TimeProvider clock, ILogger<ForeignExchange> log) : BackgroundService
{
    private static readonly TimeSpan Reconnect = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Consume(stoppingToken);
            }
            catch (Exception exception)
            {
                // What fails while this is told to stop is the stop, whatever broke first.
                stoppingToken.ThrowIfCancellationRequested();
                log.LogWarning("The queue {Queue} at {Broker} is not read ({Error}); the next try is in {Every}", options.Queue, options.Broker.Host, exception.Message, Reconnect);
                await Task.Delay(Reconnect, clock, stoppingToken);
            }
        }
    }

    private async Task Consume(CancellationToken stoppingToken)
    {
        // No recovery by the client: what is under way must be dropped with the channel that it came by, and that is what a new one does.
        var factory = new ConnectionFactory { Uri = options.Broker, AutomaticRecoveryEnabled = false, ClientProvidedName = "drorchestrator-events" };
        await using var connection = await factory.CreateConnectionAsync(stoppingToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: stoppingToken);
        await Declare(channel, stoppingToken);
        await channel.BasicQosAsync(0, options.Prefetch, global: false, stoppingToken);

        // What came by this channel ends with it.
        using var open = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var ended = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, shutdown) =>
        {
            ended.TrySetResult(shutdown.ReplyText);
            return Task.CompletedTask;
        };
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.UnregisteredAsync += (_, _) =>
        {
            ended.TrySetResult("The broker cancelled the consumer; was the queue deleted?");
            return Task.CompletedTask;
        };
        consumer.ReceivedAsync += (_, delivery) =>
        {
            // Not awaited: up to the point where the streams' handler has it in its line this runs in the order of delivery, and
            // messages that are under way together share transactions. The prefetch bounds them. The body is the client's own.
            _ = Handle(channel, delivery.DeliveryTag, delivery.BasicProperties, delivery.Body.ToArray(), ended, open.Token);
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(options.Queue, autoAck: false, consumer, stoppingToken);
        try
        {
            log.LogWarning("The queue {Queue} at {Broker} is no longer read: {Reason}", options.Queue, options.Broker.Host, await ended.Task.WaitAsync(stoppingToken));
        }
        finally
        {
            await open.CancelAsync();
        }
    }

    private async Task Handle(IChannel channel, ulong tag, IReadOnlyBasicProperties properties, byte[] body, TaskCompletionSource<string> ended, CancellationToken cancellationToken)
    {
        try
        {
            var headers = properties.IsHeadersPresent() ? properties.Headers : null;
            if (await intake.Take(properties.IsContentTypePresent() ? properties.ContentType : null, headers, body, cancellationToken) is ForeignVerdict.Taken)
            {
                await channel.BasicAckAsync(tag, multiple: false, cancellationToken);
            }
            else
            {
                await channel.BasicNackAsync(tag, multiple: false, requeue: false, cancellationToken);
            }
        }
        catch (Exception exception)
        {
            // The broker still has it. With the channel it is given back, and comes again.
            ended.TrySetResult(exception.Message);
        }
    }

    private async Task Declare(IChannel channel, CancellationToken cancellationToken)
    {
        await channel.ExchangeDeclareAsync(options.Dead, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(
            options.Dead, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-max-length"] = options.MostDead, ["x-overflow"] = "drop-head" }, cancellationToken: cancellationToken);
        await channel.QueueBindAsync(options.Dead, options.Dead, "", cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(
            options.Queue, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-dead-letter-exchange"] = options.Dead }, cancellationToken: cancellationToken);
        if (options.Exchange is { } exchange)
        {
            await channel.ExchangeDeclarePassiveAsync(exchange, cancellationToken);
            await channel.QueueBindAsync(options.Queue, exchange, options.RoutingKey, cancellationToken: cancellationToken);
        }
    }
}
