using DrOrchestrator.Engine;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Server.Bus;
using DrOrchestrator.Server.Hosting;
using DrOrchestrator.Store;

var builder = WebApplication.CreateBuilder(args);
builder.Configuration.AddEnvironmentVariables("DR_");
builder.Logging.AddFilter("Marten.IDocumentStore", LogLevel.None);  // a page per routine conflict
builder.Logging.AddFilter("MassTransit.ReceiveTransport", LogLevel.Critical);
var settings = ServerSettings.From(builder.Configuration);

// The bus before the store: the relay must not send before the queues exist.
builder.Services.AddDrOrchestratorEngine(settings.Engine);
builder.Services.AddDrOrchestratorBus(settings.Bus);
builder.Services.AddDrOrchestratorStore(settings.Store);
builder.Services.AddDrOrchestratorDrivers(settings);
builder.Services.AddHostedService<SweepService>();
builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(15));

var app = builder.Build();
app.MapGet("/healthz", () => Results.Text("ok"));
await app.RunAsync();
