using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;
using static DrOrchestrator.Core.Health.HostEvent;

namespace DrOrchestrator.Server.Tests.Api;

public sealed class CloudEventTests
{
    private const string Path = "/api/v1/events";
    private const string Raised = "drorchestrator.host.condition.raised";
    private const string Resolved = "drorchestrator.host.condition.resolved";
    private static readonly StreamId Host = new("host", "a1");

    [Fact]
    public async Task A_structured_event_starts_the_hold_down_of_the_plan_that_its_labels_match()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("bmc", Scopes.Trigger);

        var accepted = Assert.Single((await Taken(client, Structured(Event(Raised, "02:14:11")))).Accepted);

        Assert.Equal(("a1", "raised", "evacuate-host", "bmc-a1"), (accepted.Host, accepted.Result, accepted.Plan, accepted.Fingerprint));
        var raised = Assert.IsType<ConditionRaised>(server.Store.EventsOf(Host)[0]);
        Assert.Equal((new DateTimeOffset(2026, 3, 1, 2, 14, 11, TimeSpan.Zero), "Fan 3 stopped", new Actor("bmc")), (raised.Condition.StartsAt, raised.Condition.Summary, raised.By));
    }

    [Fact]
    public async Task A_binary_event_says_the_same_in_headers()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("bmc", Scopes.Trigger);
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = Content("""{"host":"A1.example.org","name":"FanSlow","summary":"Fan"}""", "application/json") };
        foreach (var (name, value) in new[] { ("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/bmc/a%201"), ("ce-type", Raised), ("ce-time", "2026-03-01T02:14:11Z") })
        {
            request.Headers.Add(name, value);
        }

        using var answer = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("FanSlow", Assert.IsType<ConditionRaised>(Assert.Single(server.Store.EventsOf(Host))).Condition.Name);
    }

    [Fact]
    public async Task A_binary_event_that_can_not_be_used_is_kept_once_whatever_the_order_of_its_headers()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("bmc", Scopes.Trigger);
        (string Name, string Value)[] headers = [("ce-specversion", "1.0"), ("ce-source", "/bmc/a1"), ("ce-type", Raised), ("ce-subject", "a1")];
        foreach (var order in new[] { headers, [.. headers.Reverse()] })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = Content("{}", "application/json") };
            foreach (var (name, value) in order)
            {
                request.Headers.Add(name, value);
            }

            using var answer = await client.SendAsync(request);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        }

        Assert.Equal(2, Assert.Single(server.Unmatched.All).Times);
    }

    [Fact]
    public async Task The_same_event_again_changes_nothing_not_even_after_its_resolution()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("bmc", Scopes.Trigger);
        var raised = Event(Raised, "02:14:11");

        Assert.Equal("raised", Assert.Single((await Taken(client, Structured(raised))).Accepted).Result);
        Assert.Equal("known", Assert.Single((await Taken(client, Structured(raised))).Accepted).Result);
        Assert.Equal("resolved", Assert.Single((await Taken(client, Structured(Event(Resolved, "02:14:30")))).Accepted).Result);
        server.Clock.Now += TimeSpan.FromDays(1);
        Assert.Equal("late", Assert.Single((await Taken(client, Structured(raised))).Accepted).Result);
        Assert.Equal("raised", Assert.Single((await Taken(client, Structured(Event(Raised, "02:14:31")))).Accepted).Result);
        Assert.Equal("late", Assert.Single((await Taken(client, Structured(Event(Resolved, "02:14:30")))).Accepted).Result);
    }

    [Fact]
    public async Task A_batch_is_taken_event_by_event_in_its_order()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("bmc", Scopes.Trigger);

        var receipt = await Taken(client, Content($"[{Event(Raised, "02:14:11")},{{\"specversion\":\"1.0\"}},{Event(Resolved, "02:14:30")}]", "application/cloudevents-batch+json"));

        Assert.Equal(["raised", "resolved"], receipt.Accepted.Select(accepted => accepted.Result));
        Assert.Equal(1, receipt.UnmatchedInAll);
        Assert.Single(server.Unmatched.All);
    }

    [Theory]
    [InlineData("specversion", "\"0.3\"", "The attribute specversion is '0.3'")]
    [InlineData("specversion", null, "The attribute specversion is ''")]
    [InlineData("id", null, "The attribute id is missing")]
    [InlineData("id", "\"\"", "The attribute id is ''")]
    [InlineData("id", "7", "The attribute id is no text")]
    [InlineData("source", null, "The attribute source is missing")]
    [InlineData("type", null, "The attribute type is missing")]
    [InlineData("type", "\"com.example.other\"", "The attribute type is 'com.example.other'")]
    [InlineData("time", null, "The attribute time is missing")]
    [InlineData("time", "\"yesterday\"", "The attribute time is 'yesterday'")]
    [InlineData("datacontenttype", "\"text/xml\"", "The attribute datacontenttype is 'text/xml'")]
    [InlineData("data", null, "data is no JSON object")]
    [InlineData("data", """{"name":"X"}""", "data.host is missing")]
    [InlineData("data", """{"host":"a1"}""", "data.name is missing")]
    [InlineData("data", """{"host":"a1","name":"X","labels":{"rack":12}}""", "labels.rack is no text")]
    [InlineData("data", """{"host":"x9","name":"X"}""", "The inventory has no host x9")]
    public async Task What_breaks_a_rule_is_named_refused_and_kept(string member, string? value, string says)
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("bmc", Scopes.Trigger);
        var made = System.Text.Json.Nodes.JsonNode.Parse(Event(Raised, "02:14:11"))!.AsObject();
        made.Remove(member);
        if (value is not null)
        {
            made[member] = System.Text.Json.Nodes.JsonNode.Parse(value);
        }

        using var answer = await client.PostAsync(Path, Structured(made.ToJsonString()));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var problem = (await answer.Content.ReadFromJsonAsync<Problem>(ContractJson.Options))!;
        Assert.Contains($"event 1: {says}", problem.Title.Replace("It can not be read: data.", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains(says, Assert.Single(server.Unmatched.All).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "application/cloudevents+json", "line 1, byte 2")]
    [InlineData("{}", "application/cloudevents+avro", "the content type is")]
    [InlineData("{}", "application/json", "the content type is")]
    [InlineData("{}", "application/cloudevents-batch+json", "no list of CloudEvents")]
    public async Task What_is_no_event_at_all_is_refused_with_its_place_and_kept(string body, string contentType, string says)
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("bmc", Scopes.Trigger);

        using var answer = await client.PostAsync(Path, Content(body, contentType));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(says, (await answer.Content.ReadFromJsonAsync<Problem>(ContractJson.Options))!.Title, StringComparison.OrdinalIgnoreCase);
        Assert.Single(server.Unmatched.All);
    }

    private static string Event(string type, string time) =>
        $$$$"""{"specversion":"1.0","id":"{{{{time}}}}","source":"/bmc/a1","type":"{{{{type}}}}","time":"2026-03-01T{{{{time}}}}Z","rackPosition":7,"data":{"host":"a1","name":"HostHardwareFailing","fingerprint":"bmc-a1","summary":"Fan 3 stopped","labels":{"severity":"critical"}}}""";

    private static StringContent Structured(string text) => Content(text, "application/cloudevents+json; charset=utf-8");

    private static StringContent Content(string text, string contentType)
    {
        var content = new StringContent(text, Encoding.UTF8);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return content;
    }

    private static async Task<AlertReceipt> Taken(HttpClient client, HttpContent content)
    {
        using var answer = await client.PostAsync(Path, content);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<AlertReceipt>(ContractJson.Options))!;
    }
}
