using DrOrchestrator.SystemTests.Infrastructure;
using Npgsql;

namespace DrOrchestrator.SystemTests.Ingest;

/// <summary>Two replicas of a real Alertmanager drive the product over HTTP while they and the product are killed. None lost, none doubled.</summary>
[Collection(Services.OneByOne)]
public sealed class AlertmanagerTests(Services services, ITestOutputHelper output) : IClassFixture<Services>, IAsyncDisposable
{
    private const string Schema = "alertmanager";
    private const int Port = 15981;
    private static readonly string[] Hosts = ["a1", "a2", "b1", "b2"];

    private readonly string folder = Directory.CreateTempSubdirectory("dr-alertmanager-").FullName;
    private readonly Api api = new(services.Folder, Schema, Port);
    private ChildProcess? server;

    [Fact]
    public async Task Grouped_repeated_resolved_truncated_and_mixed_while_everything_is_restarted_none_is_lost_and_none_doubled()
    {
        await using var fleet = await TestFleet.Start(services.Folder, vms: 2, memoryMebibytes: 64, instant: true);
        await StartServer();
        var key = Path.Combine(folder, "key");
        await File.WriteAllTextAsync(key, (await api.Post("keys", """{"subject":"alertmanager","scopes":["trigger"]}""")).GetProperty("key").GetString());
        await using var alertmanagers = new Alertmanagers(folder, $"http://127.0.0.1:{Port}/api/v1/alerts/alertmanager", key);
        await alertmanagers.Start();
        await Condition.Until(Alertmanagers.Gossip, TimeSpan.FromSeconds(30), "the replicas see each other");
        await using var prometheus = new Prometheus();

        // One group of 42, two of them of no use.
        for (var id = 0; id < 40; id++)
        {
            prometheus.Fire("Watched", Hosts[id % 4], $"{id}");
        }

        prometheus.Fire("Watched", null, "nowhere");
        prometheus.Fire("Watched", "x9", "stranger");
        await UntilStanding("Watched", 40);

        // More while the product and then each replica is killed.
        for (var id = 40; id < 60; id++)
        {
            prometheus.Fire("Watched", Hosts[id % 4], $"{id}");
            if (id == 50)
            {
                await server!.Kill();
                await alertmanagers.Restart(0);
                await server.DisposeAsync();
                await StartServer();
                await alertmanagers.Restart(1);
            }
        }

        await UntilStanding("Watched", 60);

        // The group is mixed now; the product is killed while it hears of the resolutions.
        for (var id = 0; id < 30; id++)
        {
            prometheus.Resolve("Watched", $"{id}");
        }

        await server!.Kill();
        await server.DisposeAsync();
        await StartServer();
        await UntilStanding("Watched", 30);

        // One that a plan acts on, repeated by both replicas during its run and after it.
        prometheus.Fire("HostHardwareFailing", "a1", "acting", ("severity", "critical"));
        await Condition.Until(async () => await Phase("a1") == "handled", TimeSpan.FromSeconds(60), "the run over a1 has ended");
        var said = await Alertmanagers.Notifications();
        await Condition.Until(async () => await Alertmanagers.Notifications() >= said + 3, TimeSpan.FromSeconds(30), "it was repeated after its run");
        Assert.Equal(1, await Count("run_started"));

        // Over, and firing again: the next episode.
        prometheus.Resolve("HostHardwareFailing", "acting");
        await Condition.Until(async () => await Phase("a1") == "healthy", TimeSpan.FromSeconds(30), "a1 is healthy again");
        prometheus.Fire("HostHardwareFailing", "a1", "acting", ("severity", "critical"));
        await Condition.Until(async () => await Phase("a1") == "handled", TimeSpan.FromSeconds(60), "the second run over a1 has ended");

        // A group that its sender cut short.
        for (var id = 0; id < 5; id++)
        {
            prometheus.Fire("Bulk", "b1", $"{id}", ("bulk", "yes"));
        }

        await Condition.Until(async () => (await Unmatched()).ContainsKey("truncated"), TimeSpan.FromSeconds(30), "the truncated group is listed");
        await Judge();
    }

    public async ValueTask DisposeAsync()
    {
        api.Dispose();
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    private async Task Judge()
    {
        var raised = await Fingerprints("host_condition_raised", "data->'condition'->>'fingerprint', data->'condition'->>'name', data->'condition'->'labels'->>'id'");
        var resolved = await Fingerprints("host_condition_resolved", "data->>'fingerprint', '', ''");
        var acting = raised.Single(entry => entry.Name == "HostHardwareFailing");
        var bulk = raised.Where(entry => entry.Name == "Bulk").ToArray();
        var unmatched = await Unmatched();
        output.WriteLine(
            $"62 alerts by 2 Alertmanagers: {raised.Count(entry => entry.Name == "Watched")} watched taken, {resolved.Count} resolved, {raised.Sum(entry => entry.Times)} raised in all, "
            + $"{await Count("host_condition_renewed")} with a later beginning, {await Count("run_started")} runs, {bulk.Length} of 5 of a truncated group; kept aside: {string.Join(", ", unmatched.Select(entry => $"{entry.Value} {entry.Key}"))}");
        Assert.All(raised.Where(entry => entry.Name != "HostHardwareFailing"), entry => Assert.Equal(1, entry.Times));
        Assert.Equal(Enumerable.Range(0, 60).Select(id => $"{id}").Order(StringComparer.Ordinal), raised.Where(entry => entry.Name == "Watched").Select(entry => entry.Id).Order(StringComparer.Ordinal));
        Assert.Equal(2, acting.Times);
        Assert.Equal(2, await Count("run_started"));
        Assert.All(resolved, entry => Assert.Equal(1, entry.Times));
        Assert.Equal(31, resolved.Count);
        Assert.True(bulk.Length >= 2);
        Assert.Equal(2, unmatched["unmatched"]);
        Assert.Equal(1, unmatched["truncated"]);
    }

    private async Task StartServer()
    {
        var runbooks = Directory.CreateDirectory(Path.Combine(folder, "runbooks")).FullName;
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "runbooks", "evacuate-host.yaml"));
        await File.WriteAllTextAsync(Path.Combine(runbooks, "evacuate-host.yaml"), text.Replace("holdDownSeconds: 60", "holdDownSeconds: 1", StringComparison.Ordinal));
        server = TestServer.Start(services, Schema, Port, Schema, runbooks);
        await TestServer.WaitUntilUp(Port);
    }

    private Task UntilStanding(string name, int count) => Condition.Until(
        async () => (await api.Get("alerts")).GetProperty("alerts").EnumerateArray().Count(alert => alert.GetProperty("name").GetString() == name) == count,
        TimeSpan.FromSeconds(60),
        $"{count} alerts named {name} stand (see {folder} and {services.Folder})");

    private async Task<string?> Phase(string host) => (await api.Get($"hosts/{host}")).GetProperty("host").GetProperty("health").GetString();

    /// <summary>How many reports of each kind are kept aside.</summary>
    private async Task<Dictionary<string, int>> Unmatched() => (await api.Get("alerts/unmatched")).GetProperty("reports").EnumerateArray()
        .CountBy(report => report.GetProperty("kind").GetString()!).ToDictionary();

    private async Task<long> Count(string type)
    {
        await using var command = services.Source.CreateCommand($"select count(*) from {Schema}.mt_events where type = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = type });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<IReadOnlyList<(string Fingerprint, string Name, string Id, long Times)>> Fingerprints(string type, string columns)
    {
        await using var command = services.Source.CreateCommand($"select {columns}, count(*) from {Schema}.mt_events where type = $1 group by 1, 2, 3");
        command.Parameters.Add(new NpgsqlParameter { Value = type });
        var found = new List<(string, string, string, long)>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            found.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3)));
        }

        return found;
    }
}
