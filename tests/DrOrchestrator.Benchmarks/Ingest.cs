using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using DrOrchestrator.SystemTests.Infrastructure;
using DrOrchestrator.Testing;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace DrOrchestrator.Benchmarks;

/// <summary>
/// Events per second that are durable, each a new fact: by the foreign exchange, over HTTP one by one, and over HTTP in groups of ten, against a program that publishes
/// the same messages to a queue of the same kind, takes them out and inserts each as a row in a transaction of its own.
/// </summary>
internal static class Ingest
{
    private const int Events = 8000;
    private const int WarmUp = 8000;
    private const int Rounds = 3;
    private const int Parallel = 64;
    private const int Grouped = 10;
    private const double WantedOverRaw = 0.5;
    private const int Port = 15981;
    private const string Schema = "ingest";
    private const string Exchange = "bench.monitoring";
    private static readonly string[] Hosts = ["a1", "a2", "b1", "b2"];

    public static async Task Measure(Services services, Goals goals)
    {
        await using var fleet = await TestFleet.Start(services.Folder, vms: 1, memoryMebibytes: 64, instant: true);
        await using var connection = await new ConnectionFactory { Uri = new Uri(services.RabbitMq) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await channel.ExchangeDeclareAsync(Exchange, ExchangeType.Topic, durable: true);
        await using var raw = await RawSink.Start(services, connection);
        await using var server = TestServer.Start(services, Schema, Port, Schema, hasty: false, more: new Dictionary<string, string>
        {
            ["DR_EVENTSRABBITMQ"] = services.RabbitMq,
            ["DR_EVENTSEXCHANGE"] = Exchange,
            ["DR_EVENTSQUEUE"] = "bench.events",
        });
        await TestServer.WaitUntilUp(Port);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Port}/api/v1/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(services.Folder, $"{Schema}-key"))).Trim());

        var rates = new Dictionary<string, List<double>> { ["raw"] = [], ["amqp"] = [], ["http"] = [], ["http-grouped"] = [] };
        for (var round = 0; round <= Rounds; round++)
        {
            // Round 0 warms up and is not counted.
            var events = round == 0 ? WarmUp : Events;
            foreach (var way in rates.Keys)
            {
                var seconds = way switch
                {
                    "raw" => await raw.Take(channel, Messages("raw", round, events)),
                    "amqp" => await Foreign(services, channel, Messages("amqp", round, events)),
                    "http" => await Webhooks(http, Messages(way, round, events)),
                    _ => await Webhooks(http, Groups(round, events)),
                };
                if (round > 0)
                {
                    rates[way].Add(events / seconds);
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"round {round}: {way} {events} events in {seconds:0.00} s, {events / seconds:0} events/s"));
                }
            }
        }

        double Median(string way) => rates[way].Order().ElementAt(Rounds / 2);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"benchmark":"ingest","events":{{Events}},"rawPerSecond":{{Median("raw"):0}},"amqpPerSecond":{{Median("amqp"):0}},"httpPerSecond":{{Median("http"):0}},"httpGroupedPerSecond":{{Median("http-grouped"):0}},"amqpOverRaw":{{Median("amqp") / Median("raw"):0.00}},"httpOverRaw":{{Median("http") / Median("raw"):0.00}},"httpGroupedOverRaw":{{Median("http-grouped") / Median("raw"):0.00}}}"""));
        foreach (var way in rates.Keys.Where(way => way != "raw"))
        {
            goals.AtLeast($"ingest: events per second by {way} over the bare program's", Median(way) / Median("raw"), WantedOverRaw);
        }
    }

    /// <summary>The same bytes for the raw program and for the product, apart from the fingerprint.</summary>
    private static byte[][] Messages(string way, int round, int count) =>
    [
        .. Enumerable.Range(0, count).Select(index =>
        {
            var (host, name, fingerprint) = (Hosts[index % 4], $"Bench{round}", $"{way}-{round}-{index}");
            return JsonSerializer.SerializeToUtf8Bytes(way == "http" ? Webhook([Alert(host, name, fingerprint)]) : CloudEvent(host, name, fingerprint));
        }),
    ];

    /// <summary>As Alertmanager groups them.</summary>
    private static byte[][] Groups(int round, int count) =>
    [
        .. Enumerable.Range(0, count).Chunk(Grouped).Select(group =>
            JsonSerializer.SerializeToUtf8Bytes(Webhook([.. group.Select(index => Alert(Hosts[index % 4], $"Bench{round}", $"grouped-{round}-{index}"))]))),
    ];

    private static object Webhook(object[] alerts) => new { version = "4", groupKey = "g", truncatedAlerts = 0, alerts };

    private static object Alert(string host, string name, string fingerprint) => new
    {
        status = "firing",
        labels = new { alertname = name, severity = "warning", instance = host },
        annotations = new { summary = "A benchmark." },
        startsAt = "2026-01-01T00:00:00Z",
        endsAt = "0001-01-01T00:00:00Z",
        generatorURL = "",
        fingerprint,
    };

    private static object CloudEvent(string host, string name, string fingerprint) => new
    {
        specversion = "1.0",
        id = fingerprint,
        source = "/bench",
        type = "drorchestrator.host.condition.raised",
        time = "2026-01-01T00:00:00Z",
        data = new { host, name, summary = "A benchmark.", fingerprint, labels = new { severity = "warning" } },
    };

    private static async Task<double> Foreign(Services services, IChannel channel, byte[][] messages)
    {
        var before = await Raised(services);
        var began = TimeProvider.System.GetTimestamp();
        await Publish(channel, Exchange, messages);
        await Condition.Until(async () => await Raised(services) >= before + messages.Length, TimeSpan.FromMinutes(3), "every event is in a stream", TimeSpan.FromMilliseconds(20));
        return TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task<double> Webhooks(HttpClient http, byte[][] messages)
    {
        var began = TimeProvider.System.GetTimestamp();
        await System.Threading.Tasks.Parallel.ForEachAsync(messages, new ParallelOptions { MaxDegreeOfParallelism = Parallel }, async (body, cancellationToken) =>
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var answer = await http.PostAsync(new Uri("alerts/alertmanager", UriKind.Relative), content, cancellationToken);
            answer.EnsureSuccessStatusCode();
        });
        return TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task Publish(IChannel channel, string exchange, byte[][] messages, string key = "host")
    {
        var properties = new BasicProperties { Persistent = true, ContentType = "application/cloudevents+json" };
        await System.Threading.Tasks.Parallel.ForEachAsync(
            messages, new ParallelOptions { MaxDegreeOfParallelism = Parallel }, (body, cancellationToken) => channel.BasicPublishAsync(exchange, key, mandatory: true, properties, body, cancellationToken));
    }

    private static async Task<long> Raised(Services services)
    {
        await using var command = services.Source.CreateCommand($"select count(*) from {Schema}.mt_events where type = 'host_condition_raised'");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The program without us: a queue, and a row for each message.</summary>
    private sealed class RawSink(IChannel channel, NpgsqlDataSource database) : IAsyncDisposable
    {
        private const string Queue = "bench.raw";

        private readonly SemaphoreSlim connections = new(Parallel);
        private TaskCompletionSource done = new();
        private int left;

        public static async Task<RawSink> Start(Services services, IConnection connection)
        {
            var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(services.Database) { NoResetOnClose = true, MaxAutoPrepare = 10, AutoPrepareMinUsages = 2 }.ConnectionString);
            await using (var table = database.CreateCommand("create table bench_raw (id bigserial primary key, body jsonb not null)"))
            {
                await table.ExecuteNonQueryAsync();
            }

            var channel = await connection.CreateChannelAsync();
            await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
            await channel.BasicQosAsync(0, 256, global: false);
            var sink = new RawSink(channel, database);
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, delivery) =>
            {
                _ = sink.Insert(delivery.DeliveryTag, Encoding.UTF8.GetString(delivery.Body.Span));
                return Task.CompletedTask;
            };
            await channel.BasicConsumeAsync(Queue, autoAck: false, consumer);
            return sink;
        }

        public async Task<double> Take(IChannel publisher, byte[][] messages)
        {
            done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            left = messages.Length;
            var began = TimeProvider.System.GetTimestamp();
            await Publish(publisher, "", messages, Queue);
            await done.Task;
            return TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        }

        public async ValueTask DisposeAsync()
        {
            await channel.DisposeAsync();
            await database.DisposeAsync();
            connections.Dispose();
        }

        private async Task Insert(ulong tag, string body)
        {
            await connections.WaitAsync();
            try
            {
                await using var command = database.CreateCommand("insert into bench_raw (body) values ($1)");
                command.Parameters.Add(new NpgsqlParameter { Value = body, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Jsonb });
                await command.ExecuteNonQueryAsync();
                await channel.BasicAckAsync(tag, multiple: false);
                if (Interlocked.Decrement(ref left) == 0)
                {
                    done.TrySetResult();
                }
            }
            catch (Exception exception)
            {
                done.TrySetException(exception);
            }
            finally
            {
                connections.Release();
            }
        }
    }
}
