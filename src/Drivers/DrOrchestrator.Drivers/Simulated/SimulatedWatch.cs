using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Moves;

namespace DrOrchestrator.Drivers.Simulated;

/// <summary>One watching of one migration: what was told already, and when to stop.</summary>
internal sealed class SimulatedWatch(SimulatedDriver driver, SimulatedFleet fleet, SimulatedDriverOptions options, MigrationRequest request)
{
    private readonly List<MigrationProgress> news = [];
    private readonly DateTimeOffset began = fleet.Time.GetUtcNow();
    private int told;
    private MigrationProgress? last;
    private DateTimeOffset? silentSince;
    private bool abortTried;
    private string? why;

    /// <summary>Asks the source once. False: it is over, or there is nobody to ask any more.</summary>
    public async Task<bool> Next(CancellationToken cancellationToken)
    {
        var now = fleet.Time.GetUtcNow();
        switch (await driver.InspectJob(request, cancellationToken))
        {
            case Outcome<SimulatedJob>.Done { Value: var job }:
                silentSince = null;
                why = abortTried ? why : job.Failure;
                Take(job);
                return job.IsUnderWay && !fleet.Options.Instant && await InTime(job.Elapsed, cancellationToken);
            default:
                silentSince ??= now;
                return now - silentSince < options.ContactBound && now - began < request.Options.Timeout + options.ContactBound
                    && !fleet.Options.Instant;
        }
    }

    public IReadOnlyList<MigrationProgress> TakeNew()
    {
        MigrationProgress[] taken = [.. news];
        news.Clear();
        return taken;
    }

    public Task Pause(CancellationToken cancellationToken) => Task.Delay(options.PollInterval, fleet.Time, cancellationToken);

    public async Task<MigrationEnd> End(CancellationToken cancellationToken)
    {
        // What comes after this worker's own attempt has a higher generation: of its own or before it is what may be left.
        await driver.SettleWaiting(request, request.Generation + 1, cancellationToken);
        var source = Seen(await driver.InspectVm(request.Source, request.Vm, cancellationToken));
        var destination = Seen(await driver.InspectVm(request.Destination, request.Vm, cancellationToken));
        var result = MigrationVerdict.After(request, source, destination, why);
        return new MigrationEnd(result, source, destination, last?.ExpectedDowntime, last?.Transferred);
    }

    private void Take(SimulatedJob job)
    {
        foreach (var entry in job.Entered.Skip(told))
        {
            told++;
            last = entry;
            news.Add(entry);
        }

        if (job is { IsUnderWay: true, Current: { } current } && current != last)
        {
            last = current;
            news.Add(current);
        }
    }

    /// <summary>Past the transfer's deadline it is aborted once; past the point of no return it is given its time.</summary>
    private async Task<bool> InTime(TimeSpan elapsed, CancellationToken cancellationToken)
    {
        if (elapsed < request.Options.Timeout)
        {
            return true;
        }

        if (!abortTried)
        {
            abortTried = true;
            why = $"The transfer did not end within {request.Options.Timeout.TotalSeconds:0.#} s and was aborted.";
            await driver.EnsureAborted(request, cancellationToken);
        }

        return elapsed < request.Options.Timeout + options.ContactBound;
    }

    private static VmCopy? Seen(Outcome<VmCopy> outcome) => outcome is Outcome<VmCopy>.Done { Value: var copy } ? copy : null;
}
