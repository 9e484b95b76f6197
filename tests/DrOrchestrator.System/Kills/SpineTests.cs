using System.Text.Json;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Plans;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.SystemTests.Infrastructure;
using Npgsql;

namespace DrOrchestrator.SystemTests.Kills;

/// <summary>
/// The spine on the real broker and database: two server processes killed without a goodbye, at random and
/// over and over, while they move a fleet. The hypervisors live in a process of their own and write down
/// what truly happened.
/// </summary>
[Collection(Services.OneByOne)]
public sealed class SpineTests(Services services, ITestOutputHelper output) : IClassFixture<Services>
{
    private static readonly bool Soak = Environment.GetEnvironmentVariable("DR_SOAK") == "1";

    /// <summary>What both runs share, by what is counted: each is less than the two would take together, and binds when the others let it.</summary>
    private static readonly Dictionary<string, int> Most = new(StringComparer.Ordinal)
    {
        ["all"] = 9, ["link"] = 8, ["hypervisor"] = 7, ["out of a1"] = 4, ["out of a2"] = 4, ["into b1"] = 4, ["into b2"] = 4, ["at b1"] = 3,
    };

    private readonly Random random = new(20260419);

    [Fact]
    public async Task Every_move_ends_once_while_two_servers_are_killed_and_broker_and_database_fall()
    {
        var vms = Soak ? 500 : 60;
        var kills = Soak ? 60 : 8;
        await using var fleet = await TestFleet.Start(services.Folder, vms - (vms / 3), memoryMebibytes: 1024, alsoOnA2: vms / 3);
        var inventory = Path.Combine(services.Folder, "kills.yaml");
        await File.WriteAllTextAsync(inventory, Inventory);
        ChildProcess Server(int index) => TestServer.Start(
            services, index == 0 ? "one" : "two", 15981 + index, more: new Dictionary<string, string> { ["DR_INVENTORY"] = inventory });
        var servers = new[] { Server(0), Server(1) };
        try
        {
            await TestServer.WaitUntilUp(15981);
            await TestServer.WaitUntilUp(15982);
            RunId[] runs = [new("kills-a1"), new("kills-a2")];
            await using (var bus = await BusClient.Connect(services.RabbitMq))
            {
                foreach (var run in runs)
                {
                    await bus.Send($"run-{run}", new RunMessage.StartRun(
                        run, Plan(), new HostId(run.Value[^2..]), new RunTrigger(RunTriggerKind.Operator, new Actor("test"), "A test of kills.")));
                }
            }

            var claimed = 0L;
            for (var kill = 0; kill < kills; kill++)
            {
                // A kill is one of a process at work, however slow the machine: transfers were claimed since the last one.
                var before = claimed;
                await Condition.Until(async () => (claimed = await Claimed() ?? before) > before || await AllEnded(runs), TimeSpan.FromMinutes(2), $"a transfer was claimed after kill {kill} (see {services.Folder})");
                await Task.Delay(TimeSpan.FromSeconds(1 + (random.NextDouble() * 2)), TimeProvider.System);
                var victim = random.Next(2);
                await servers[victim].Kill();
                if (kill == kills / 3)
                {
                    await services.StopBroker();
                    await services.StartBroker();
                }

                if (kill == 2 * kills / 3)
                {
                    await services.CrashDatabase();
                    await services.StartDatabase();
                }

                await servers[victim].DisposeAsync();
                servers[victim] = Server(victim);
            }

            foreach (var run in runs)
            {
                await Condition.Until(async () => await Ended(run) is not null, TimeSpan.FromMinutes(Soak ? 15 : 4), $"{run} has ended (see {services.Folder})");
            }

            await Judge(fleet, vms);
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }
        }
    }

    private static string Inventory => $$"""
        version: 1
        sites:
          - name: A
          - name: B
        hosts:
          - {name: a1, site: A, driver: simulated, address: 'simulated://a1'}
          - {name: a2, site: A, driver: simulated, address: 'simulated://a2'}
          - {name: b1, site: B, driver: simulated, address: 'simulated://b1', migrationsAtOnce: {{Most["at b1"]}}}
          - {name: b2, site: B, driver: simulated, address: 'simulated://b2'}
        hypervisors:
          - {driver: simulated, migrationsAtOnce: {{Most["hypervisor"]}}}
        links:
          - {from: A, to: B, bandwidthMegabits: 10000}
        limits:
          moves: {{Most["all"]}}
          movesPerLink: {{Most["link"]}}
          movesOutOfHost: {{Most["out of a1"]}}
          movesIntoHost: {{Most["into b1"]}}
        guestChecks:
          default:
            url: http://{name}.vms.example.org/status

        """;

    private static RecoveryPlan Plan() => new(
        "evacuate-host",
        "test",
        "A test.",
        PlanScope.Host,
        [new SiteId("B")],
        PlanPolicy.Default with
        {
            Parallel = 12,
            PerDestination = 12,
            RetryDelay = TimeSpan.FromSeconds(2),
            Move = MovePolicy.Default with { Migration = MigrationOptions.Default with { Timeout = TimeSpan.FromMinutes(2) } },
        },
        []);

    private async Task Judge(TestFleet fleet, int vms)
    {
        var journal = await fleet.Journal();
        var twice = journal.Count(entry => entry.TryGetProperty("running", out _) && entry.GetProperty("hosts").GetArrayLength() > 1);
        var starts = journal.Where(entry => entry.TryGetProperty("kind", out var kind) && kind.GetString() == "migration-started").ToArray();
        var completed = journal.Count(entry => entry.TryGetProperty("kind", out var kind) && kind.GetString() == "migration-completed");
        var repeated = starts.GroupBy(entry => entry.GetProperty("move").GetString()).Count(group => group.Count() > 1);
        var most = MostAtOnce(journal, await Ways());
        var claims = await Count("vm_order_claimed");
        var lapsed = await Count("vm_claim_lapsed");
        var outcomes = await Outcomes();
        Assert.True(lapsed > 0, "No kill met a transfer under way: nothing was tested.");
        output.WriteLine($"{vms} VMs: {starts.Length} migrations started, {completed} completed, {repeated} repeated blindly, {twice} moments with two copies, at most {string.Join(", ", Most.Select(limit => $"{most.GetValueOrDefault(limit.Key)} of {limit.Value} {limit.Key}"))} at once; {claims} claims, {lapsed} lapsed; outcomes {outcomes}");
        Assert.Equal(0, twice);
        Assert.Equal(0, repeated);
        Assert.All(Most, limit => Assert.InRange(most.GetValueOrDefault(limit.Key), 1, limit.Value));

        // The hypervisor lets the fewest through, and was full; with it a host of each end was: seven are three at b1 and four into b2, and more than twice three off a1 and a2.
        Assert.Equal(Most["hypervisor"], most["hypervisor"]);
        Assert.Equal(Most["at b1"], most["at b1"]);
        Assert.Equal(Most["into b2"], most["into b2"]);
        Assert.Equal(Most["out of a1"], Math.Max(most["out of a1"], most["out of a2"]));
        Assert.Equal(vms, completed);
        Assert.Equal($"moved {vms}", outcomes);
    }

    /// <summary>How many migrations the hypervisors had under way at one moment, by what is counted.</summary>
    private static Dictionary<string, int> MostAtOnce(IEnumerable<JsonElement> journal, Dictionary<string, (string From, string To)> ways)
    {
        var now = new Dictionary<string, int>(StringComparer.Ordinal);
        var most = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in journal.Where(entry => entry.TryGetProperty("kind", out _)))
        {
            var change = entry.GetProperty("kind").GetString() switch
            {
                "migration-started" => 1,
                "migration-completed" or "migration-failed" or "migration-aborted" => -1,
                _ => 0,
            };
            if (change != 0)
            {
                var (from, to) = ways[entry.GetProperty("move").GetString()!];
                foreach (var counted in new[] { "all", "link", "hypervisor", $"out of {from}", $"into {to}", $"at {from}", $"at {to}" })
                {
                    now[counted] = now.GetValueOrDefault(counted) + change;
                    most[counted] = Math.Max(most.GetValueOrDefault(counted), now[counted]);
                }
            }
        }

        return most;
    }

    /// <summary>Between which hosts each move went.</summary>
    private async Task<Dictionary<string, (string From, string To)>> Ways()
    {
        await using var command = services.Source.CreateCommand(
            "select data->>'move', data->'source'->>'host', data->'destination'->>'host' from dr.mt_events where type = 'vm_move_started'");
        await using var reader = await command.ExecuteReaderAsync();
        var ways = new Dictionary<string, (string From, string To)>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
        {
            ways[reader.GetString(0)] = (reader.GetString(1), reader.GetString(2));
        }

        return ways;
    }

    private async Task<long?> Claimed()
    {
        try
        {
            return await Count("vm_order_claimed");
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }

    private async Task<bool> AllEnded(IEnumerable<RunId> runs)
    {
        foreach (var run in runs)
        {
            if (await Ended(run) is null)
            {
                return false;
            }
        }

        return true;
    }

    private async Task<string?> Ended(RunId run)
    {
        try
        {
            await using var command = services.Source.CreateCommand("select data->>'summary' from dr.mt_events where stream_id = $1 and type = 'run_ended'");
            command.Parameters.Add(new NpgsqlParameter { Value = $"run-{run}" });
            return (string?)await command.ExecuteScalarAsync();
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }

    private async Task<long> Count(string type)
    {
        await using var command = services.Source.CreateCommand("select count(*) from dr.mt_events where type = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = type });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<string> Outcomes()
    {
        await using var command = services.Source.CreateCommand(
            "select string_agg(outcome || ' ' || n, ', ' order by outcome) from (select data->>'outcome' as outcome, count(*) n from dr.mt_events where type = 'vm_move_ended' group by 1) x");
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
