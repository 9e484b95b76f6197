using Npgsql;

namespace DrOrchestrator.SystemTests.Infrastructure;

/// <summary>A private database with fsync on, and a private broker, for one test class.</summary>
public sealed class Services : IAsyncLifetime
{
    /// <summary>The collection of the classes that have one: the ports are the same, so they run one after the other.</summary>
    public const string OneByOne = "services";

    private const string Port = "15932";

    private NpgsqlDataSource? source;

    public string Folder { get; } = Directory.CreateTempSubdirectory("dr-services-").FullName;

    public string Database { get; private set; } = "";

    public string RabbitMq { get; private set; } = "";

    public NpgsqlDataSource Source => source ?? throw new InvalidOperationException("The services did not come up.");

    public async ValueTask InitializeAsync()
    {
        // The database runs as a user of its own and must be able to walk to its folder.
        File.SetUnixFileMode(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        await ChildProcess.Script("deploy/services", "up", Folder, Port);
        var settings = (await File.ReadAllLinesAsync(Path.Combine(Folder, "services.env")))
            .Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        Database = settings["DR_DATABASE"];
        RabbitMq = settings["DR_RABBITMQ"];
        source = NpgsqlDataSource.Create(Database);
    }

    public Task CrashDatabase() => ChildProcess.Script("deploy/services", "crash-database", Folder, Port);

    public Task StartDatabase() => ChildProcess.Script("deploy/services", "start-database", Folder, Port);

    public Task StopBroker() => ChildProcess.Script("deploy/services", "stop-broker", Folder, Port);

    public Task StartBroker() => ChildProcess.Script("deploy/services", "start-broker", Folder, Port);

    public async ValueTask DisposeAsync()
    {
        if (source is not null)
        {
            await source.DisposeAsync();
        }

        await ChildProcess.Script("deploy/services", "down", Folder, Port);
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>Classes with a database and a broker of their own run one after the other: the ports are the same.</summary>
[CollectionDefinition(Services.OneByOne)]
public sealed class ServicesCollection;
