using System.Collections.Concurrent;
using System.Net.Http.Json;

namespace DrOrchestrator.SystemTests.Ingest;

/// <summary>
/// Stands for a pair of Prometheus: says again and again to both replicas what fires and, for a while, what is over; the two
/// noticed each alert at different moments.
/// </summary>
internal sealed class Prometheus : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(300);

    private readonly ConcurrentDictionary<string, Alert> alerts = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Task[] telling;

    public Prometheus() => telling = [.. Enumerable.Range(0, 2).Select(Tell)];

    public void Fire(string name, string? instance, string id, params (string Name, string Value)[] labels)
    {
        var all = new Dictionary<string, string> { ["alertname"] = name, ["id"] = id };
        if (instance is not null)
        {
            all["instance"] = instance;
        }

        foreach (var (label, value) in labels)
        {
            all[label] = value;
        }

        alerts[$"{name}/{id}"] = new Alert(all, TimeProvider.System.GetUtcNow(), null);
    }

    public void Resolve(string name, string id) => alerts[$"{name}/{id}"] = alerts[$"{name}/{id}"] with { EndsAt = TimeProvider.System.GetUtcNow() };

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(telling);
        stop.Dispose();
    }

    private async Task Tell(int replica)
    {
        using var http = new HttpClient { BaseAddress = Alertmanagers.Address(replica), Timeout = TimeSpan.FromSeconds(2) };
        while (!stop.IsCancellationRequested)
        {
            var now = TimeProvider.System.GetUtcNow();
            var list = alerts.Values.Select(alert => new
            {
                labels = alert.Labels,
                annotations = new { summary = "A test." },
                startsAt = alert.StartsAt + (replica * TimeSpan.FromMilliseconds(170)),
                endsAt = alert.EndsAt ?? now.AddMinutes(2),
            }).ToArray();
            try
            {
                using var answer = await http.PostAsJsonAsync(new Uri("api/v2/alerts", UriKind.Relative), list);
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                // It is being restarted; the next round tells it everything.
            }

            await Task.Delay(Every, TimeProvider.System);
        }
    }

    private sealed record Alert(IReadOnlyDictionary<string, string> Labels, DateTimeOffset StartsAt, DateTimeOffset? EndsAt);
}
