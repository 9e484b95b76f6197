using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Server.Api.Runs;
using Xunit;

namespace DrOrchestrator.Server.Tests.Api;

public sealed class MoveTimelineTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly HostEndpoint A1 = new(new HostId("a1"), new SiteId("A"), "simulated", "sim://a1");
    private static readonly HostEndpoint B1 = new(new HostId("b1"), new SiteId("B"), "simulated", "sim://b1");

    [Fact]
    public void What_took_post_copy_away_right_before_the_transfer_stands_with_preflights_warnings()
    {
        var move = MoveId.Of(new RunId("r"), new VmId("u1"), 1);
        var line = MoveTimeline.Of(
            [
                new MoveEvent.MoveStarted(move, new RunId("r"), A1, B1, 2, null, MovePolicy.Default) { At = Noon },
                new MoveEvent.SourcePrepared([new Finding(FindingArea.Storage, FindingSeverity.Warning, "An older file lies there.")], null) { At = Noon },
                new MoveEvent.OrderClaimed(new Claim("x", 1), "server-1", "HostHardwareFailing") { At = Noon },
            ],
            move);

        Assert.Equal(
            ["An older file lies there.", "The plan allows post-copy, and it is not used: the source is suspect (HostHardwareFailing) and could take the guest with it."],
            line.Warnings);
    }
}
