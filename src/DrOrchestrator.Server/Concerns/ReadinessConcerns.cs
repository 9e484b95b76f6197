using DrOrchestrator.Engine;
using DrOrchestrator.Server.Readiness;

namespace DrOrchestrator.Server.Concerns;

/// <summary>What keeps this very process from its work; told although the record can not be read.</summary>
public sealed class ReadinessConcerns(ServerReadiness readiness, EngineOptions engine, TimeProvider clock) : IConcernSource
{
    /// <summary>A start, a broker's restart and a change of the relay's leader take less.</summary>
    private static readonly TimeSpan IsNewsAfter = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, DateTimeOffset> since = new(StringComparer.Ordinal);

    public async Task<IReadOnlyList<Concern>> Now(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var concerns = new List<Concern>();
        foreach (var check in (await readiness.Now(cancellationToken)).Checks)
        {
            if (check.Wrong is null)
            {
                since.Remove(check.Name);
                continue;
            }

            since.TryAdd(check.Name, now);
            if (now - since[check.Name] >= IsNewsAfter)
            {
                concerns.Add(new Concern(
                    ConcernKind.DrServerNotReady,
                    [new("server", engine.Worker), new("check", check.Name)],
                    $"{engine.Worker} is not ready: {check.Name}. {check.Wrong}",
                    "Look at the server's log, and at what it depends on.",
                    "curl …/health/ready",
                    since[check.Name]));
            }
        }

        return concerns;
    }
}
