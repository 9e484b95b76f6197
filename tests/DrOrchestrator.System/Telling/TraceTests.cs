using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using DrOrchestrator.Server.Telemetry;
using DrOrchestrator.SystemTests.Infrastructure;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using OpenTelemetry.Trace;

namespace DrOrchestrator.SystemTests.Telling;

/// <summary>One trace from the alert's POST to the verified guest, over the real record and broker, and over the end of the server that took the alert.</summary>
[Collection(Services.OneByOne)]
public sealed class TraceTests(Services services, ITestOutputHelper output) : IClassFixture<Services>
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string Sender = "b7ad6b7169203331";
    private const string Schema = "traced";

    /// <summary>Of the simulated VMs those that run on a1.</summary>
    private const int OnA1 = 3;

    [Fact]
    public async Task One_trace_leads_from_the_alert_over_a_restart_to_every_verified_guest()
    {
        List<Activity> before = [], after = [];
        await using (var first = new TracedServer(services, "first", before))
        {
            using var client = await first.Client();
            await Condition.Until(async () => (await client.GetFromJson("/api/v1/vms")).GetProperty("vms").GetArrayLength() == 4, TimeSpan.FromSeconds(30), "all VMs are known");
            using var alert = new HttpRequestMessage(HttpMethod.Post, "/api/v1/alerts/alertmanager")
            {
                Content = new StringContent("""{"version":"4","groupKey":"g","status":"firing","receiver":"r","alerts":[{"status":"firing","labels":{"alertname":"HostHardwareFailing","severity":"critical","instance":"a1"},"annotations":{},"startsAt":"2026-01-01T00:00:00Z","fingerprint":"feedfacefeedface"}]}""", Encoding.UTF8, "application/json"),
            };
            alert.Headers.Add("traceparent", $"00-{TraceId}-{Sender}-01");
            using var response = await client.SendAsync(alert);
            response.EnsureSuccessStatusCode();
        }

        // The server that took the alert is gone before its hold-down has passed.
        await using var second = new TracedServer(services, "second", after);
        using (var client = await second.Client())
        {
            await Condition.Until(
                async () => (await client.GetFromJson("/api/v1/runs")).GetProperty("runs").EnumerateArray().Any(run => run.GetProperty("phase").GetString() == "ended"),
                TimeSpan.FromMinutes(2),
                "the run has ended");
            await Condition.Until(async () => (await client.GetAsync("/health/ready")).IsSuccessStatusCode, TimeSpan.FromSeconds(20), "everything committed has been sent");
        }

        await using (var position = services.Source.CreateCommand($"select count(*) from {Schema}.mt_event_progression where name = 'relay:All' and last_seq_id > 30"))
        {
            // What readiness and the relay's lag are read from.
            Assert.Equal(1L, await position.ExecuteScalarAsync());
        }

        await Condition.Until(() => Task.FromResult(Copy(after).Any(span => Events(span).Contains("host_recovery_ended"))), TimeSpan.FromSeconds(20), "the host has heard of it");

        // A message's own span ends with the broker's confirmation, which may come after what the message brought about.
        Activity[] early = [], late = [], hanging = [];
        try
        {
            await Condition.Until(
                () =>
                {
                    (early, late) = ([.. Copy(before).Where(InTrace)], [.. Copy(after).Where(InTrace)]);
                    hanging = Hanging([.. early, .. late]);
                    return Task.FromResult(hanging.Length == 0);
                },
                TimeSpan.FromSeconds(20),
                "every span has its parent");
        }
        finally
        {
            Activity[] all = [.. early, .. late];
            output.WriteLine($"{early.Length} spans before the restart, {late.Length} after: {string.Join(", ", all.CountBy(span => span.DisplayName).OrderBy(entry => entry.Key).Select(entry => $"{entry.Value} {entry.Key}"))}");
            output.WriteLine(string.Join(", ", hanging.Select(span => $"{span.DisplayName} of {span.GetTagItem("dr.stream")} hangs in the air: its parent {span.ParentSpanId} is not there")));
        }

        Activity[] spans = [.. early, .. late];
        Assert.Equal(Sender, Assert.Single(spans, span => span.Kind is ActivityKind.Server).ParentSpanId.ToHexString());
        Assert.Single(early, span => Events(span).Contains("host_hold_down_started"));
        Assert.Single(late, span => Events(span).Contains("host_hold_down_elapsed"));
        Assert.Equal(OnA1, late.Count(span => Events(span).Contains("vm_guest_verified")));
        Assert.Contains(late, span => span.DisplayName == "simulated watch-migration");
        Assert.Contains(late, span => span.DisplayName == "guest observe");
        var byId = spans.ToDictionary(span => span.SpanId.ToHexString());
        foreach (var verified in late.Where(span => Events(span).Contains("vm_guest_verified")))
        {
            string[] way = [.. Way(verified, byId).Select(span => span.DisplayName)];
            output.WriteLine(string.Join(" < ", way));
            Assert.Equal("decide alertmanager-webhook", way[^2]);
            Assert.Contains("decide start-run", way);
            Assert.Contains("decide start-move", way);
            Assert.Contains("order transfer", way);
        }
    }

    private static Activity[] Hanging(Activity[] spans)
    {
        var known = spans.Select(span => span.SpanId.ToHexString()).Append(Sender).ToHashSet();
        return [.. spans.Where(span => !known.Contains(span.ParentSpanId.ToHexString()))];
    }

    private static IEnumerable<Activity> Way(Activity span, Dictionary<string, Activity> byId)
    {
        for (Activity? at = span; at is not null; at = byId.GetValueOrDefault(at.ParentSpanId.ToHexString()))
        {
            yield return at;
        }
    }

    private static bool InTrace(Activity span) => span.TraceId.ToHexString() == TraceId;

    private static string[] Events(Activity span) => (span.GetTagItem("dr.events") as string ?? "").Split(' ');

    private static Activity[] Copy(List<Activity> spans)
    {
        lock (spans)
        {
            return [.. spans];
        }
    }

    /// <summary>The product as its own Program composes it, in this process, with its spans in a list.</summary>
    private sealed class TracedServer(Services services, string name, List<Activity> spans) : WebApplicationFactory<Program>
    {
        private readonly string key = Path.Combine(services.Folder, "traced-key");

        public async Task<HttpClient> Client()
        {
            var client = CreateClient();
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(key)).Trim());
            return client;
        }

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            var runbooks = Directory.CreateDirectory(Path.Combine(services.Folder, "traced-runbooks")).FullName;
            File.WriteAllText(
                Path.Combine(runbooks, "evacuate-host.yaml"),
                System.Text.RegularExpressions.Regex.Replace(
                    File.ReadAllText(Path.Combine(Repository.Root, "runbooks", "evacuate-host.yaml")), "holdDownSeconds: .*", "holdDownSeconds: 5"));
            builder.UseContentRoot(AppContext.BaseDirectory);
            foreach (var (setting, value) in new Dictionary<string, string>
            {
                ["Worker"] = name,
                ["Database"] = services.Database,
                ["RabbitMq"] = services.RabbitMq,
                ["Schema"] = Schema,
                ["FirstKeyFile"] = key,
                ["Runbooks"] = runbooks,
                ["SimulatedVms"] = "4",
                ["ResendAfterSeconds"] = "2",
                ["ClaimLifetimeSeconds"] = "4",
                ["Logging:LogLevel:Default"] = "Warning",
            })
            {
                builder.UseSetting(setting, value);
            }

            builder.ConfigureTestServices(collection => collection.AddDrOrchestratorTraces(name, traces => traces.AddProcessor(new Keep(spans))));
        }
    }

    /// <summary>As the in-memory exporter, under a lock: spans end on many threads while the test looks.</summary>
    private sealed class Keep(List<Activity> spans) : OpenTelemetry.BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data)
        {
            if (data.Recorded)
            {
                lock (spans)
                {
                    spans.Add(data);
                }
            }
        }
    }
}

internal static class JsonAnswers
{
    public static async Task<JsonElement> GetFromJson(this HttpClient client, string path)
    {
        using var document = JsonDocument.Parse(await client.GetStringAsync(path));
        return document.RootElement.Clone();
    }
}
