using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Engine;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Server.Api;
using DrOrchestrator.Server.Api.Fleet;
using DrOrchestrator.Server.Api.Streams;
using DrOrchestrator.Server.Configuration;
using DrOrchestrator.Server.Identity;
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

    private TestServerHost(Action<IdentityOptionsDraft>? configure)
    {
        Store = new MemoryEventStore(Clock);
        var draft = new IdentityOptionsDraft();
        configure?.Invoke(draft);
        var inventory = YamlInventory.Parse("inventory.yaml", Samples.Inventory);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders().AddProvider(Log);
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddSingleton(new EngineOptions { Worker = "test" });
        builder.Services.AddSingleton<IEventStore>(Store);
        builder.Services.AddSingleton<IEventRecord>(Store);
        builder.Services.AddSingleton<StreamHandler>();
        builder.Services.AddSingleton<IInventory>(inventory);
        builder.Services.AddSingleton<IHostNames>(inventory);
        builder.Services.AddSingleton<IPlanCatalog>(new PlanCatalog([PlanCatalog.Parse("evacuate-host.yaml", Samples.Plan)]));
        builder.Services.AddSingleton<IKeyStore>(Keys);
        builder.Services.AddSingleton<IAccessTrail>(Trail);
        builder.Services.AddSingleton<IFleetView>(Fleet);
        builder.Services.AddDrOrchestratorApi(new IdentityOptions { FirstKeyPath = FirstKeyPath, TrailEntriesPerSource = draft.PerSource, TrailEntriesInAll = draft.InAll });
        app = builder.Build();
        app.Use(async (context, next) =>
        {
            context.Connection.RemoteIpAddress = Remote;
            await next(context);
        });
        app.MapDrOrchestratorApi();
    }

    public SteppedClock Clock { get; } = new();

    public MemoryEventStore Store { get; }

    public InMemoryKeyStore Keys { get; } = new();

    public InMemoryAccessTrail Trail { get; } = new();

    public StandingFleet Fleet { get; } = new();

    public KeptLog Log { get; } = new();

    /// <summary>Where calls seem to come from.</summary>
    public IPAddress Remote { get; set; } = IPAddress.Loopback;

    public string FirstKeyPath => Path.Combine(folder, "first.key");

    public static async Task<TestServerHost> Start(Action<IdentityOptionsDraft>? configure = null)
    {
        var host = new TestServerHost(configure);
        await host.app.StartAsync();
        return host;
    }

    /// <summary>A client without a key.</summary>
    public HttpClient Anonymous() => app.GetTestClient();

    public HttpClient With(string key)
    {
        var client = app.GetTestClient();
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
    public int PerSource { get; set; } = 10;

    public int InAll { get; set; } = 100;
}
