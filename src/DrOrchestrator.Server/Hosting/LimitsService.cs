using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Streams;

namespace DrOrchestrator.Server.Hosting;

/// <summary>
/// Brings the inventory's limits to admission, and its rules and sites to the brakes, when the process starts. Servers with different inventories would each set
/// theirs at their start; the last one holds, and the record names who set what.
/// </summary>
public sealed class LimitsService(StreamHandler streams, IInventory inventory, EngineOptions engine, TimeProvider clock, ILogger<LimitsService> log) : BackgroundService
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var by = new Actor(engine.Worker);
        while (true)
        {
            try
            {
                await streams.Handle(StreamId.Admission, new AdmissionMessage.SetLimits(inventory.Limits, by), new Cause("set-limits", null, engine.Worker), stoppingToken);
                await streams.Handle(StreamId.Brakes, new BrakesMessage.SetRules(inventory.Brakes, by), new Cause("set-brake-rules", null, engine.Worker), stoppingToken);
                HostSite[] sites = [.. inventory.Hosts.Select(host => new HostSite(host.Host, host.Site))];
                await streams.Handle(StreamId.Brakes, new BrakesMessage.SetSites(sites, by), new Cause("set-brake-sites", null, engine.Worker), stoppingToken);
                return;
            }
            catch (Exception exception)
            {
                // What fails while this is told to stop is the stop, whatever broke first.
                stoppingToken.ThrowIfCancellationRequested();
                log.LogWarning("The limits of the inventory could not be recorded ({Error}); trying again in {Wait}", exception.Message, Again);
                await Task.Delay(Again, clock, stoppingToken);
            }
        }
    }
}
