using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Server.Concerns;
using DrOrchestrator.Server.Configuration;
using DrOrchestrator.Server.Ingest.Amqp;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;

namespace DrOrchestrator.Server.Tests.Ingest;

/// <summary>
/// What the orchestrator sends is routed back to it by every way in: nothing starts, nothing stands against a host, nothing is kept as not
/// used. The plan would take any alert of a critical severity; the same report of another origin shows that it does.
/// </summary>
public sealed class OwnAlertsTests
{
    private const string Other = "another";
    private static readonly StreamId Host = new("host", "a1");
    private static readonly string Greedy = Samples.Plan.Replace("{ alertname: HostHardwareFailing }", "{ severity: critical }", StringComparison.Ordinal);

    [Theory]
    [InlineData("/api/v1/alerts/alertmanager", "application/json", "webhook")]
    [InlineData("/api/v1/alerts/alertmanager", "application/json", "truncated")]
    [InlineData("/api/v1/events", "application/cloudevents+json", "event")]
    [InlineData("/api/v1/events", "application/cloudevents-batch+json", "batch")]
    public async Task By_HTTP(string path, string contentType, string form)
    {
        await using var server = await TestServerHost.Start(draft => draft.Plan = Greedy);
        using var client = await server.As("alertmanager", Scopes.Trigger);

        using var own = await client.PostAsync(path, Content(Body(form, OwnAlerts.Value), contentType));

        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        var receipt = (await own.Content.ReadFromJsonAsync<AlertReceipt>(ContractJson.Options))!;
        Assert.Equal((0, 0, 0, 1), (receipt.Accepted.Count, receipt.Unmatched.Count, receipt.UnmatchedInAll, receipt.Own));
        Nothing(server);

        using var others = await client.PostAsync(path, Content(Body(form, Other), contentType));
        Assert.Equal("raised", Assert.Single((await others.Content.ReadFromJsonAsync<AlertReceipt>(ContractJson.Options))!.Accepted).Result);
        Assert.NotEmpty(server.Store.EventsOf(Host));
    }

    [Theory]
    [InlineData("application/json", "webhook")]
    [InlineData(null, "truncated")]
    [InlineData("application/cloudevents+json", "event")]
    [InlineData("application/cloudevents-batch+json", "batch")]
    public async Task By_a_foreign_exchange(string? contentType, string form)
    {
        await using var server = await TestServerHost.Start(draft => draft.Plan = Greedy);

        Assert.Equal(ForeignVerdict.Taken, await Take(server, contentType, Body(form, OwnAlerts.Value)));
        Nothing(server);

        Assert.Equal(ForeignVerdict.Taken, await Take(server, contentType, Body(form, Other)));
        Assert.NotEmpty(server.Store.EventsOf(Host));
    }

    [Fact]
    public async Task Attributes_in_headers_change_nothing_of_it()
    {
        await using var server = await TestServerHost.Start(draft => draft.Plan = Greedy);
        var headers = new Dictionary<string, object?>
        {
            ["ce-specversion"] = "1.0",
            ["ce-id"] = "1",
            ["ce-source"] = "/own",
            ["ce-type"] = "drorchestrator.host.condition.raised",
            ["ce-time"] = "2026-03-01T02:14:11Z",
        };
        byte[] Data(string origin) => Encoding.UTF8.GetBytes($$$"""{"host":"a1","name":"DrDecisionWaiting","labels":{"severity":"critical","origin":"{{{origin}}}"}}""");

        Assert.Equal(ForeignVerdict.Taken, await server.Foreign.Take("application/json", headers, Data(OwnAlerts.Value), CancellationToken.None));
        Nothing(server);

        Assert.Equal(ForeignVerdict.Taken, await server.Foreign.Take("application/json", headers, Data(Other), CancellationToken.None));
        Assert.NotEmpty(server.Store.EventsOf(Host));
    }

    [Fact]
    public async Task Beside_others_only_the_others_count()
    {
        await using var server = await TestServerHost.Start(draft => draft.Plan = Greedy);
        using var client = await server.As("alertmanager", Scopes.Trigger);
        using var answer = await client.PostAsync(
            "/api/v1/alerts/alertmanager", Content($$"""{"version":"4","truncatedAlerts":2,"alerts":[{{Alert(OwnAlerts.Value)}},{{Alert(Other)}}]}""", "application/json"));

        var receipt = (await answer.Content.ReadFromJsonAsync<AlertReceipt>(ContractJson.Options))!;

        Assert.Equal((1, 0, 1, 2), (receipt.Accepted.Count, receipt.UnmatchedInAll, receipt.Own, receipt.TruncatedAlerts));
        Assert.Equal(Server.Ingest.UnmatchedKind.Truncated, Assert.Single(server.Unmatched.All).Kind);
    }

    [Fact]
    public void No_trigger_of_any_plan_matches_what_we_send()
    {
        var catalog = new PlanCatalog([PlanCatalog.Parse("evacuate-host.yaml", Samples.Plan.Replace("{ alertname: HostHardwareFailing }", "{ origin: drorchestrator }", StringComparison.Ordinal))]);
        Assert.Null(catalog.Match(OutgoingAlert.Of(new Concern(ConcernKind.DrDecisionWaiting, [new("host", "a1")], "It waits.", "Do it.", "drctl hosts", SteppedClock.Start), SteppedClock.Start).Labels));
        Assert.Null(catalog.Match(OutgoingAlert.Heartbeat(SteppedClock.Start).Labels));
    }

    private static void Nothing(TestServerHost server)
    {
        Assert.Empty(server.Store.EventsOf(Host));
        Assert.Empty(server.Unmatched.All);
    }

    private static Task<ForeignVerdict> Take(TestServerHost server, string? contentType, string body) =>
        server.Foreign.Take(contentType, null, Encoding.UTF8.GetBytes(body), CancellationToken.None);

    private static string Body(string form, string origin) => form switch
    {
        "webhook" => $$"""{"version":"4","alerts":[{{Alert(origin)}}]}""",
        "truncated" => $$"""{"version":"4","truncatedAlerts":3,"alerts":[{{Alert(origin)}}]}""",
        "event" => Event(origin),
        _ => $"[{Event(origin)}]",
    };

    private static string Alert(string origin) =>
        $$$"""{"status":"firing","labels":{"alertname":"DrDecisionWaiting","severity":"critical","host":"a1","instance":"a1","origin":"{{{origin}}}"},"startsAt":"2026-03-01T02:14:11Z","fingerprint":"f-{{{origin}}}"}""";

    private static string Event(string origin) =>
        $$$$"""{"specversion":"1.0","id":"1","source":"/own","type":"drorchestrator.host.condition.raised","time":"2026-03-01T02:14:11Z","data":{"host":"a1","name":"DrDecisionWaiting","labels":{"severity":"critical","origin":"{{{{origin}}}}"}}}""";

    private static StringContent Content(string body, string contentType) => new(body, Encoding.UTF8, MediaTypeHeaderValue.Parse(contentType));
}
