using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Planning;

namespace DrOrchestrator.Drivers.Simulated.Remote;

/// <summary>
/// The simulated driver's other half, where the fleet lives in another process (kill tests, benchmarks). A
/// connection that breaks makes the outcome unknown, as with a real host.
/// </summary>
/// <param name="http">Its base address is the fleet's.</param>
/// <param name="json">How values look in JSON; the same at both ends.</param>
public sealed class RemoteSimulatedDriver(HttpClient http, JsonSerializerOptions json) : IHypervisorDriver, IGuestProbe
{
    public string Name => SimulatedDriver.DriverName;

    public Capabilities Capabilities { get; } = new SimulatedDriver(new SimulatedFleet(TimeProvider.System)).Capabilities;

    public Task<Outcome<HostFacts>> InspectHost(HostEndpoint host, CancellationToken cancellationToken) =>
        Call<HostFacts>("inspect-host", new FleetCall { Host = host }, cancellationToken);

    public Task<Outcome<IReadOnlyList<VmCopy>>> ListVms(HostEndpoint host, CancellationToken cancellationToken) =>
        Call<IReadOnlyList<VmCopy>>("list-vms", new FleetCall { Host = host }, cancellationToken);

    public Task<Outcome<VmCopy>> InspectVm(HostEndpoint host, VmRef vm, CancellationToken cancellationToken) =>
        Call<VmCopy>("inspect-vm", new FleetCall { Host = host, Vm = vm }, cancellationToken);

    public Task<Outcome<IReadOnlyList<Finding>>> Preflight(MigrationRequest request, CancellationToken cancellationToken) =>
        Call<IReadOnlyList<Finding>>("preflight", new FleetCall { Request = request }, cancellationToken);

    public Task<Outcome<Nothing>> EnsureMigration(MigrationRequest request, CancellationToken cancellationToken) =>
        Call<Nothing>("ensure-migration", new FleetCall { Request = request }, cancellationToken);

    public async IAsyncEnumerable<MigrationReport> WatchMigration(
        MigrationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "fleet/watch") { Content = JsonContent.Create(new FleetCall { Request = request }, options: json) };
        using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            yield return JsonSerializer.Deserialize<FleetReport>(line, json)!.ToReport();
        }
    }

    public Task<Outcome<Nothing>> EnsureAborted(MigrationRequest request, CancellationToken cancellationToken) =>
        Call<Nothing>("ensure-aborted", new FleetCall { Request = request }, cancellationToken);

    /// <summary>A simulated destination starts its guest by itself: nothing ever waits.</summary>
    public Task<Outcome<Nothing>> EnsureHandedOver(MigrationRequest request, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<Nothing>>(new Outcome<Nothing>.Done(Nothing.Value));

    public Task<Outcome<Nothing>> EnsureGeneration(HostEndpoint host, VmRef vm, long generation, CancellationToken cancellationToken) =>
        Call<Nothing>("ensure-generation", new FleetCall { Host = host, Vm = vm, Generation = generation }, cancellationToken);

    public Task<Outcome<Nothing>> EnsureStopped(HostEndpoint host, VmRef vm, CancellationToken cancellationToken) =>
        Call<Nothing>("ensure-stopped", new FleetCall { Host = host, Vm = vm }, cancellationToken);

    public Task<Outcome<Nothing>> EnsureStarted(HostEndpoint host, VmRef vm, long generation, CancellationToken cancellationToken) =>
        Call<Nothing>("ensure-started", new FleetCall { Host = host, Vm = vm, Generation = generation }, cancellationToken);

    public Task<Outcome<Nothing>> EnsureRemoved(HostEndpoint host, VmRef vm, CancellationToken cancellationToken) =>
        Call<Nothing>("ensure-removed", new FleetCall { Host = host, Vm = vm }, cancellationToken);

    public Task<Outcome<GuestObservation>> Observe(VmRef vm, GuestCheck check, CancellationToken cancellationToken) =>
        Call<GuestObservation>("guest", new FleetCall { Vm = vm, Check = check }, cancellationToken);

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<Outcome<T>> Call<T>(string verb, FleetCall call, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.PostAsJsonAsync(new Uri($"fleet/{verb}", UriKind.Relative), call, json, cancellationToken);
            response.EnsureSuccessStatusCode();
            return (await response.Content.ReadFromJsonAsync<FleetOutcome<T>>(json, cancellationToken))!.ToOutcome();
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new Outcome<T>.Unknown($"The simulated fleet did not answer: {exception.Message}");
        }
    }
}
