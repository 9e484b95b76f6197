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

    /// <summary>Fewer than the two runs would take together.</summary>
    private const int Slots = 8;

    private readonly Random random = new(20260419);

    [Fact]
    public async Task Every_move_ends_once_while_two_servers_are_killed_and_broker_and_database_fall()
    {
        var vms = Soak ? 500 : 60;
        var kills = Soak ? 60 : 8;
        await using var fleet = await TestFleet.Start(services.Folder, vms - (vms / 3), memoryMebibytes: 512, alsoOnA2: vms / 3);
        var servers = new[] { TestServer.Start(services, "one", 15981, slots: Slots), TestServer.Start(services, "two", 15982, slots: Slots) };
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

            for (var kill = 0; kill < kills; kill++)
            {
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
                servers[victim] = TestServer.Start(services, victim == 0 ? "one" : "two", 15981 + victim, slots: Slots);
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
        var most = MostAtOnce(journal);
        var claims = await Count("vm_order_claimed");
        var lapsed = await Count("vm_claim_lapsed");
        var outcomes = await Outcomes();
        Assert.True(lapsed > 0, "No kill met a transfer under way: nothing was tested.");
        output.WriteLine($"{vms} VMs: {starts.Length} migrations started, {completed} completed, {repeated} repeated blindly, {twice} moments with two copies, at most {most} of {Slots} at once; {claims} claims, {lapsed} lapsed; outcomes {outcomes}");
        Assert.Equal(0, twice);
        Assert.Equal(0, repeated);
        Assert.Equal(Slots, most);
        Assert.Equal(vms, completed);
        Assert.Equal($"moved {vms}", outcomes);
    }

    /// <summary>How many migrations the hypervisors had under way at one moment.</summary>
    private static int MostAtOnce(IEnumerable<JsonElement> journal)
    {
        var now = 0;
        var most = 0;
        foreach (var kind in journal.Where(entry => entry.TryGetProperty("kind", out _)).Select(entry => entry.GetProperty("kind").GetString()))
        {
            now += kind switch { "migration-started" => 1, "migration-completed" or "migration-failed" or "migration-aborted" => -1, _ => 0 };
            most = Math.Max(most, now);
        }

        return most;
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
