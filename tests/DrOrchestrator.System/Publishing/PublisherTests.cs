using DrOrchestrator.SystemTests.Infrastructure;

namespace DrOrchestrator.SystemTests.Publishing;

/// <summary>Facts of the record to another system's exchange, over the end of the servers that publish and a restart of the broker.</summary>
[Collection(Services.OneByOne)]
public sealed class PublisherTests(Services services, ITestOutputHelper output) : PublishingCase(services), IClassFixture<Services>
{
    [Fact]
    public async Task Every_fact_is_published_once_at_least_with_its_own_id_though_publishers_and_broker_end()
    {
        await using var fleet = await TestFleet.Start(Its.Folder, Vms, memoryMebibytes: 256);
        await Declare();
        await Start(0);
        await Start(1);
        await api.Post("runs", """{"plan":"evacuate-host","host":"a1","reason":"A test of publishing."}""");
        for (var kill = 0; kill < 4; kill++)
        {
            var before = await Count("vm_move_ended");
            await Condition.Until(async () => await Count("vm_move_ended") > before + 2 || await Count("run_ended") > 0, TimeSpan.FromMinutes(1), "moves go on");
            await servers[kill % 2]!.Kill();
            await servers[kill % 2]!.DisposeAsync();
            if (kill == 1)
            {
                await Its.StopBroker();
                await Its.StartBroker();
            }

            await Start(kill % 2);
        }

        await Condition.Until(async () => await Count("run_ended") == 1, TimeSpan.FromMinutes(2), $"the run has ended (see {Its.Folder})");
        var expected = await Expected();
        await Condition.Until(
            async () =>
            {
                await Drain();
                return expected.IsSubsetOf(heard);
            },
            TimeSpan.FromMinutes(1),
            $"every fact is published (see {Its.Folder})");
        var ids = heard.ToHashSet(StringComparer.Ordinal);
        output.WriteLine($"{expected.Count} facts: {heard.Count} messages published, {heard.Count - ids.Count} of them again, 0 lost, over 4 kills and a restart of the broker");
        Assert.Contains("run_ended", string.Join(' ', await Names()), StringComparison.Ordinal);
        Assert.True(ids.IsSubsetOf(await Expected()), "Something was published that is no fact of the record.");
        Assert.True(expected.Count > Vms * 5);
        Assert.True(heard.Count - ids.Count < expected.Count, "Its place is not kept: every start publishes the record again.");
    }
}
