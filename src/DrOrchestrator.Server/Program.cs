using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Work;
using DrOrchestrator.Server.Api;
using DrOrchestrator.Server.Api.Fleet;
using DrOrchestrator.Server.Api.Streams;
using DrOrchestrator.Server.Bus;
using DrOrchestrator.Server.Concerns;
using DrOrchestrator.Server.Configuration;
using DrOrchestrator.Server.Hosting;
using DrOrchestrator.Server.Identity;
using DrOrchestrator.Server.Ingest.Amqp;
using DrOrchestrator.Server.Ingest.Unmatched;
using DrOrchestrator.Server.Probes;
using DrOrchestrator.Server.Publishing;
using DrOrchestrator.Server.Readiness;
using DrOrchestrator.Server.Telemetry;
using DrOrchestrator.Store;
using OpenTelemetry.Trace;

var builder = WebApplication.CreateBuilder(args);
builder.Configuration.AddEnvironmentVariables("DR_");
ListenAddress.Complete(builder.Configuration);
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
if (settings.Publishing is { } publishing)
{
    builder.Services.AddSingleton(publishing);
    builder.Services.AddSingleton<ForeignPublisher>();
    builder.Services.AddSingleton<IRecordFollower>(services => services.GetRequiredService<ForeignPublisher>());
    builder.Services.AddSingleton<IConcernSource>(services => services.GetRequiredService<ForeignPublisher>());
}

builder.Services.AddDrOrchestratorStore(settings.Store, documents =>
{
    documents.Schema.For<ApiKey>().DocumentAlias("api_key");
    documents.Schema.For<StoredRefusal>().DocumentAlias("access_refusal");
    documents.Storage.ExtendedSchemaObjects.Add(UnmatchedTables.ReportTable(settings.Store.Schema));
    documents.Storage.ExtendedSchemaObjects.Add(UnmatchedTables.BodyTable(settings.Store.Schema));
});
builder.Services.AddDrOrchestratorApi(settings.Identity, telemetry: settings.Telemetry);
if (settings.Telemetry.Traces is { } collector)
{
    builder.Services.AddDrOrchestratorTraces(settings.Engine.Worker, traces => traces.AddOtlpExporter(otlp => otlp.Endpoint = collector));
}

builder.Services.AddDrOrchestratorReadiness();
builder.Services.AddDrOrchestratorConcerns(settings.Concerns);
builder.Services.AddDrOrchestratorProbes(settings.Probes);
builder.Services.AddSingleton<IKeyStore, MartenKeyStore>();
builder.Services.AddSingleton<IAccessTrail, MartenAccessTrail>();
builder.Services.AddSingleton<IEventRecord, MartenEventRecord>();
builder.Services.AddSingleton<IUnmatchedReports, PostgresUnmatchedReports>();
builder.Services.AddHostedService<UnmatchedTrim>();
builder.Services.AddSingleton(new DiscoveryOptions(settings.DiscoverEvery));
builder.Services.AddSingleton<Observer>();
builder.Services.AddSingleton<ScopeReader>();
builder.Services.AddSingleton<Discovery>();
builder.Services.AddSingleton<IFleetView>(services => services.GetRequiredService<Discovery>());
builder.Services.AddHostedService(services => services.GetRequiredService<Discovery>());
builder.Services.AddHostedService<SweepService>();
builder.Services.AddHostedService<LimitsService>();
if (settings.Events is { } events)
{
    builder.Services.AddSingleton(events);
    builder.Services.AddSingleton<ForeignReading>();
    builder.Services.AddSingleton<ForeignIntake>();
    builder.Services.AddHostedService<ForeignExchange>();
}

builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(15));

var app = builder.Build();
app.MapDrOrchestratorApi();
await app.RunAsync();
return 0;
