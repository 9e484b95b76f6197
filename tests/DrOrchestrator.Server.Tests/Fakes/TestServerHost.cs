using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Drivers.Simulated;
using DrOrchestrator.Drivers;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Engine.Work;
using DrOrchestrator.Engine;
using DrOrchestrator.Server.Api.Fleet;
using DrOrchestrator.Server.Api.Streams;
using DrOrchestrator.Server.Api;
using DrOrchestrator.Server.Configuration;
using DrOrchestrator.Server.Hosting;
using DrOrchestrator.Server.Identity;
using DrOrchestrator.Server.Ingest.Amqp;
using DrOrchestrator.Server.Ingest.Unmatched;
using DrOrchestrator.Server.Readiness;
using DrOrchestrator.Server.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DrOrchestrator.Server.Tests.Fakes;

/// <summary>The API over streams in memory, as an HTTP client sees it.</summary>
internal sealed class TestServerHost : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly string folder = Directory.CreateTempSubdirectory("dro-test-").FullName;

    private TestServerHost(Action<IdentityOptionsDraft>? configure, int attempts)
    {
        Store = new MemoryEventStore(Clock);
        var draft = new IdentityOptionsDraft();
        configure?.Invoke(draft);
        var inventory = YamlInventory.Parse("inventory.yaml", Samples.Inventory);
        var builder = WebApplication.CreateSlimBuilder();
        if (draft.Kestrel)
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0");
        }
        else
        {
            builder.WebHost.UseTestServer();
        }

        builder.Logging.ClearProviders().AddProvider(Log);
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddSingleton(new EngineOptions { Worker = "test" });
        builder.Services.AddSingleton<IEventStore>(Store);
        builder.Services.AddSingleton<IEventRecord>(Store);
        builder.Services.AddSingleton<StreamHandler>();
        foreach (var host in inventory.Hosts)
        {
            Hypervisors.AddHost(new SimulatedHostSettings(host.Host, host.Site));
        }

        builder.Services.AddSingleton<IDrivers>(new DriverSet(
            new SimulatedGuests(Hypervisors), new Dictionary<string, IHypervisorDriver> { ["simulated"] = new SimulatedDriver(Hypervisors) }));
        builder.Services.AddSingleton<Observer>();
        builder.Services.AddSingleton<ScopeReader>();
        builder.Services.AddSingleton<IInventory>(inventory);
        builder.Services.AddSingleton<IHostNames>(inventory);
        builder.Services.AddSingleton<IPlanCatalog>(new PlanCatalog([PlanCatalog.Parse("evacuate-host.yaml", draft.Plan)]));
        builder.Services.AddSingleton<IKeyStore>(Keys);
        builder.Services.AddSingleton<IAccessTrail>(Trail);
        builder.Services.AddSingleton<IUnmatchedReports>(Unmatched);
        builder.Services.AddSingleton<IFleetView>(Fleet);
        foreach (var probe in Probes)
        {
            builder.Services.AddSingleton<IReadinessProbe>(probe);
        }

        builder.Services.AddSingleton(new ForeignExchangeOptions { Broker = new Uri("amqp://nowhere"), Queue = ForeignQueue, Attempts = attempts });
        builder.Services.AddSingleton<ForeignReading>();
        builder.Services.AddSingleton<ForeignIntake>();
        builder.Services.AddDrOrchestratorApi(new IdentityOptions { FirstKeyPath = FirstKeyPath, TrailEntriesPerSource = draft.PerSource, TrailEntriesInAll = draft.InAll }, telemetry: new TelemetryOptions { MetricsOpenOnLoopback = draft.MetricsOpen });
        app = builder.Build();
        app.Use(async (context, next) =>
        {
            context.Connection.RemoteIpAddress = Remote;
            await next(context);
        });
        app.MapDrOrchestratorApi();
    }

    public const string ForeignQueue = "events";

    public SteppedClock Clock { get; } = new();

    /// <summary>Where messages of a foreign exchange come in, without a broker.</summary>
    public ForeignIntake Foreign => Get<ForeignIntake>();

    public MemoryEventStore Store { get; }

    public StreamHandler Streams => app.Services.GetRequiredService<StreamHandler>();

    public InMemoryKeyStore Keys { get; } = new();

    public InMemoryAccessTrail Trail { get; } = new();

    public MemoryUnmatchedReports Unmatched { get; } = new();

    public StandingFleet Fleet { get; } = new();

    /// <summary>The simulated hosts of the inventory.</summary>
    public SimulatedFleet Hypervisors { get; } = new(TimeProvider.System);

    public KeptLog Log { get; } = new();

    public IReadOnlyList<ScriptedProbe> Probes { get; } = [new("database"), new("relay")];

    /// <summary>Where calls seem to come from.</summary>
    public IPAddress Remote { get; set; } = IPAddress.Loopback;

    public string FirstKeyPath => Path.Combine(folder, "first.key");

    public static async Task<TestServerHost> Start(Action<IdentityOptionsDraft>? configure = null, int attempts = 5)
    {
        var host = new TestServerHost(configure, attempts);
        await host.app.StartAsync();
        return host;
    }

    public T Get<T>() where T : notnull => app.Services.GetRequiredService<T>();

    /// <summary>Says that the process is to end, as a signal does.</summary>
    public void Stop() => app.Lifetime.StopApplication();

    /// <summary>A client without a key.</summary>
    public HttpClient Anonymous() => app.Urls.FirstOrDefault() is { } url ? new HttpClient { BaseAddress = new Uri(url) } : app.GetTestClient();

    public HttpClient With(string key)
    {
        var client = Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    /// <summary>A client of a new key with these scopes.</summary>
    public async Task<HttpClient> As(string subject, params string[] scopes)
    {
        using var admin = With((await File.ReadAllTextAsync(FirstKeyPath)).Trim());
        using var response = await admin.PostAsJsonAsync("/api/v1/keys", new CreateKeyRequest(subject, scopes), ContractJson.Options);
        response.EnsureSuccessStatusCode();
        return With((await response.Content.ReadFromJsonAsync<CreatedKey>(ContractJson.Options))!.Key);
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

internal sealed class IdentityOptionsDraft
{
    /// <summary>A real server on a port of this machine, for what the one in memory does otherwise.</summary>
    public bool Kestrel { get; set; }

    public int PerSource { get; set; } = 10;

    public int InAll { get; set; } = 100;

    public bool MetricsOpen { get; set; }

    public string Plan { get; set; } = Samples.Plan;
}
