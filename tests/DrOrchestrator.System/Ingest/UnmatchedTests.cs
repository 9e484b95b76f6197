using System.Text.Json;
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

    private static string Webhook(string alerts) => $$"""{"version":"4","groupKey":"g","truncatedAlerts":0,"alerts":[{{alerts}}]}""";

    private async Task<long> Bodies()
    {
        await using var command = services.Source.CreateCommand($"select count(*) from {Schema}.unmatched_body");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
