using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using DrOrchestrator.SystemTests.Infrastructure;

namespace DrOrchestrator.SystemTests.Telling;

/// <summary>
/// Two real Alertmanagers, which hear of what waits for a person, over a kill of the server. Each of them routes everything it has
/// back to the server, whose only plan takes any critical alert: its own must not come to anything.
/// </summary>
[Collection(Services.OneByOne)]
public sealed class AlertmanagerTests(Services services) : IClassFixture<Services>
{
    private const int Server = 15983;
    private const int One = 15984;
    private const int Two = 15985;
    private const string Program = "/usr/bin/prometheus-alertmanager";

    [Fact]
    public async Task A_waiting_decision_stands_in_every_Alertmanager_until_it_is_over_and_comes_back_to_nothing()
    {
        if (!File.Exists(Program))
        {
            Assert.Skip("Alertmanager is not installed: apt-get install prometheus-alertmanager");
        }

        var runbooks = Runbooks();
        ChildProcess Start() => TestServer.Start(services, "telling", Server, "telling", runbooks, more: new Dictionary<string, string>
        {
            ["DR_FLEET"] = "",
            ["DR_ALERTMANAGERS"] = $"http://127.0.0.1:{One},http://127.0.0.1:{Two}",
            ["DR_TELLEVERYSECONDS"] = "1",
        });
        var server = Start();
        try
        {
            await TestServer.WaitUntilUp(Server);
            using var api = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Server}") };
            api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(services.Folder, "telling-key"))).Trim());
            await using var one = await StartAlertmanager(One);
            await using var two = await StartAlertmanager(Two);

            // No host of the inventory is called zz9, so what to do is for a person to say.
            await Post(One, Alert(ends: null));
            foreach (var port in new[] { One, Two })
            {
                await Condition.Until(async () => (await Standing(port, "DrDecisionWaiting")).Length == 1, TimeSpan.FromSeconds(60), $"the decision waits in the Alertmanager on {port}");
                await Condition.Until(async () => (await Standing(port, "DrOrchestratorHeartbeat")).Length == 1, TimeSpan.FromSeconds(20), $"the heartbeat is on {port}");
            }

            var waiting = (await Standing(Two, "DrDecisionWaiting"))[0];
            Assert.Equal("zz9", waiting.GetProperty("labels").GetProperty("host").GetString());
            Assert.Equal("HostNotInInventory", waiting.GetProperty("labels").GetProperty("diagnosis").GetString());
            Assert.Equal("Add it, or correct the alert's host label.", waiting.GetProperty("annotations").GetProperty("way_out").GetString());
            Assert.StartsWith("drctl run start", waiting.GetProperty("annotations").GetProperty("command").GetString(), StringComparison.Ordinal);

            await Condition.Until(async () => await OwnReceived(api) > 0, TimeSpan.FromSeconds(30), "our own alert came back by the webhook");
            Assert.Single((await api.GetFromJson("/api/v1/hosts/zz9")).GetProperty("host").GetProperty("conditions").EnumerateArray());
            Assert.Equal(0, (await api.GetFromJson("/api/v1/runs")).GetProperty("runs").GetArrayLength());
            Assert.Empty(await Standing(Two, "DrAlertUnmatched"));

            await server.Kill();
            await server.DisposeAsync();
            server = Start();
            await TestServer.WaitUntilUp(Server);
            Assert.Single(await Standing(Two, "DrDecisionWaiting"));
            await Condition.Until(async () => (await Updated(Two)) > (waiting.GetProperty("updatedAt").GetDateTimeOffset()), TimeSpan.FromSeconds(30), "the next server tells it again");

            await Post(One, Alert(ends: TimeProvider.System.GetUtcNow()));
            foreach (var port in new[] { One, Two })
            {
                await Condition.Until(async () => (await Standing(port, "DrDecisionWaiting")).Length == 0, TimeSpan.FromSeconds(60), $"the decision is over on {port}");
                Assert.Single(await Standing(port, "DrOrchestratorHeartbeat"));
            }
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private async Task<ChildProcess> StartAlertmanager(int port)
    {
        var folder = Directory.CreateDirectory(Path.Combine(services.Folder, $"alertmanager-{port}")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "alertmanager.yml"), $"""
            route:
              receiver: drorchestrator
              group_by: [alertname]
              group_wait: 1s
              group_interval: 1s
              repeat_interval: 5s
            receivers:
              - name: drorchestrator
                webhook_configs:
                  - url: http://127.0.0.1:{Server}/api/v1/alerts/alertmanager
                    send_resolved: true
                    http_config:
                      authorization:
                        credentials_file: {Path.Combine(services.Folder, "telling-key")}
            """);
        var process = ChildProcess.Start(
            Program, Path.Combine(folder, "log"), [],
            $"--config.file={folder}/alertmanager.yml", $"--storage.path={folder}/data", $"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=");
        using var http = new HttpClient();
        await Condition.Until(
            async () =>
            {
                try
                {
                    return (await http.GetAsync(new Uri($"http://127.0.0.1:{port}/-/ready"))).IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(30),
            $"Alertmanager answers on {port}");
        return process;
    }

    /// <summary>The only plan: any critical alert, by the label that our own alerts have too.</summary>
    private string Runbooks()
    {
        var folder = Directory.CreateDirectory(Path.Combine(services.Folder, "telling-runbooks")).FullName;
        File.WriteAllText(Path.Combine(folder, "evacuate-host.yaml"), """
            version: 1
            name: evacuate-host
            description: Takes any critical alert.
            scope: host
            triggers:
              alerts:
                - labels: { severity: critical }
                  hostLabel: host
                  holdDownSeconds: 1
            destination:
              sites: [B]
            """);
        return folder;
    }

    private static object Alert(DateTimeOffset? ends) => new
    {
        labels = new { alertname = "HostHardwareFailing", severity = "critical", host = "zz9" },
        annotations = new { summary = "Memory errors" },
        endsAt = ends ?? TimeProvider.System.GetUtcNow().AddHours(1),
    };

    private static async Task Post(int port, object alert)
    {
        using var http = new HttpClient();
        using var response = await http.PostAsJsonAsync(new Uri($"http://127.0.0.1:{port}/api/v2/alerts"), new[] { alert });
        response.EnsureSuccessStatusCode();
    }

    private static async Task<JsonElement[]> Standing(int port, string name)
    {
        using var http = new HttpClient();
        using var document = JsonDocument.Parse(await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/api/v2/alerts?active=true&filter=alertname%3D%22{name}%22")));
        return [.. document.RootElement.EnumerateArray().Select(alert => alert.Clone())];
    }

    private static async Task<DateTimeOffset> Updated(int port) => (await Standing(port, "DrDecisionWaiting")) is [var alert] ? alert.GetProperty("updatedAt").GetDateTimeOffset() : default;

    private static async Task<double> OwnReceived(HttpClient api)
    {
        var line = (await api.GetStringAsync("/metrics")).Split('\n').FirstOrDefault(line => line.StartsWith("dr_alerts_received_total{verdict=\"own\"}", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
