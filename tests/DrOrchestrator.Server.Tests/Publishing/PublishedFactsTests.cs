using System.Text.Json;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Engine.Messaging;
using DrOrchestrator.Engine.Serialization;
using DrOrchestrator.Server.Publishing;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;

namespace DrOrchestrator.Server.Tests.Publishing;

public sealed class PublishedFactsTests
{
    private static readonly CommittedEvent Ended =
        new(StreamId.Parse("run-evacuate-a1"), 7, new RunEvent.RunEnded(RunOutcome.Completed, "4 of 4 moved.") { At = SteppedClock.Start });

    [Fact]
    public void A_fact_is_a_CloudEvent_whose_id_is_its_place_in_the_record()
    {
        var fact = PublishedFacts.Of(Ended, "/dr")!;

        var body = JsonDocument.Parse(fact.Body).RootElement;
        Assert.Equal(("run-evacuate-a1/7", "drorchestrator.recorded.run_ended"), (fact.Id, fact.Type));
        Assert.Equal(
            ["1.0", "run-evacuate-a1/7", "/dr", "drorchestrator.recorded.run_ended", "run-evacuate-a1", "00000000000000000007"],
            new[] { "specversion", "id", "source", "type", "subject", "sequence" }.Select(name => body.GetProperty(name).GetString()));
        Assert.Equal(SteppedClock.Start, body.GetProperty("time").GetDateTimeOffset());
        Assert.Equal("4 of 4 moved.", body.GetProperty("data").GetProperty("summary").GetString());
        Assert.Equal(fact.Body, PublishedFacts.Of(Ended, "/dr")!.Body);
    }

    [Fact]
    public void What_is_for_the_orchestrator_alone_stays_inside() => Assert.Null(PublishedFacts.Of(
        new CommittedEvent(StreamId.Parse("vm-u1"), 3, new MoveEvent.OrderClaimed(new Claim("r/u1/1/transfer", 1), "server-1") { At = SteppedClock.Start }), "/dr"));

    [Fact]
    public void Every_published_name_is_one_that_is_stored() => Assert.Empty(PublishedFacts.Names.Except(WireNames.Events.Keys));

    [Fact]
    public async Task What_is_routed_back_to_us_comes_to_nothing()
    {
        await using var server = await TestServerHost.Start();

        var verdict = await server.Foreign.Take("application/cloudevents+json", null, PublishedFacts.Of(Ended, "/dr")!.Body, CancellationToken.None);

        Assert.Equal(Server.Ingest.Amqp.ForeignVerdict.Taken, verdict);
        Assert.Empty(server.Store.Streams);
    }
}
