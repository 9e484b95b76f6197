using System.Collections.Concurrent;
using System.Text.Json;
using DrOrchestrator.SystemTests.Infrastructure;
using RabbitMQ.Client;

namespace DrOrchestrator.SystemTests.Publishing;

/// <summary>Servers that publish to another system's exchange, and that system's queue.</summary>
public abstract class PublishingCase(Services services) : IAsyncDisposable
{
    private protected Services Its { get; } = services;

    private protected const string Schema = "published";
    private protected const string Exchange = "facts";
    private protected const string Queue = "outsider";
    private protected const int Vms = 40;
    private protected static readonly int[] Ports = [15981, 15982];

    private protected readonly Api api = new(services.Folder, Schema, Ports[0]);
    private protected readonly ChildProcess?[] servers = new ChildProcess?[2];
    private protected readonly ConcurrentBag<string> heard = [];

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        api.Dispose();
        foreach (var server in servers)
        {
            if (server is not null)
            {
                await server.DisposeAsync();
            }
        }
    }

    private protected async Task Start(int server)
    {
        servers[server] = TestServer.Start(Its, $"published-{server}", Ports[server], Schema, more: new Dictionary<string, string>
        {
            ["DR_PUBLISHRABBITMQ"] = Its.RabbitMq,
            ["DR_PUBLISHEXCHANGE"] = Exchange,
        });
        await TestServer.WaitUntilUp(Ports[server]);
    }

    private protected Task<IConnection> Connect() => new ConnectionFactory { Uri = new Uri(Its.RabbitMq) }.CreateConnectionAsync();

    private protected async Task Declare()
    {
        await using var connection = await Connect();
        await using var channel = await connection.CreateChannelAsync();
        await channel.ExchangeDeclareAsync(Exchange, ExchangeType.Topic, durable: true);
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync(Queue, Exchange, "drorchestrator.recorded.#");
    }

    private protected async Task Drain()
    {
        await using var connection = await Connect();
        await using var channel = await connection.CreateChannelAsync();
        while (await channel.BasicGetAsync(Queue, autoAck: true) is { } message)
        {
            var body = JsonDocument.Parse(message.Body).RootElement;
            Assert.Equal(message.BasicProperties.MessageId, body.GetProperty("id").GetString());
            heard.Add(body.GetProperty("id").GetString()!);
        }
    }

    /// <summary>The facts that the record has, by the ids that they must have.</summary>
    private protected async Task<HashSet<string>> Expected() => [.. (await Rows()).Select(row => row.Id)];

    private protected async Task<IEnumerable<string>> Names() => (await Rows()).Where(row => heard.Contains(row.Id)).Select(row => row.Type);

    private protected async Task<IReadOnlyList<(string Id, string Type)>> Rows()
    {
        var names = string.Join(", ", Server.Publishing.PublishedFacts.Names.Select(name => $"'{name}'"));
        await using var command = Its.Source.CreateCommand($"select stream_id || '/' || version, type from {Schema}.mt_events where type in ({names})");
        var found = new List<(string, string)>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            found.Add((reader.GetString(0), reader.GetString(1)));
        }

        return found;
    }

    private protected async Task<int> Count(string type) => (await Rows()).Count(row => row.Type == type);
}
