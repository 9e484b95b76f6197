using DrOrchestrator.SystemTests.Infrastructure;

namespace DrOrchestrator.SystemTests.Publishing;

/// <summary>Where publishing begins.</summary>
[Collection(Services.OneByOne)]
public sealed class FirstStartTests(Services services, ITestOutputHelper output) : PublishingCase(services), IClassFixture<Services>
{
    /// <summary>What was recorded before anybody was to be told is history: who begins to listen is not flooded with it.</summary>
    [Fact]
    public async Task The_first_start_with_a_publisher_begins_with_the_present_and_the_next_go_on_from_there()
    {
        await using var fleet = await TestFleet.Start(Its.Folder, 8, memoryMebibytes: 256);
        await Declare();
        servers[0] = TestServer.Start(Its, "unpublished", Ports[0], Schema);
        await TestServer.WaitUntilUp(Ports[0]);
        await Run("a1", ended: 1);
        var history = await Expected();
        await Stopped();

        await Start(0);
        await Run("b1", ended: 2);
        await Heard();
        await Stopped();
        await Start(0);
        await Run("b2", ended: 3);
        await Heard();

        var again = heard.Count - heard.ToHashSet(StringComparer.Ordinal).Count;
        output.WriteLine($"{history.Count} facts of before, {heard.Count(history.Contains)} of them published; {heard.Count} messages afterwards, {again} of them again");
        Assert.True(heard.Count(history.Contains) < history.Count / 2, "The first start published the record from its beginning.");
        Assert.True(again < heard.Count / 2, "Its place is not kept.");

        async Task Run(string host, int ended)
        {
            await api.Post("runs", $$"""{"plan":"evacuate-host","host":"{{host}}","reason":"A test of publishing."}""");
            await Condition.Until(async () => await Count("run_ended") == ended, TimeSpan.FromMinutes(2), $"the run off {host} has ended (see {Its.Folder})");
        }

        Task Heard() => Condition.Until(
            async () =>
            {
                await Drain();
                return (await Expected()).Except(history).All(heard.Contains);
            },
            TimeSpan.FromMinutes(1),
            $"every fact since then is published (see {Its.Folder})");

        async Task Stopped()
        {
            await servers[0]!.DisposeAsync();
            servers[0] = null;
        }
    }
}
