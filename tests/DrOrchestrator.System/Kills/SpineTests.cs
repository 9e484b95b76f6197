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
public sealed class SpineTests(Services services, ITestOutputHelper output) : IClassFixture<Services>
{
    private static readonly bool Soak = Environment.GetEnvironmentVariable("DR_SOAK") == "1";

    private readonly Random random = new(20260419);

    [Fact]
    public async Task Every_move_ends_once_while_two_servers_are_killed_and_broker_and_database_fall()
    {
        var vms = Soak ? 500 : 60;
        var kills = Soak ? 60 : 8;
        await using var fleet = await TestFleet.Start(services.Folder, vms, memoryMebibytes: 512);
        var servers = new[] { TestServer.Start(services, "one", 15981), TestServer.Start(services, "two", 15982) };
        try
        {
            await TestServer.WaitUntilUp(15981);
            await TestServer.WaitUntilUp(15982);
            var run = new RunId("kills");
            await using (var bus = await BusClient.Connect(services.RabbitMq))
            {
                await bus.Send($"run-{run}", new RunMessage.StartRun(run, Plan(), new HostId("a1"), new RunTrigger(RunTriggerKind.Operator, new Actor("test"), "A test of kills.")));
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
                servers[victim] = TestServer.Start(services, victim == 0 ? "one" : "two", 15981 + victim);
            }

            await Condition.Until(async () => await Ended(run) is not null, TimeSpan.FromMinutes(Soak ? 15 : 4), $"the run has ended (see {services.Folder})");
            await Judge(fleet, run, vms);
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

    private async Task Judge(TestFleet fleet, RunId run, int vms)
    {
        var journal = await fleet.Journal();
        var twice = journal.Count(entry => entry.TryGetProperty("running", out _) && entry.GetProperty("hosts").GetArrayLength() > 1);
        var starts = journal.Where(entry => entry.TryGetProperty("kind", out var kind) && kind.GetString() == "migration-started").ToArray();
        var completed = journal.Count(entry => entry.TryGetProperty("kind", out var kind) && kind.GetString() == "migration-completed");
        var repeated = starts.GroupBy(entry => entry.GetProperty("move").GetString()).Count(group => group.Count() > 1);
        var claims = await Count("vm_order_claimed");
        var lapsed = await Count("vm_claim_lapsed");
        var outcomes = await Outcomes();
        Assert.True(lapsed > 0, "No kill met a transfer under way: nothing was tested.");
        output.WriteLine($"{vms} VMs: {starts.Length} migrations started, {completed} completed, {repeated} repeated blindly, {twice} moments with two copies; {claims} claims, {lapsed} lapsed; outcomes {outcomes}; run: {await Ended(run)}");
        Assert.Equal(0, twice);
        Assert.Equal(0, repeated);
        Assert.Equal(vms, completed);
        Assert.Equal($"moved {vms}", outcomes);
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
