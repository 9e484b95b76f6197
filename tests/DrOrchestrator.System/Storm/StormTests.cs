using System.Text.Json;
using DrOrchestrator.SystemTests.Infrastructure;

namespace DrOrchestrator.SystemTests.Storm;

/// <summary>
/// Alerts for forty hosts of two sites at once, from two senders and repeated, on two server processes with the real broker and
/// database. What begins is what the brakes allow and nothing else; what does not begin says why.
/// </summary>
[Collection(Services.OneByOne)]
public sealed class StormTests(Services services, ITestOutputHelper output) : IClassFixture<Services>, IAsyncDisposable
{
    private const string Schema = "storm";
    private const int MaxSickHosts = 3;
    private const int MaxRecoveries = 5;
    private static readonly int[] Ports = [15981, 15982];

    private readonly string folder = Directory.CreateTempSubdirectory("dr-storm-").FullName;
    private readonly Api[] apis = [.. Ports.Select(port => new Api(services.Folder, Schema, port))];
    private readonly ChildProcess?[] servers = new ChildProcess?[2];
    private int posted;

    [Fact]
    public async Task Alerts_for_forty_hosts_at_once_start_no_forty_runs_and_every_decision_has_its_reason_on_the_record()
    {
        await using var fleet = await TestFleet.Start(services.Folder, vms: 0, memoryMebibytes: 64, instant: true, hostsPerSite: StormFleet.HostsPerSite, onEveryHost: 1);

        // The brakes as they come: so many sick hosts are no question of a host.
        await Restart($"maxSickHosts: {MaxSickHosts}", $"maxRecoveries: {MaxRecoveries}", "blockSeconds: 0");
        var began = TimeProvider.System.GetUtcNow();
        await Both(StormFleet.Hosts, "first", began, firing: true);
        await Both(StormFleet.Hosts, "first", began, firing: true);
        await Until(40, "withheld", "handled");
        var (withheld, early) = (await InHealth("withheld"), await Count("run_started"));
        var reasons = await HeldBack();
        await Both(StormFleet.Hosts, "first", began, firing: true);
        Assert.True(early < MaxRecoveries, $"{early} runs began before the others were heard of, and leave none of the hour's for what follows.");
        Assert.Equal(40 - early, withheld.Count);
        Assert.All(withheld, host => Assert.Contains("sick at once", host.GetProperty("withheld").GetString(), StringComparison.Ordinal));
        Assert.Equal(Names(withheld), Names(reasons, "host"));
        Assert.All(reasons, held => Assert.StartsWith("too-many-sick-hosts", held.GetProperty("brake").GetString(), StringComparison.Ordinal));
        Assert.Equal(40 - early, await Count("brakes_recovery_held_back"));
        Assert.Equal(40 - early, await Count("host_recovery_withheld"));
        Assert.Equal(early, Starts(await fleet.Journal()));

        // Over; and the next single host is recovered as ever.
        await Both(StormFleet.Hosts, "first", began, firing: false);
        await Until(StormFleet.AllHosts, "healthy");
        await UntilNobodyIsSick();
        Assert.Empty(await HeldBack());
        await Both(["a7"], "single", TimeProvider.System.GetUtcNow(), firing: true);
        await Until(1, "handled");
        Assert.Equal(early + 1, await Count("run_started"));
        await Both(["a7"], "single", began, firing: false);
        await Until(StormFleet.AllHosts, "healthy");
        await UntilNobodyIsSick();

        // The same storm on a fleet that is told to go on with forty sick hosts: the cap in the window is what is left of it, over the
        // end of a server and counting what began before.
        await Restart("maxSickHosts: 40", $"maxRecoveries: {MaxRecoveries}", "blockSeconds: 0");
        began = TimeProvider.System.GetUtcNow();
        await Both(StormFleet.Hosts, "second", began, firing: true);
        await servers[1]!.Kill();
        await servers[1]!.DisposeAsync();
        servers[1] = null;
        await Start(1);
        await Both(StormFleet.Hosts, "second", began, firing: true);
        await Until(40, "postponed", "handled");

        // A host whose look came while a server began may be postponed for another reason at first.
        await Condition.Until(
            async () => (await HeldBack()).Count(held => held.GetProperty("brake").GetString() == "too-many-recoveries") == 40 - (MaxRecoveries - early - 1),
            TimeSpan.FromMinutes(2), $"all others are held back by the cap (see {services.Folder})");
        var postponed = await InHealth("postponed");
        reasons = await HeldBack();
        Assert.Equal(MaxRecoveries, await Count("run_started"));
        Assert.Equal(40 - (MaxRecoveries - early - 1), postponed.Count);
        Assert.All(postponed, host => Assert.Contains($"{MaxRecoveries} may", host.GetProperty("postponed").GetString(), StringComparison.Ordinal));
        Assert.Equal(Names(postponed), Names(reasons, "host"));
        Assert.All(reasons, held => Assert.Equal("too-many-recoveries", held.GetProperty("brake").GetString()));
        Assert.All(reasons, held => Assert.True(held.GetProperty("until").GetDateTimeOffset() > began));

        await Both(StormFleet.Hosts, "second", began, firing: false);
        await Until(StormFleet.AllHosts, "healthy");
        await UntilNobodyIsSick();
        Assert.Empty(await HeldBack());
        await Judge(fleet, withheld.Count, postponed.Count);
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        foreach (var api in apis)
        {
            api.Dispose();
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>What truly happened at the hypervisors is what the cleared runs moved, once each.</summary>
    private async Task Judge(TestFleet fleet, int withheld, int postponed)
    {
        var journal = await fleet.Journal();
        var touched = journal.Where(entry => entry.TryGetProperty("vm", out _) && entry.TryGetProperty("kind", out var kind) && kind.GetString() is "migration-started")
            .Select(entry => entry.GetProperty("vm").GetString()!).Order(StringComparer.Ordinal).ToArray();
        var moved = await Texts("select substr(stream_id, 4) from {schema}.mt_events where type = 'vm_move_started' order by 1");
        var runs = await Texts("select data->>'run' from {schema}.mt_events where type = 'vm_move_started' group by 1 order by 1");
        var cleared = await Texts("select data->>'run' from {schema}.mt_events where type = 'brakes_recovery_cleared' order by 1");
        var raised = await Count("host_condition_raised");
        output.WriteLine(
            $"40 hosts: {posted} alerts by 2 senders made {raised} conditions; {withheld} recoveries withheld by the shipped brakes, {postponed} postponed by the cap, "
            + $"{cleared.Count} of {MaxRecoveries} runs begun in the hour, {touched.Length} VMs moved, {await Count("host_recovery_requested")} asked for");
        Assert.Equal(81, raised);
        Assert.Equal(MaxRecoveries, cleared.Count);

        // A host that was emptied before has nothing left to move when its turn comes a second time.
        Assert.Superset(runs.ToHashSet(StringComparer.Ordinal), cleared.ToHashSet(StringComparer.Ordinal));
        Assert.InRange(runs.Count, MaxRecoveries - 2, MaxRecoveries);
        Assert.Equal(moved.Order(StringComparer.Ordinal), touched);
        Assert.Equal(cleared.Count, await Count("run_started"));
        Assert.Equal(touched.Length, await Count("vm_guest_verified"));
    }

    /// <summary>Both replicas tell both servers, all at once, in groups of ten.</summary>
    private async Task Both(IReadOnlyList<string> hosts, string storm, DateTimeOffset began, bool firing)
    {
        posted += 2 * hosts.Count;
        await Task.WhenAll(Enumerable.Range(0, 2).SelectMany(replica => hosts.Chunk(10).Select((group, index) =>
            apis[(replica + index) % 2].Post("alerts/alertmanager", StormFleet.Body(group, storm, replica, began, firing)))));
    }

    private async Task Restart(params string[] brakes)
    {
        await Stop();
        await File.WriteAllTextAsync(Path.Combine(folder, "inventory.yaml"), StormFleet.Inventory(brakes));
        var runbooks = Directory.CreateDirectory(Path.Combine(folder, "runbooks")).FullName;
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "runbooks", "evacuate-host.yaml"));
        await File.WriteAllTextAsync(
            Path.Combine(runbooks, "evacuate-host.yaml"),
            text.Replace("holdDownSeconds: 60", "holdDownSeconds: 10", StringComparison.Ordinal).Replace("sites: [B]", "sites: [B, A]", StringComparison.Ordinal));
        await Start(0);
        await Start(1);
    }

    private async Task Start(int server)
    {
        servers[server] = TestServer.Start(services, $"storm-{server}", Ports[server], Schema, Path.Combine(folder, "runbooks"), more: new Dictionary<string, string>
        {
            ["DR_INVENTORY"] = Path.Combine(folder, "inventory.yaml"),
        });
        await TestServer.WaitUntilUp(Ports[server]);
    }

    private async Task Stop()
    {
        for (var server = 0; server < servers.Length; server++)
        {
            if (servers[server] is { } running)
            {
                servers[server] = null;
                await running.DisposeAsync();
            }
        }
    }

    private Task Until(int count, params string[] health) => Condition.Until(
        async () => (await Hosts()).Count(host => health.Contains(host.GetProperty("health").GetString())) == count,
        TimeSpan.FromMinutes(2), $"{count} hosts are {string.Join(" or ", health)} (see {services.Folder})");

    /// <summary>The brakes hear of a host's end after the host itself.</summary>
    private Task UntilNobodyIsSick() => Condition.Until(
        async () => (await apis[1].Get("brakes")).GetProperty("sickHosts").GetArrayLength() == 0, TimeSpan.FromMinutes(1), $"the brakes know of no sick host (see {services.Folder})");

    private async Task<IReadOnlyList<JsonElement>> InHealth(string health) => [.. (await Hosts()).Where(host => host.GetProperty("health").GetString() == health)];

    private async Task<IReadOnlyList<JsonElement>> Hosts() => [.. (await apis[0].Get("hosts")).GetProperty("hosts").EnumerateArray()];

    private async Task<IReadOnlyList<JsonElement>> HeldBack() => [.. (await apis[1].Get("brakes")).GetProperty("heldBack").EnumerateArray()];

    private static IEnumerable<string> Names(IEnumerable<JsonElement> list, string field = "name") =>
        list.Select(entry => entry.GetProperty(field).GetString()!).Order(StringComparer.Ordinal);

    private static int Starts(IEnumerable<JsonElement> journal) =>
        journal.Count(entry => entry.TryGetProperty("kind", out var kind) && kind.GetString() == "migration-started");

    private async Task<int> Count(string type) => (await Texts($"select 'x' from {{schema}}.mt_events where type = '{type}'")).Count;

    private async Task<IReadOnlyList<string>> Texts(string sql)
    {
        await using var command = services.Source.CreateCommand(sql.Replace("{schema}", Schema, StringComparison.Ordinal));
        var found = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }
}
