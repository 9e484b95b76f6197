using DrOrchestrator.Engine.Messaging;

namespace DrOrchestrator.Server.Hosting;

/// <summary>Runs the sweep for as long as the process lives; every process sweeps, rows are shared out by the database.</summary>
public sealed class SweepService(Sweep sweep) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => sweep.Run(stoppingToken);
}
