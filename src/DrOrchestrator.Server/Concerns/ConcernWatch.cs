using DrOrchestrator.Server.Readiness;

namespace DrOrchestrator.Server.Concerns;

/// <summary>
/// Looks at what stands, again and again, and tells whoever listens. Level-triggered: each round starts from the record, so nothing
/// depends on what this process saw before.
/// <para>While a source can not be asked, what it said last goes on standing, for nothing says that it ended; the heartbeat is
/// then left out, and whoever watches it alarms.</para>
/// </summary>
public sealed class ConcernWatch(
    IEnumerable<IConcernSource> sources, ServerReadiness readiness, AlertSender alerts, HeartbeatSender heartbeat, ConcernOptions options, TimeProvider clock,
    ILogger<ConcernWatch> log) : BackgroundService
{
    private readonly (IConcernSource Source, IReadOnlyList<Concern> Said)[] known = [.. sources.Select(source => (source, (IReadOnlyList<Concern>)[]))];

    /// <summary>More than this, the least urgent left out, tells nobody anything.</summary>
    private const int Most = 1000;

    /// <summary>What stood at the last look, most urgent first.</summary>
    public IReadOnlyList<Concern> Standing { get; private set; } = [];

    /// <summary>One round: looks, then tells.</summary>
    public async Task Once(CancellationToken cancellationToken)
    {
        var heard = true;
        for (var index = 0; index < known.Length; index++)
        {
            try
            {
                known[index].Said = await known[index].Source.Now(cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                heard = false;
                log.LogWarning("{Source} could not be asked what stands ({Error}); what it said before goes on standing", known[index].Source.GetType().Name, exception.Message);
            }
        }

        Standing = [.. known.SelectMany(entry => entry.Said).OrderBy(concern => concern.Kind).Take(Most)];
        var alive = heard && (await readiness.Now(cancellationToken)).Ready;
        await alerts.Tell(Standing, alive, cancellationToken);
        if (alive)
        {
            await heartbeat.Beat(cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Once(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(exception, "A round of telling what stands broke off; the next is in {Every}", options.Every);
            }

            await Task.Delay(options.Every, clock, stoppingToken);
        }
    }
}
