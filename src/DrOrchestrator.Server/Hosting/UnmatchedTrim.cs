using DrOrchestrator.Server.Ingest.Unmatched;

namespace DrOrchestrator.Server.Hosting;

/// <summary>Lets old reports go that were not used; every process does, and what one has done the next finds done.</summary>
public sealed class UnmatchedTrim(IUnmatchedReports reports, TimeProvider clock, ILogger<UnmatchedTrim> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Every, clock, stoppingToken);
            try
            {
                await reports.Trim(stoppingToken);
            }
            catch (Exception exception)
            {
                // What fails while this is told to stop is the stop, whatever broke first.
                stoppingToken.ThrowIfCancellationRequested();
                log.LogWarning("Old unmatched reports were not let go ({Error}); the next try is in {Every}", exception.Message, Every);
            }
        }
    }
}
