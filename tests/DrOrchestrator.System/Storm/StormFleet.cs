using System.Globalization;
using System.Text.Json;

namespace DrOrchestrator.SystemTests.Storm;

/// <summary>Forty hosts over two sites and one well host at each as an inventory, and the webhook bodies that two Alertmanagers post.</summary>
internal static class StormFleet
{
    /// <summary>The last one of a site stays well: a sick host is nobody's destination.</summary>
    public const int HostsPerSite = 21;

    /// <summary>The forty that fall sick.</summary>
    public static IReadOnlyList<string> Hosts { get; } = Named(HostsPerSite - 1);

    public const int AllHosts = 2 * HostsPerSite;

    private static IReadOnlyList<string> Named(int perSite) =>
        [.. new[] { "a", "b" }.SelectMany(site => Enumerable.Range(1, perSite).Select(number => $"{site}{number}"))];

    /// <param name="brakes">The lines below <c>brakes:</c>, each <c>field: value</c>.</param>
    public static string Inventory(params string[] brakes) => $$"""
        version: 1
        sites:
          - name: A
          - name: B
        hosts:
        {{string.Join('\n', Named(HostsPerSite).Select(host => $"  - {{name: {host}, site: {host[..1].ToUpperInvariant()}, driver: simulated, address: 'simulated://{host}'}}"))}}
        links:
          - {from: A, to: B, bandwidthMegabits: 10000}
        guestChecks:
          default:
            url: http://{name}.vms.example.org/status
        brakes:
          # Storm upon storm within minutes: what is tried here is the other brakes.
          flappingEpisodes: 1000
        {{string.Join('\n', brakes.Select(line => $"  {line}"))}}

        """;

    /// <summary>One notification of one replica. The replicas noticed each alert at different moments.</summary>
    public static string Body(IEnumerable<string> hosts, string storm, int replica, DateTimeOffset began, bool firing) => JsonSerializer.Serialize(new
    {
        version = "4",
        groupKey = $"{{}}:{{alertname=\"HostHardwareFailing\",storm=\"{storm}\"}}",
        status = firing ? "firing" : "resolved",
        receiver = $"replica-{replica}",
        alerts = hosts.Select(host => new
        {
            status = firing ? "firing" : "resolved",
            labels = new { alertname = "HostHardwareFailing", severity = "critical", instance = host, storm },
            annotations = new { summary = "A test." },
            startsAt = began.AddMilliseconds(170 * replica).ToString("O", CultureInfo.InvariantCulture),
            endsAt = firing ? "0001-01-01T00:00:00Z" : TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture),
            fingerprint = $"{storm}-{host}",
        }),
    });
}
