using System.Text.Json;
using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Server.Tests.Fakes;

internal static class Samples
{
    public const string Inventory = """
        version: 1
        sites:
          - name: A
          - name: B
        hosts:
          - name: a1
            site: A
            driver: simulated
            address: sim://a1
            alertNames: [a1.example.org]
          - name: b1
            site: B
            driver: simulated
            address: sim://b1
        links:
          - from: A
            to: B
            bandwidthMegabits: 1000
        """;

    public const string Plan = """
        version: 1
        name: evacuate-host
        description: Moves every VM off one host.
        scope: host
        triggers:
          alerts:
            - labels: { alertname: HostHardwareFailing }
              hostLabel: instance
              holdDownSeconds: 60
        destination:
          sites: [B]
        """;

    /// <summary>A webhook as Alertmanager 0.27 sends it.</summary>
    public static object Webhook(params object[] alerts) => new
    {
        version = "4",
        groupKey = "{}:{alertname=\"HostHardwareFailing\"}",
        truncatedAlerts = 0,
        status = "firing",
        receiver = "dr-orchestrator",
        groupLabels = new { alertname = "HostHardwareFailing" },
        commonLabels = new { alertname = "HostHardwareFailing" },
        commonAnnotations = new { },
        externalURL = "http://alertmanager.example.org:9093",
        alerts,
    };

    public static object Alert(string status = "firing", string instance = "a1:9100", string name = "HostHardwareFailing", string? fingerprint = "5ef77f1f8a3ecfb7",
        string startsAt = "2026-03-01T02:14:11.482Z", string endsAt = "2026-03-01T02:15:31.482Z") => new
    {
        status,
        labels = new { alertname = name, instance, severity = "critical" },
        annotations = new { summary = "Uncorrectable memory errors" },
        startsAt,
        endsAt = status == "firing" ? "0001-01-01T00:00:00Z" : endsAt,
        generatorURL = "http://prometheus.example.org:9090/graph",
        fingerprint,
    };

    public static StringContent Json(object value) => new(JsonSerializer.Serialize(value, ContractJson.Options), System.Text.Encoding.UTF8, "application/json");
}
