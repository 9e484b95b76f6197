using System.Text;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Server.Ingest;
using DrOrchestrator.Server.Ingest.Amqp;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;
using static DrOrchestrator.Core.Health.HostEvent;

namespace DrOrchestrator.Server.Tests.Ingest;

/// <summary>What becomes of a message of a foreign exchange, without the broker; with it: the system tests.</summary>
public sealed class ForeignIntakeTests
{
    private const string Event = """{"specversion":"1.0","id":"1","source":"/snmp","type":"drorchestrator.host.condition.raised","time":"2026-03-01T02:14:11Z","data":{"host":"a1","name":"LinkDown"}}""";
    private const string Webhook = """{"version":"4","alerts":[{"status":"firing","labels":{"alertname":"LinkDown","instance":"a1"},"startsAt":"2026-03-01T02:14:11Z","fingerprint":"f1"}]}""";
    private static readonly StreamId Host = new("host", "a1");

    [Theory]
    [InlineData("application/cloudevents+json", Event)]
    [InlineData(null, Event)]
    [InlineData("application/json", Event)]
    [InlineData("application/json", Webhook)]
    [InlineData("application/cloudevents-batch+json", "[" + Event + "]")]
    public async Task Takes_events_in_any_form_and_webhooks(string? contentType, string body)
    {
        await using var server = await TestServerHost.Start();

        Assert.Equal(ForeignVerdict.Taken, await Take(server, contentType, body));

        var raised = Assert.IsType<ConditionRaised>(Assert.Single(server.Store.EventsOf(Host)));
        Assert.Equal(("LinkDown", "amqp-events"), (raised.Condition.Name, raised.By.Subject));
    }

    [Theory]
    [InlineData("cloudEvents:")]
    [InlineData("cloudEvents_")]
    [InlineData("ce-")]
    public async Task Takes_attributes_in_headers(string prefix)
    {
        await using var server = await TestServerHost.Start();
        var headers = new Dictionary<string, object?>
        {
            [prefix + "specversion"] = Encoding.UTF8.GetBytes("1.0"),
            [prefix + "id"] = "1",
            [prefix + "source"] = Encoding.UTF8.GetBytes("/snmp"),
            [prefix + "type"] = Encoding.UTF8.GetBytes("drorchestrator.host.condition.raised"),
            [prefix + "time"] = new RabbitMQ.Client.AmqpTimestamp(1_772_331_251),
            ["x-other"] = null,
        };

        Assert.Equal(ForeignVerdict.Taken, await server.Foreign.Take("application/json", headers, Encoding.UTF8.GetBytes("""{"host":"a1","name":"LinkDown"}"""), CancellationToken.None));

        Assert.IsType<ConditionRaised>(Assert.Single(server.Store.EventsOf(Host)));
    }

    [Theory]
    [InlineData("text/plain", "a1 is down", UnmatchedKind.Unreadable)]
    [InlineData(null, """{"version":"4","alerts":[]}""", UnmatchedKind.Unreadable)]
    [InlineData(null, """{"specversion":"1.0","id":"1","source":"/snmp","type":"drorchestrator.host.condition.raised","time":"2026-03-01T02:14:11Z","data":{"host":"x9","name":"LinkDown"}}""", UnmatchedKind.Unmatched)]
    public async Task What_can_not_be_used_is_kept_before_it_goes_to_the_dead_letters(string? contentType, string body, UnmatchedKind kind)
    {
        await using var server = await TestServerHost.Start();

        Assert.Equal(ForeignVerdict.Dead, await Take(server, contentType, body));

        Assert.Equal((kind, "amqp-events"), (Assert.Single(server.Unmatched.All).Kind, server.Unmatched.All[0].Sender));
    }

    [Fact]
    public async Task A_message_is_held_while_the_record_is_away_and_taken_when_it_is_back()
    {
        await using var server = await TestServerHost.Start();
        server.Store.IsAway = true;
        server.Unmatched.IsAway = true;

        var taking = Take(server, null, Event);
        await Wait.Until(() => server.Log.Lines.Any(line => line.Contains("held and tried again", StringComparison.Ordinal)));
        Assert.False(taking.IsCompleted);
        server.Store.IsAway = false;
        server.Unmatched.IsAway = false;

        Assert.Equal(ForeignVerdict.Taken, await taking);
        Assert.Empty(server.Unmatched.All);
    }

    [Fact]
    public async Task A_message_that_alone_can_not_be_recorded_is_kept_as_that_and_blocks_no_other()
    {
        await using var server = await TestServerHost.Start(attempts: 1);
        server.Store.IsAway = true;

        Assert.Equal(ForeignVerdict.Dead, await Take(server, null, Event));

        var kept = Assert.Single(server.Unmatched.All);
        Assert.Equal(UnmatchedKind.Unrecorded, kept.Kind);
        Assert.Contains("The database is away", kept.Reason, StringComparison.Ordinal);
    }

    private static Task<ForeignVerdict> Take(TestServerHost server, string? contentType, string body) =>
        server.Foreign.Take(contentType, null, Encoding.UTF8.GetBytes(body), CancellationToken.None);
}
