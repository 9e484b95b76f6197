using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Server.Api;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;

namespace DrOrchestrator.Server.Tests.Api;

/// <summary>Who only looks is shown what stands now, and does not read the whole record for it each time.</summary>
public sealed class StateReaderTests
{
    [Fact]
    public async Task A_stream_that_did_not_change_is_not_read_again_and_of_one_that_did_only_the_news_is()
    {
        await using var server = await TestServerHost.Start();
        var states = server.Get<StateReader>();
        server.Store.Given(StreamId.Brakes, [.. Enumerable.Range(1, 200).Select(Sick)]);
        Assert.Equal(200, (await Brakes(states)).Sick.Count);
        var before = server.Store.EventsRead;

        Assert.Equal(200, (await Brakes(states)).Sick.Count);
        Assert.Equal(before, server.Store.EventsRead);

        // Another server process writes.
        server.Store.Given(StreamId.Brakes, Sick(201), Sick(202));
        Assert.Equal(202, (await Brakes(states)).Sick.Count);
        Assert.Equal(before + 2, server.Store.EventsRead);
        server.Store.Given(StreamId.Brakes, Sick(203));
        Assert.Equal(203, ((BrakesState)Assert.Single(await states.List("brakes", 1, CancellationToken.None)).State).Sick.Count);
        Assert.Equal(before + 3, server.Store.EventsRead);
    }

    [Fact]
    public async Task What_this_process_decided_is_not_read_at_all()
    {
        await using var server = await TestServerHost.Start();
        server.Store.Given(StreamId.Brakes, [.. Enumerable.Range(1, 50).Select(Sick)]);
        await server.Streams.Handle(StreamId.Brakes, new BrakesMessage.ReportSickness(new HostId("h1"), 1, Sick: false), new("test", null, "test"), CancellationToken.None);
        var before = server.Store.EventsRead;

        Assert.Equal(49, (await Brakes(server.Get<StateReader>())).Sick.Count);
        Assert.Equal(before, server.Store.EventsRead);
    }

    private static async Task<BrakesState> Brakes(StateReader states) => (BrakesState)(await states.Read(StreamId.Brakes, CancellationToken.None)).State;

    private static object Sick(int host) => new BrakesEvent.HostSickened(new HostId($"h{host}"), 1) { At = SteppedClock.Start };
}
