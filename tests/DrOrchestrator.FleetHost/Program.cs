using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers;
using DrOrchestrator.Drivers.Simulated;
using DrOrchestrator.Drivers.Simulated.Remote;
using DrOrchestrator.Engine.Serialization;
using DrOrchestrator.FleetHost;

// A simulated fleet in a process of its own: servers may be killed, the hypervisors go on, and every
// effect that was truly executed is on disk before its caller hears of it.
//   --url http://127.0.0.1:PORT  --journal FILE  --vms N  [--hosts-per-site N] [--on-every-host N] [--memory MIB] [--bandwidth MBIT] [--instant true]
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.ConfigureHttpJsonOptions(json => EngineJson.Configure(json.SerializerOptions));
builder.WebHost.UseUrls(builder.Configuration["url"] ?? "http://127.0.0.1:5090");
var app = builder.Build();
var settings = FleetSettings.From(app.Configuration);
using var journal = new EffectJournal(settings.JournalPath);
var fleet = settings.Build(TimeProvider.System);
fleet.OnEffect += journal.Write;
fleet.OnRunningChanged += journal.Write;
await using var driver = new SimulatedDriver(fleet, new SimulatedDriverOptions { PollInterval = settings.Poll });
var guests = new SimulatedGuests(fleet);

void Answer<T>(string verb, Func<FleetCall, CancellationToken, Task<Outcome<T>>> call) =>
    app.MapPost($"/fleet/{verb}", async (FleetCall body, CancellationToken token) => FleetOutcome<T>.From(await call(body, token)));

// An effect runs to its end even if its caller vanishes, as a hypervisor's does.
Answer<HostFacts>("inspect-host", (c, t) => driver.InspectHost(c.Host!, t));
Answer<IReadOnlyList<VmCopy>>("list-vms", (c, t) => driver.ListVms(c.Host!, t));
Answer<VmCopy>("inspect-vm", (c, t) => driver.InspectVm(c.Host!, c.Vm!, t));
Answer<IReadOnlyList<Finding>>("preflight", (c, t) => driver.Preflight(c.Request!, t));
Answer<Nothing>("ensure-migration", (c, _) => driver.EnsureMigration(c.Request!, CancellationToken.None));
Answer<Nothing>("ensure-aborted", (c, _) => driver.EnsureAborted(c.Request!, CancellationToken.None));
Answer<Nothing>("ensure-generation", (c, _) => driver.EnsureGeneration(c.Host!, c.Vm!, c.Generation, CancellationToken.None));
Answer<Nothing>("ensure-stopped", (c, _) => driver.EnsureStopped(c.Host!, c.Vm!, CancellationToken.None));
Answer<Nothing>("ensure-started", (c, _) => driver.EnsureStarted(c.Host!, c.Vm!, c.Generation, CancellationToken.None));
Answer<Nothing>("ensure-removed", (c, _) => driver.EnsureRemoved(c.Host!, c.Vm!, CancellationToken.None));
Answer<GuestObservation>("guest", (c, t) => guests.Observe(c.Vm!, c.Check!, t));
app.MapPost("/fleet/watch", async (FleetCall body, HttpResponse response, CancellationToken token) =>
{
    response.ContentType = "application/x-ndjson";
    await foreach (var report in driver.WatchMigration(body.Request!, token))
    {
        await response.WriteAsync(System.Text.Json.JsonSerializer.Serialize(FleetReport.From(report), EngineJson.Options) + "\n", token);
        await response.Body.FlushAsync(token);
    }
});
app.MapGet("/fleet/running", () => settings.Vms.Select(entry => new { vm = entry.Vm.Id.Value, hosts = fleet.RunningOn(entry.Vm.Id).Select(host => host.Value) }));
await app.RunAsync();
