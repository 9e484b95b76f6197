namespace DrOrchestrator.Server.Probes;

/// <summary>
/// Where probing is switched off: what probes came to before is taken back. Only while nobody else leads, for a server that still probes does, and
/// after a whole interval, so that the last of them to be restarted can take the lead before.
/// </summary>
public sealed class ProbesOff(StrandedConditions stranded, IProbeLead lead, ProbeOptions options, TimeProvider clock, ILogger<ProbesOff> log) : BackgroundService
{
    /// <summary>One look.</summary>
    public async Task Once(CancellationToken cancellationToken)
    {
        if (!await lead.Take(cancellationToken))
        {
            return;
        }

        try
        {
            await stranded.TakeBack([], "probing is switched off", cancellationToken);
        }
        finally
        {
            await lead.Yield(CancellationToken.None);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(options.Every, clock, stoppingToken);
            try
            {
                await Once(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("What probes came to before they were switched off was not looked for ({Error}); again in {Every}", exception.Message, options.Every);
            }
        }
    }
}
