using DrOrchestrator.Engine.Work;
using DrOrchestrator.Server.Api;
using DrOrchestrator.Server.Api.Fleet;
using DrOrchestrator.Server.Api.Streams;
using DrOrchestrator.Server.Bus;
using DrOrchestrator.Server.Configuration;
using DrOrchestrator.Server.Hosting;
using DrOrchestrator.Server.Identity;
using DrOrchestrator.Store;

var builder = WebApplication.CreateBuilder(args);
builder.Configuration.AddEnvironmentVariables("DR_");
builder.Logging.AddFilter("Marten.IDocumentStore", LogLevel.None);  // a page per routine conflict
builder.Logging.AddFilter("MassTransit.ReceiveTransport", LogLevel.Critical);
ServerSettings settings;
try
{
    settings = ServerSettings.From(builder.Configuration);
    builder.Services.AddDrOrchestratorDrivers(settings);
}
catch (Exception exception) when (exception is ConfigurationException or InvalidOperationException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 2;
}

// The bus before the store: the relay must not send before the queues exist.
builder.Services.AddDrOrchestratorEngine(settings.Engine);
builder.Services.AddDrOrchestratorBus(settings.Bus);
builder.Services.AddDrOrchestratorStore(settings.Store, documents =>
{
    documents.Schema.For<ApiKey>().DocumentAlias("api_key");
    documents.Schema.For<StoredRefusal>().DocumentAlias("access_refusal");
});
builder.Services.AddDrOrchestratorApi(settings.Identity);
builder.Services.AddSingleton<IKeyStore, MartenKeyStore>();
builder.Services.AddSingleton<IAccessTrail, MartenAccessTrail>();
builder.Services.AddSingleton<IEventRecord, MartenEventRecord>();
builder.Services.AddSingleton(new DiscoveryOptions(settings.DiscoverEvery));
builder.Services.AddSingleton<Observer>();
builder.Services.AddSingleton<Discovery>();
builder.Services.AddSingleton<IFleetView>(services => services.GetRequiredService<Discovery>());
builder.Services.AddHostedService(services => services.GetRequiredService<Discovery>());
builder.Services.AddHostedService<SweepService>();
builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(15));

var app = builder.Build();
app.MapDrOrchestratorApi();
await app.RunAsync();
return 0;
