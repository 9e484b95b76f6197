using System.Text;
using System.Text.Json;
using DrOrchestrator.SystemTests.Infrastructure;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace DrOrchestrator.SystemTests.Ingest;

/// <summary>Messages of another system's exchange, on the real broker, while product, broker and database fall. None lost, none doubled.</summary>
[Collection(Services.OneByOne)]
public sealed class ForeignExchangeTests(Services services, ITestOutputHelper output) : IClassFixture<Services>, IAsyncDisposable
{
    private const string Schema = "foreign_events";
    private const string Exchange = "monitoring";
    private const string Queue = "drorchestrator.events";
    private const int Port = 15981;
    private const int Events = 300;
    private const int Rubbish = Events / 10;
    private static readonly string[] Hosts = ["a1", "a2", "b1", "b2"];

    private readonly Api api = new(services.Folder, Schema, Port);
    private ChildProcess? server;
    private IConnection? connection;
    private IChannel? channel;

    [Fact]
    public async Task Every_message_is_in_a_stream_or_a_listed_dead_letter_though_everything_is_restarted()
    {
        await using var fleet = await TestFleet.Start(services.Folder, vms: 1, memoryMebibytes: 64, instant: true);
        await Connected(async open => await open.ExchangeDeclareAsync(Exchange, ExchangeType.Topic, durable: true));
        await StartServer();

        // Until our queue is bound, a mandatory message comes back, and is sent again.
        for (var id = 0; id < Events; id++)
        {
            await Publish("host.condition", Event(id));
            if (id % 10 == 0)
            {
                await Publish("host.rubbish", $"rubbish {id}");
            }

            switch (id)
            {
                case Events / 4:
                    await server!.Kill();
                    await server.DisposeAsync();
                    await StartServer();
                    break;
                case Events / 2:
                    await services.StopBroker();
                    await services.StartBroker();
                    break;
                case 3 * Events / 4:
                    await services.CrashDatabase();
                    break;
                case (3 * Events / 4) + 20:
                    await services.StartDatabase();
                    break;
            }
        }

        // The same again, as a sender does that never heard the broker's confirmation.
        for (var id = 0; id < 20; id++)
        {
            await Publish("host.condition", Event(id));
        }

        // What waits at the broker is not all: what the product holds is not acknowledged yet, and not counted there.
        await Condition.Until(
            async () => await Waiting(Queue) == 0 && await Raised() >= Events && (await Listed()).Length >= Rubbish && await Waiting(Queue + ".dead") >= Rubbish,
            TimeSpan.FromMinutes(2),
            $"everything is taken (see {services.Folder})");
        var (fingerprints, doubled, listed, dead) = (await Raised(), await Doubled(), await Listed(), await Waiting(Queue + ".dead"));
        output.WriteLine($"{Events + 20 + Rubbish} foreign messages: {fingerprints} conditions raised, {doubled} doubled, {listed.Length} listed as unreadable, {dead} dead letters");
        Assert.Equal(Events, fingerprints);
        Assert.Equal(0, doubled);
        Assert.Equal(Rubbish, listed.Length);
        Assert.All(listed, report => Assert.Equal("unreadable", report.GetProperty("kind").GetString()));
        var first = (await api.Get($"alerts/unmatched/{listed[0].GetProperty("id").GetString()}")).GetProperty("body").GetString();
        Assert.StartsWith("rubbish", first, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        api.Dispose();
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }

        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }

    private static string Event(int id) => JsonSerializer.Serialize(new
    {
        specversion = "1.0",
        id = $"{id}",
        source = "/snmp",
        type = "drorchestrator.host.condition.raised",
        time = "2026-03-01T02:14:11Z",
        data = new { host = Hosts[id % 4], name = "LinkDown", fingerprint = $"link-{id}" },
    });

    private async Task StartServer()
    {
        server = TestServer.Start(services, Schema, Port, Schema, more: new Dictionary<string, string>
        {
            ["DR_EVENTSRABBITMQ"] = services.RabbitMq,
            ["DR_EVENTSEXCHANGE"] = Exchange,
            ["DR_EVENTSROUTINGKEY"] = "host.#",
            ["DR_EVENTSQUEUE"] = Queue,
        });
        await TestServer.WaitUntilUp(Port);
    }

    /// <summary>Confirmed and mandatory, and again until the broker has it in a queue.</summary>
    private Task Publish(string key, string body) => Connected(async open => await open.BasicPublishAsync(
        Exchange, key, mandatory: true, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes(body)));

    private async Task Connected(Func<IChannel, Task> act) => await Condition.Until(
        async () =>
        {
            try
            {
                if (channel is not { IsOpen: true })
                {
                    connection?.Dispose();
                    connection = await new ConnectionFactory { Uri = new Uri(services.RabbitMq), AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
                    channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
                }

                await act(channel);
                return true;
            }
            catch (Exception exception) when (exception is PublishException or AlreadyClosedException or OperationInterruptedException or BrokerUnreachableException or IOException)
            {
                return false;
            }
        },
        TimeSpan.FromSeconds(60),
        "the broker takes it");

    private async Task<long> Waiting(string queue)
    {
        var count = 0L;
        await Connected(async open => count = await open.MessageCountAsync(queue));
        return count;
    }

    private async Task<JsonElement[]> Listed() =>
        [.. (await api.Get("alerts/unmatched?limit=500")).GetProperty("reports").EnumerateArray().Where(report => report.GetProperty("way").GetString() == "foreign-message")];

    private Task<long> Raised() => Scalar("select count(distinct data->'condition'->>'fingerprint') from {schema}.mt_events where type = 'host_condition_raised'");

    private Task<long> Doubled() => Scalar(
        "select count(*) from (select 1 from {schema}.mt_events where type = 'host_condition_raised' group by data->'condition'->>'fingerprint' having count(*) > 1) doubled");

    private async Task<long> Scalar(string sql)
    {
        try
        {
            await using var command = services.Source.CreateCommand(sql.Replace("{schema}", Schema, StringComparison.Ordinal));
            return (long)(await command.ExecuteScalarAsync())!;
        }
        catch (NpgsqlException)
        {
            return -1;
        }
    }
}
