using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Server.Concerns;
using DrOrchestrator.Server.Ingest;
using DrOrchestrator.Server.Ingest.Unmatched;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;

namespace DrOrchestrator.Server.Tests.Concerns;

public sealed class UnmatchedConcernsTests
{
    private readonly SteppedClock clock = new();
    private readonly MemoryUnmatchedReports kept = new();

    [Fact]
    public async Task What_was_not_used_is_a_concern_by_name_for_as_long_as_it_is_repeated()
    {
        await Came("NodeDown", UnmatchedKind.Late);
        Assert.Empty(await Told());
        await Came("NodeDown", fingerprints: ["f1", "f2"]);
        var one = Assert.Single(await Told());
        Assert.Equal("The alert NodeDown came from alertmanager and was not taken: No host.", one.Summary);
        Assert.Equal(["unmatched=NodeDown", "sender=alertmanager"], one.About.Select(label => $"{label.Key}={label.Value}"));
        Assert.Equal(SteppedClock.Start, one.Since);
        clock.Now += TimeSpan.FromHours(4);
        await Came("NodeDown", fingerprints: ["f1"]);
        clock.Now += TimeSpan.FromHours(4);
        Assert.Single(await Told());
        clock.Now += TimeSpan.FromHours(2);
        Assert.Empty(await Told());
    }

    [Fact]
    public async Task Neither_one_rule_of_many_hosts_nor_what_came_late_hides_another_name()
    {
        await Came("FanFailed");
        clock.Now += TimeSpan.FromMinutes(1);
        await Came("NodeDown", fingerprints: [.. Enumerable.Range(0, 300).Select(host => $"h{host}")]);
        await Came("Overtaken", UnmatchedKind.Late, fingerprints: [.. Enumerable.Range(0, 300).Select(host => $"l{host}")]);

        Assert.Equal(["NodeDown", "FanFailed"], (await Told()).Select(concern => concern.About[0].Value));
    }

    [Fact]
    public async Task What_has_no_name_is_told_for_each_sender_with_that_senders_reason()
    {
        await Came(null, UnmatchedKind.Unreadable, sender: "old-nagios", reason: "It is no JSON.");
        await Came(null, UnmatchedKind.TooLarge, sender: "alertmanager", reason: "It is too long.");

        Assert.Equal(
            [
                "A report without a name came from alertmanager and was not taken: It is too long.",
                "A report without a name came from old-nagios and was not taken: It is no JSON.",
            ],
            (await Told()).Select(concern => concern.Summary).Order());
    }

    [Fact]
    public async Task A_group_that_came_incomplete_is_told_as_that_and_not_as_an_alert_that_was_not_taken()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("alertmanager", Scopes.Trigger);
        var webhook = Samples.Json(Samples.Webhook(Samples.Alert()));
        using var content = new StringContent((await webhook.ReadAsStringAsync()).Replace("\"truncatedAlerts\":0", "\"truncatedAlerts\":3", StringComparison.Ordinal), System.Text.Encoding.UTF8, "application/json");
        using var taken = await client.PostAsync("/api/v1/alerts/alertmanager", content);

        var concern = Assert.Single(await new UnmatchedConcerns(server.Unmatched, server.Clock).Now(CancellationToken.None));

        Assert.StartsWith(
            "The group {}:{alertname=\"HostHardwareFailing\"} came incomplete from alertmanager; what it did list was read. Alertmanager left 3 alerts out of this group", concern.Summary, StringComparison.Ordinal);
        Assert.DoesNotContain("not taken", concern.Summary, StringComparison.Ordinal);
        Assert.Equal("group", concern.About[0].Key);
        Assert.StartsWith("Raise max_alerts", concern.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_and_an_alert_of_one_name_are_two_concerns()
    {
        await Came("NodeDown");
        await Came("NodeDown", UnmatchedKind.Truncated, reason: "3 alerts were left out.");

        Assert.Equal(["group", "unmatched"], (await Told()).Select(concern => concern.About[0].Key).Order());
    }

    [Fact]
    public async Task More_names_than_are_told_one_by_one_are_said_to_be_more()
    {
        for (var name = 0; name < 201; name++)
        {
            await Came($"Rule{name:000}");
            clock.Now += TimeSpan.FromSeconds(1);
        }

        var told = await Told();

        Assert.Equal(201, told.Count);
        Assert.Equal("Rule200", told[0].About[0].Value);
        Assert.DoesNotContain(told, concern => concern.About[0].Value == "Rule000");
        Assert.Equal("Reports of more than 200 names and senders were not taken; the 200 last seen are told one by one.", told[^1].Summary);
    }

    private Task<IReadOnlyList<Concern>> Told() => new UnmatchedConcerns(kept, clock).Now(CancellationToken.None);

    private Task Came(string? name, UnmatchedKind kind = UnmatchedKind.Unmatched, string sender = "alertmanager", string reason = "No host.", params string[] fingerprints)
    {
        var body = "{}"u8.ToArray();
        string?[] itself = [name is null ? null : $"{name}-{kind}"];
        return kept.Keep(
            UnmatchedReport.Of(
                new IncomingMessage(IncomingMessage.Alertmanager, new Actor(sender), body),
                [.. (fingerprints.Length > 0 ? fingerprints : itself).Select(fingerprint => new ReadReport.Unusable(kind, fingerprint, name, reason, "{}"))],
                clock.Now),
            body,
            body.Length,
            CancellationToken.None);
    }
}
