using System.Net;
using System.Net.Http.Json;
using System.Text;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;
using static DrOrchestrator.Core.Health.HostEvent;

namespace DrOrchestrator.Server.Tests.Api;

/// <summary>What was received and not used is kept before the answer, and shown.</summary>
public sealed class UnmatchedTests
{
    private const string Path = "/api/v1/alerts/alertmanager";
    private const string List = "/api/v1/alerts/unmatched";
    private static readonly StreamId Host = new("host", "a1");

    [Fact]
    public async Task Nothing_extra_is_written_where_everything_was_usable()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("alertmanager", Scopes.Trigger);

        await Post(client, Samples.Webhook(Samples.Alert()), HttpStatusCode.OK);
        await Post(client, Samples.Webhook(Samples.Alert()), HttpStatusCode.OK);

        Assert.Equal(0, server.Unmatched.Writes);
    }

    [Fact]
    public async Task Each_unusable_alert_is_kept_with_its_reason_and_its_raw_text_beside_the_whole_message()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("alertmanager", Scopes.Trigger, Scopes.View);

        await Post(client, Samples.Webhook(Samples.Alert(), Samples.Alert(instance: "x9:9100", name: "DiskFull", fingerprint: "bb")), HttpStatusCode.OK);

        var kept = Assert.Single((await client.GetFromJsonAsync<UnmatchedPage>(List, ContractJson.Options))!.Reports);
        Assert.Equal(("unmatched", "alertmanager-webhook", "alertmanager", "DiskFull", "bb", 1), (kept.Kind, kept.Way, kept.Sender, kept.Name, kept.Fingerprint, kept.Times));
        Assert.StartsWith("The inventory has no host x9", kept.Reason, StringComparison.Ordinal);
        var detail = (await client.GetFromJsonAsync<UnmatchedDetail>($"{List}/{kept.Id}", ContractJson.Options))!;
        Assert.Contains("\"instance\":\"x9:9100\"", detail.Part, StringComparison.Ordinal);
        Assert.DoesNotContain("a1:9100", detail.Part, StringComparison.Ordinal);
        Assert.Contains("a1:9100", detail.Body, StringComparison.Ordinal);
        Assert.Single(server.Store.EventsOf(Host).OfType<ConditionRaised>());
    }

    [Fact]
    public async Task A_repetition_is_counted_and_not_kept_twice()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("alertmanager", Scopes.Trigger, Scopes.View);
        var stranger = Samples.Webhook(Samples.Alert(instance: "x9", name: "DiskFull", fingerprint: "bb"));

        await Post(client, stranger, HttpStatusCode.UnprocessableEntity);
        server.Clock.Now += TimeSpan.FromMinutes(5);
        await Post(client, stranger, HttpStatusCode.UnprocessableEntity);

        var kept = Assert.Single((await client.GetFromJsonAsync<UnmatchedPage>(List, ContractJson.Options))!.Reports);
        Assert.Equal((2, SteppedClock.Start, SteppedClock.Start.AddMinutes(5)), (kept.Times, kept.FirstSeen, kept.LastSeen));
    }

    [Fact]
    public async Task A_report_that_comes_again_for_another_reason_shows_the_newest_with_its_message_and_the_first_time()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("alertmanager", Scopes.Trigger, Scopes.View);

        await Post(client, Samples.Webhook(Samples.Alert(instance: "x9", name: "DiskFull", fingerprint: "bb")), HttpStatusCode.UnprocessableEntity);
        server.Clock.Now += TimeSpan.FromMinutes(5);
        await Post(client, Samples.Webhook(Samples.Alert(instance: "x8", name: "DiskFull", fingerprint: "bb")), HttpStatusCode.UnprocessableEntity);

        var kept = Assert.Single((await client.GetFromJsonAsync<UnmatchedPage>(List, ContractJson.Options))!.Reports);
        Assert.StartsWith("The inventory has no host x8", kept.Reason, StringComparison.Ordinal);
        Assert.Equal((2, SteppedClock.Start, SteppedClock.Start.AddMinutes(5)), (kept.Times, kept.FirstSeen, kept.LastSeen));
        var detail = (await client.GetFromJsonAsync<UnmatchedDetail>($"{List}/{kept.Id}", ContractJson.Options))!;
        Assert.Contains("x8", detail.Part, StringComparison.Ordinal);
        Assert.Contains("x8", detail.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/alerts/alertmanager", true, true)]
    [InlineData("/api/v1/events", true, false)]
    [InlineData("/api/v1/alerts/alertmanager", false, true)]
    public async Task A_body_that_is_too_long_is_refused_with_the_limit_and_its_beginning_is_kept(string path, bool kestrel, bool saysItsLength)
    {
        await using var server = await TestServerHost.Start(draft => draft.Kestrel = kestrel);
        using var client = await server.As("alertmanager", Scopes.Trigger, Scopes.View);
        const int Size = (9 * 1024 * 1024) + 1;

        foreach (var size in new[] { Size - 1, Size })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent([.. "{\"alerts\":["u8, .. new byte[size - 11]]) };
            request.Headers.TransferEncodingChunked = !saysItsLength;
            using var answer = await client.SendAsync(request);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            var problem = (await answer.Content.ReadFromJsonAsync<Problem>(ContractJson.Options))!;
            Assert.Equal("body-too-large", problem.Type);
            Assert.Contains("at most 8388608 (8 MiB) are taken", problem.Title, StringComparison.Ordinal);
            Assert.Contains("max_alerts", problem.WayOut, StringComparison.Ordinal);
        }

        var kept = Assert.Single((await client.GetFromJsonAsync<UnmatchedPage>(List, ContractJson.Options))!.Reports);
        Assert.Equal(("too-large", "alertmanager", 2), (kept.Kind, kept.Sender, kept.Times));
        Assert.Contains(saysItsLength ? $"has {Size} bytes" : "has more than 8388608 bytes", kept.Reason, StringComparison.Ordinal);
        var detail = (await client.GetFromJsonAsync<UnmatchedDetail>($"{List}/{kept.Id}", ContractJson.Options))!;
        Assert.StartsWith("{\"alerts\":[", detail.Body, StringComparison.Ordinal);
        Assert.Equal(32 * 1024, detail.Body!.Length);
        Assert.True(detail.BodyLength > 8 * 1024 * 1024);
    }

    [Fact]
    public async Task What_is_refused_for_good_is_kept_all_the_same_because_nobody_sends_it_again()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("alertmanager", Scopes.Trigger, Scopes.View);

        using (var answer = await client.PostAsync(Path, new StringContent("""{"version":"4","alerts":[""")))
        {
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains("at line 1, byte", (await answer.Content.ReadFromJsonAsync<Problem>(ContractJson.Options))!.Title, StringComparison.Ordinal);
        }

        var kept = Assert.Single((await client.GetFromJsonAsync<UnmatchedPage>(List, ContractJson.Options))!.Reports);
        Assert.Equal("unreadable", kept.Kind);
        Assert.Equal("""{"version":"4","alerts":[""", (await client.GetFromJsonAsync<UnmatchedDetail>($"{List}/{kept.Id}", ContractJson.Options))!.Body);
    }

    [Theory]
    [InlineData("3", "left 3 alerts out")]
    [InlineData("\"many\"", "left an unknown number of alerts out")]
    [InlineData("-1", "left an unknown number of alerts out")]
    public async Task A_truncated_group_is_partial_evidence_and_resolves_nothing(string truncated, string says)
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("alertmanager", Scopes.Trigger, Scopes.View);
        await Post(client, Samples.Webhook(Samples.Alert(), Samples.Alert(fingerprint: "second")), HttpStatusCode.OK);

        var text = await Samples.Json(Samples.Webhook(Samples.Alert())).ReadAsStringAsync();
        using var answer = await client.PostAsync(Path, new StringContent(text.Replace("\"truncatedAlerts\":0", $"\"truncatedAlerts\":{truncated}", StringComparison.Ordinal)));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var kept = Assert.Single((await client.GetFromJsonAsync<UnmatchedPage>(List, ContractJson.Options))!.Reports);
        Assert.Equal("truncated", kept.Kind);
        Assert.Contains(says, kept.Reason, StringComparison.Ordinal);
        Assert.Empty(server.Store.EventsOf(Host).OfType<ConditionResolved>());
    }

    [Fact]
    public async Task What_can_not_be_kept_is_not_acknowledged_so_that_the_sender_sends_again()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("alertmanager", Scopes.Trigger);
        server.Unmatched.IsAway = true;

        await Post(client, Samples.Webhook(Samples.Alert(), Samples.Alert(instance: "x9", name: "DiskFull", fingerprint: "bb")), HttpStatusCode.ServiceUnavailable);
        server.Unmatched.IsAway = false;
        await Post(client, Samples.Webhook(Samples.Alert(), Samples.Alert(instance: "x9", name: "DiskFull", fingerprint: "bb")), HttpStatusCode.OK);

        Assert.Single(server.Unmatched.All);
        Assert.Single(server.Store.EventsOf(Host).OfType<ConditionRaised>());
    }

    [Fact]
    public async Task The_list_is_read_page_by_page_last_seen_first()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("alertmanager", Scopes.Trigger, Scopes.View);
        for (var index = 0; index < 5; index++)
        {
            await Post(client, Samples.Webhook(Samples.Alert(instance: "x9", name: $"Alert{index}", fingerprint: $"f{index}")), HttpStatusCode.UnprocessableEntity);
            server.Clock.Now += TimeSpan.FromSeconds(1);
        }

        var names = new List<string?>();
        for (string? next = ""; next is not null;)
        {
            var page = (await client.GetFromJsonAsync<UnmatchedPage>($"{List}?limit=2{(next.Length == 0 ? "" : "&before=" + next)}", ContractJson.Options))!;
            names.AddRange(page.Reports.Select(report => report.Name));
            next = page.Next;
        }

        Assert.Equal(["Alert4", "Alert3", "Alert2", "Alert1", "Alert0"], names);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync($"{List}?before=yesterday")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"{List}/nothing")).StatusCode);
    }

    [Fact]
    public async Task One_message_full_of_rubbish_keeps_no_more_than_a_bounded_number_of_reports()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("alertmanager", Scopes.Trigger);

        var body = $$"""{"version":"4","alerts":[{{string.Join(',', Enumerable.Range(0, 5000))}}]}""";
        using var answer = await client.PostAsync(Path, new StringContent(body, Encoding.UTF8));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(1001, server.Unmatched.All.Count);
        Assert.Contains(server.Unmatched.All, report => report.Reason.StartsWith("4000 more reports", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"status":"firing","labels":{"alertname":"HostHardwareFailing","instance":null}}""", "unreadable")]
    [InlineData("""{"status":"firing","labels":{"alertname":"HostHardwareFailing","instance":"\u0000"}}""", "unmatched")]
    [InlineData("""{"status":"firing","labels":{"alertname":"\ud800","instance":"a1"}}""", "unreadable")]
    [InlineData("""{"status":"on fire","labels":{"alertname":"X","instance":"a1"}}""", "unreadable")]
    [InlineData("null", "unreadable")]
    public async Task An_odd_alert_is_kept_under_what_is_the_matter(string alert, string kind)
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("alertmanager", Scopes.Trigger, Scopes.View);

        using var answer = await client.PostAsync(Path, new StringContent($$"""{"version":"4","alerts":[{{alert}}]}"""));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(kind, Assert.Single((await client.GetFromJsonAsync<UnmatchedPage>(List, ContractJson.Options))!.Reports).Kind);
    }

    [Theory]
    [InlineData("""{"status":"firing","fingerprint":"f","startsAt":"yesterday","annotations":7,"labels":{"alertname":"HostHardwareFailing","instance":"a1"}}""")]
    [InlineData("""{"status":"firing","fingerprint":"f\u0000","annotations":{"summary":"\u0000"},"labels":{"alertname":"HostHardwareFailing","instance":"a1","note":"a\u0000b"}}""")]
    public async Task An_oddity_beside_the_point_loses_no_alert(string alert)
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("alertmanager", Scopes.Trigger);

        using var answer = await client.PostAsync(Path, new StringContent($$"""{"version":"4","groupLabels":3,"alerts":[{{alert}}]}"""));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Single(server.Store.EventsOf(Host).OfType<ConditionRaised>());
    }

    [Fact]
    public async Task What_stands_is_listed_host_by_host()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("alertmanager", Scopes.Trigger, Scopes.View);
        await Post(client, Samples.Webhook(Samples.Alert(), Samples.Alert(instance: "x9:9100", fingerprint: "cc")), HttpStatusCode.OK);

        var alerts = (await client.GetFromJsonAsync<AlertList>("/api/v1/alerts", ContractJson.Options))!.Alerts;

        Assert.Equal([("a1", "holding-down"), ("x9", "holding-down")], alerts.Select(alert => (alert.Host, alert.Health)));
    }

    private static async Task Post(HttpClient client, object webhook, HttpStatusCode expected)
    {
        using var answer = await client.PostAsync(Path, Samples.Json(webhook));
        Assert.Equal(expected, answer.StatusCode);
    }
}
