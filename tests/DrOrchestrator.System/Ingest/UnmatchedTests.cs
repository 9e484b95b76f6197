using System.Text.Json;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Server.Hosting;
using DrOrchestrator.Server.Ingest;
using DrOrchestrator.Server.Ingest.Unmatched;
using DrOrchestrator.Store;
using DrOrchestrator.SystemTests.Infrastructure;

namespace DrOrchestrator.SystemTests.Ingest;

/// <summary>What was kept aside, in the real database: read page by page, counted, and let go beyond its bound.</summary>
[Collection(Services.OneByOne)]
public sealed class UnmatchedTests(Services services, ITestOutputHelper output) : IClassFixture<Services>
{
    private const string Schema = "unmatched";
    private const int Port = 15981;
    private const int Most = 10_000;

    [Fact]
    public async Task More_rubbish_than_is_kept_lets_the_oldest_go_and_text_that_no_database_holds_loses_no_alert()
    {
        await using var server = TestServer.Start(services, Schema, Port, Schema);
        await TestServer.WaitUntilUp(Port);
        using var api = new Api(services.Folder, Schema, Port);

        // A usable alert in each, so that it is 200; the first with text that PostgreSQL refuses.
        await api.Post("alerts/alertmanager", Webhook("""{"status":"firing","fingerprint":"good","labels":{"alertname":"Watched","instance":"a1","note":"a\u0000b"},"annotations":{"summary":"\u0000"}}"""));
        for (var part = 0; part < 12; part++)
        {
            var rubbish = string.Join(',', Enumerable.Range(0, 1000).Select(index => $$$"""{"status":"firing","fingerprint":"{{{part}}}-{{{index}}}","labels":{"alertname":"Stray\u0000"}}"""));
            await api.Post("alerts/alertmanager", Webhook("""{"status":"firing","fingerprint":"good","labels":{"alertname":"Watched","instance":"a1"}},""" + rubbish));
        }

        await api.Post("alerts/alertmanager", Webhook("""{"status":"firing","fingerprint":"good","labels":{"alertname":"Watched","instance":"a1"}},{"status":"firing","fingerprint":"11-7","labels":{"alertname":"Stray"}}"""));

        var reports = new List<JsonElement>();
        for (var place = ""; place is not null;)
        {
            var page = await api.Get($"alerts/unmatched?limit=500{place}");
            reports.AddRange(page.GetProperty("reports").EnumerateArray());
            place = page.TryGetProperty("next", out var next) ? $"&before={next.GetString()}" : null;
        }

        var fingerprints = reports.Select(report => report.GetProperty("fingerprint").GetString()!).ToArray();
        output.WriteLine($"{reports.Count} of 12000 kept, {await Bodies()} messages");
        Assert.Equal(Most, fingerprints.Distinct().Count());
        Assert.Equal(Most, reports.Count);
        Assert.DoesNotContain(fingerprints, fingerprint => fingerprint.StartsWith("0-", StringComparison.Ordinal) || fingerprint.StartsWith("1-", StringComparison.Ordinal));
        Assert.Equal(10, await Bodies());
        Assert.Equal(("11-7", 2L), (fingerprints[0], reports[0].GetProperty("times").GetInt64()));
        var alert = Assert.Single((await api.Get("alerts")).GetProperty("alerts").EnumerateArray());
        Assert.Equal("\ufffd", alert.GetProperty("summary").GetString());
    }

    [Fact]
    public async Task Each_name_of_each_sender_is_one_sort_whatever_else_came_and_what_came_late_is_none()
    {
        const string schema = "sorts";
        await using (TestServer.Start(services, schema, Port, schema))
        {
            // It makes the tables.
            await TestServer.WaitUntilUp(Port);
        }

        var reports = new PostgresUnmatchedReports(services.Source, new StoreOptions { ConnectionString = services.Database, Schema = schema }, TimeProvider.System);
        var first = new DateTimeOffset(2026, 3, 1, 2, 15, 0, TimeSpan.Zero);
        Task Came(int minute, string? name, UnmatchedKind kind, string sender, string reason, int count = 1) => reports.Keep(
            UnmatchedReport.Of(
                new IncomingMessage(IncomingMessage.Alertmanager, new Actor(sender), "{}"u8.ToArray()),
                [.. Enumerable.Range(0, count).Select(index => new ReadReport.Unusable(kind, $"{name}-{kind}-{index}", name, reason, "{}"))],
                first.AddMinutes(minute)),
            "{}"u8.ToArray(),
            2,
            CancellationToken.None);
        await Came(0, "Before", UnmatchedKind.Unmatched, "one", "Long ago.");
        await Came(1, "FanFailed", UnmatchedKind.Unmatched, "one", "No host.");
        await Came(2, null, UnmatchedKind.TooLarge, "two", "Too long.");
        await Came(3, null, UnmatchedKind.Unreadable, "one", "No JSON.");
        await Came(4, "NodeDown", UnmatchedKind.Truncated, "one", "3 left out.");
        await Came(5, "NodeDown", UnmatchedKind.Unmatched, "two", "No host.");
        await Came(6, "NodeDown", UnmatchedKind.Unmatched, "one", "An old reason.", count: 300);
        await Came(7, "NodeDown", UnmatchedKind.Unmatched, "one", "The newest reason.", count: 2);
        await Came(8, "Overtaken", UnmatchedKind.Late, "one", "Late.", count: 300);
        await Came(9, "unnamed", UnmatchedKind.Unmatched, "one", "No host.");

        UnmatchedSort[] expected =
        [
            new(UnmatchedSort.Unnamed, "one", Truncated: false, "No host.", first.AddMinutes(3), first.AddMinutes(9)),
            new("NodeDown", "one", Truncated: false, "The newest reason.", first.AddMinutes(6), first.AddMinutes(7)),
            new("NodeDown", "two", Truncated: false, "No host.", first.AddMinutes(5), first.AddMinutes(5)),
            new("NodeDown", "one", Truncated: true, "3 left out.", first.AddMinutes(4), first.AddMinutes(4)),
            new(UnmatchedSort.Unnamed, "two", Truncated: false, "Too long.", first.AddMinutes(2), first.AddMinutes(2)),
            new("FanFailed", "one", Truncated: false, "No host.", first.AddMinutes(1), first.AddMinutes(1)),
        ];
        Assert.Equal(expected, await reports.Sorts(first.AddMinutes(1), 100, CancellationToken.None));
        Assert.Equal(expected[..2], await reports.Sorts(first.AddMinutes(1), 2, CancellationToken.None));
    }

    private static string Webhook(string alerts) => $$"""{"version":"4","groupKey":"g","truncatedAlerts":0,"alerts":[{{alerts}}]}""";

    private async Task<long> Bodies()
    {
        await using var command = services.Source.CreateCommand($"select count(*) from {Schema}.unmatched_body");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
