using System.Net;
using System.Net.Http.Json;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;
using static DrOrchestrator.Core.Health.HostEvent;

namespace DrOrchestrator.Server.Tests.Api;

public sealed class AlertmanagerWebhookTests
{
    private const string Path = "/api/v1/alerts/alertmanager";
    private static readonly StreamId Host = new("host", "a1");

    [Fact]
    public async Task The_same_alert_a_hundred_times_starts_one_hold_down()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("alertmanager", Scopes.Trigger);

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => client.PostAsync(Path, Samples.Json(Samples.Webhook(Samples.Alert())))));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Collection(server.Store.EventsOf(Host), first => Assert.IsType<ConditionRaised>(first), second => Assert.IsType<HoldDownStarted>(second));
    }

    [Fact]
    public async Task An_alert_starts_the_hold_down_of_the_plan_that_it_matches()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("alertmanager", Scopes.Trigger);

        var receipt = await Post(client, Samples.Alert());

        var accepted = Assert.Single(receipt.Accepted);
        Assert.Equal(("a1", "raised", "evacuate-host"), (accepted.Host, accepted.Result, accepted.Plan));
        Assert.Equal(SteppedClock.Start.AddSeconds(60), accepted.HoldDownUntil);
        var raised = Assert.IsType<ConditionRaised>(server.Store.EventsOf(Host)[0]);
        Assert.Equal(new Actor("alertmanager"), raised.By);
        Assert.Equal("Uncorrectable memory errors", raised.Condition.Summary);
    }

    [Fact]
    public async Task An_alert_resolved_within_the_hold_down_cancels_it()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("alertmanager", Scopes.Trigger);
        await Post(client, Samples.Alert());
        server.Clock.Now += TimeSpan.FromSeconds(30);

        var receipt = await Post(client, Samples.Alert("resolved"));

        Assert.Equal("resolved", Assert.Single(receipt.Accepted).Result);
        Assert.Collection(
            server.Store.EventsOf(Host),
            first => Assert.IsType<ConditionRaised>(first),
            second => Assert.IsType<HoldDownStarted>(second),
            third => Assert.IsType<ConditionResolved>(third),
            fourth => Assert.IsType<HoldDownCancelled>(fourth));
    }

    [Fact]
    public async Task A_usable_alert_beside_unusable_ones_is_taken_and_the_rest_is_reported()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("alertmanager", Scopes.Trigger);

        var receipt = await Post(
            client,
            new { status = "firing", labels = "none" },
            Samples.Alert(),
            new { status = "firing", labels = new { alertname = "Watchdog" }, fingerprint = "aa" },
            Samples.Alert(instance: "x9:9100", name: "DiskFull", fingerprint: "bb"));

        Assert.Equal("a1", Assert.Single(receipt.Accepted).Host);
        Assert.Collection(
            receipt.Unmatched,
            unreadable => Assert.StartsWith("It can not be read", unreadable.Reason, StringComparison.Ordinal),
            nameless => Assert.StartsWith("None of the labels host, instance names a host", nameless.Reason, StringComparison.Ordinal),
            stranger => Assert.StartsWith("The inventory has no host x9", stranger.Reason, StringComparison.Ordinal));
        Assert.Contains(server.Log.Lines, line => line.Contains("3 reports from alertmanager", StringComparison.Ordinal) && line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_webhook_without_a_usable_alert_is_refused_for_good()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("alertmanager", Scopes.Trigger);

        using var answer = await client.PostAsync(Path, Samples.Json(Samples.Webhook(Samples.Alert(instance: ""))));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<Problem>(ContractJson.Options);
        Assert.Equal("no-usable-alert", problem!.Type);
        Assert.Contains("looks for the host in the label instance", problem.Title, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"version":"3","alerts":[]}""", "version")]
    [InlineData("{", "can not be read")]
    [InlineData("""{"version":"4","alerts":"none"}""", "can not be read")]
    public async Task What_is_no_webhook_gets_a_sentence(string body, string says)
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("alertmanager", Scopes.Trigger);

        using var answer = await client.PostAsync(Path, new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(says, (await answer.Content.ReadFromJsonAsync<Problem>(ContractJson.Options))!.Title, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_away_is_no_success_so_that_Alertmanager_sends_again()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("alertmanager", Scopes.Trigger);
        server.Store.IsAway = true;

        using var answer = await client.PostAsync(Path, Samples.Json(Samples.Webhook(Samples.Alert())));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Empty(server.Store.EventsOf(Host));
    }

    [Fact]
    public async Task An_alert_that_no_plan_asks_for_is_recorded_and_starts_nothing()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("alertmanager", Scopes.Trigger);

        var receipt = await Post(client, Samples.Alert(name: "FanSlow", instance: "A1.example.org:9100"));

        Assert.Null(Assert.Single(receipt.Accepted).Plan);
        Assert.IsType<ConditionRaised>(Assert.Single(server.Store.EventsOf(Host)));
    }

    [Fact]
    public async Task A_host_that_the_inventory_does_not_have_still_holds_down_where_a_plan_asks_for_the_alert()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("alertmanager", Scopes.Trigger);

        var receipt = await Post(client, Samples.Alert(instance: "x9:9100"));

        Assert.Equal("x9", Assert.Single(receipt.Accepted).Host);
        Assert.Equal(2, server.Store.EventsOf(new StreamId("host", "x9")).Count);
    }

    private static async Task<AlertReceipt> Post(HttpClient client, params object[] alerts)
    {
        using var answer = await client.PostAsync(Path, Samples.Json(Samples.Webhook(alerts)));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<AlertReceipt>(ContractJson.Options))!;
    }
}
