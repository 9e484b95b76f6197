using System.Globalization;
using DrOrchestrator.SystemTests.Infrastructure;

namespace DrOrchestrator.SystemTests.Ingest;

/// <summary>Two replicas of a real Alertmanager that gossip on loopback, both pointed at the product's webhook.</summary>
internal sealed class Alertmanagers(string folder, string webhook, string keyFile) : IAsyncDisposable
{
    private readonly ChildProcess?[] replicas = new ChildProcess?[2];

    public static Uri Address(int replica) => new($"http://127.0.0.1:{15941 + replica}/");

    public async Task Start()
    {
        string Receiver(string name, string more) => $$"""
              - name: {{name}}
                webhook_configs:
                  - url: {{webhook}}
                    send_resolved: true{{more}}
                    http_config:
                      authorization:
                        credentials_file: {{keyFile}}
            """;
        await File.WriteAllTextAsync(Path.Combine(folder, "alertmanager.yml"), $$"""
            route:
              receiver: whole
              group_by: [alertname]
              group_wait: 300ms
              group_interval: 1s
              repeat_interval: 2s
              routes:
                - matchers: ['bulk="yes"']
                  receiver: few
            receivers:
            {{Receiver("whole", "")}}
            {{Receiver("few", "\n        max_alerts: 2")}}

            """);
        await Task.WhenAll(Start(0), Start(1));
    }

    public async Task Start(int replica)
    {
        replicas[replica] = ChildProcess.Start(
            "prometheus-alertmanager", Path.Combine(folder, $"alertmanager-{replica}.log"), [],
            "--config.file=" + Path.Combine(folder, "alertmanager.yml"),
            "--storage.path=" + Path.Combine(folder, $"alertmanager-{replica}"),
            $"--web.listen-address=127.0.0.1:{15941 + replica}",
            $"--cluster.listen-address=127.0.0.1:{15943 + replica}",
            $"--cluster.peer=127.0.0.1:{15944 - replica}",
            "--cluster.peer-timeout=2s", "--cluster.gossip-interval=50ms", "--cluster.pushpull-interval=2s", "--cluster.settle-timeout=10s", "--cluster.reconnect-interval=1s");
        using var http = new HttpClient();
        await Condition.Until(
            async () =>
            {
                try
                {
                    return (await http.GetAsync(new Uri(Address(replica), "-/ready"))).IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(30),
            $"Alertmanager {replica} answers (see {folder})");
    }

    /// <summary>kill -9, and up again with what it had on disk.</summary>
    public async Task Restart(int replica)
    {
        await replicas[replica]!.Kill();
        await replicas[replica]!.DisposeAsync();
        await Start(replica);
    }

    /// <summary>Whether each replica sees both.</summary>
    public static async Task<bool> Gossip()
    {
        using var http = new HttpClient();
        var texts = await Task.WhenAll(http.GetStringAsync(new Uri(Address(0), "metrics")), http.GetStringAsync(new Uri(Address(1), "metrics")));
        return texts.All(text => Value(text, "alertmanager_cluster_members") == 2);
    }

    /// <summary>Notifications that the replicas have tried to deliver to the webhook since they started.</summary>
    public static async Task<double> Notifications()
    {
        using var http = new HttpClient();
        var texts = await Task.WhenAll(http.GetStringAsync(new Uri(Address(0), "metrics")), http.GetStringAsync(new Uri(Address(1), "metrics")));
        return texts.Sum(text => Value(text, "alertmanager_notifications_total{integration=\"webhook\"}"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in replicas)
        {
            if (replica is not null)
            {
                await replica.DisposeAsync();
            }
        }
    }

    private static double Value(string metrics, string name) => metrics.Split('\n')
        .Where(line => line.StartsWith(name + " ", StringComparison.Ordinal))
        .Select(line => double.Parse(line[(name.Length + 1)..], CultureInfo.InvariantCulture)).FirstOrDefault();
}
