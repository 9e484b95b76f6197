using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using DrOrchestrator.SystemTests.Infrastructure;
using DrOrchestrator.Testing;

namespace DrOrchestrator.Benchmarks;

/// <summary>From the POST of an alert to the moment at which a hypervisor is asked to migrate, without hold-down.</summary>
internal static class AlertLatency
{
    private const double WantedMilliseconds = 250;

    public static async Task Measure(Services services, Goals goals, int samples)
    {
        var runbooks = Directory.CreateDirectory(Path.Combine(services.Folder, "bench-runbooks")).FullName;
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "runbooks", "evacuate-host.yaml"));
        await File.WriteAllTextAsync(Path.Combine(runbooks, "evacuate-host.yaml"), text.Replace("holdDownSeconds: 60", "holdDownSeconds: 0", StringComparison.Ordinal));
        await using var fleet = await TestFleet.Start(services.Folder, vms: 1, memoryMebibytes: 64, instant: true);
        await using var server = TestServer.Start(services, "latency", 15981, "latency", runbooks);
        await TestServer.WaitUntilUp(15981);
        using var http = new HttpClient { BaseAddress = new Uri("http://127.0.0.1:15981/api/v1/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(services.Folder, "latency-key"))).Trim());

        var milliseconds = new List<double>();
        for (var sample = 0; sample < samples + 5; sample++)
        {
            var host = (sample % 2 == 0, sample) switch { (_, 0) => "a1", (false, _) => "b1", _ => "b2" };
            var began = TimeProvider.System.GetUtcNow();
            await Post(http, host, sample, "firing");
            DateTimeOffset? started = null;
            await Condition.Until(
                async () =>
                {
                    var effects = (await fleet.Journal()).Where(entry => entry.TryGetProperty("kind", out var kind) && kind.GetString() == "migration-started").ToArray();
                    started = effects.Length > sample ? effects[sample].GetProperty("at").GetDateTimeOffset() : null;
                    return started is not null;
                },
                TimeSpan.FromSeconds(60),
                "the migration has started");

            // The first few warm everything up.
            if (sample >= 5)
            {
                milliseconds.Add((started!.Value - began).TotalMilliseconds);
            }

            await Condition.Until(() => Handled(http, host), TimeSpan.FromSeconds(30), $"the run over {host} has ended");
            await Post(http, host, sample, "resolved");
        }

        milliseconds.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"benchmark":"alert-to-ensure-migration","samples":{{samples}},"p50Milliseconds":{{milliseconds[samples / 2]:0.0}},"p99Milliseconds":{{milliseconds[(int)(samples * 0.99) - 1]:0.0}}}"""));
        goals.AtMost("latency: p99 from the alert to the first order to migrate, in ms,", milliseconds[(int)(samples * 0.99) - 1], WantedMilliseconds);
    }

    private static async Task Post(HttpClient http, string host, int sample, string status)
    {
        var body = $$"""{"version":"4","groupKey":"g","status":"{{status}}","receiver":"r","groupLabels":{},"commonLabels":{},"commonAnnotations":{},"externalURL":"http://am","alerts":[{"status":"{{status}}","labels":{"alertname":"HostHardwareFailing","severity":"critical","instance":"{{host}}"},"annotations":{},"startsAt":"2026-01-01T00:00:00Z","endsAt":"2026-01-01T00:00:01Z","generatorURL":"","fingerprint":"{{sample:x16}}"}]}""";
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(new Uri("alerts/alertmanager", UriKind.Relative), content);
        response.EnsureSuccessStatusCode();
    }

    private static async Task<bool> Handled(HttpClient http, string host)
    {
        var detail = await http.GetStringAsync(new Uri($"hosts/{host}", UriKind.Relative));
        return detail.Contains("\"health\":\"handled\"", StringComparison.Ordinal);
    }
}
