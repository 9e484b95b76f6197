using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Server.Ingest;
using DrOrchestrator.Server.Ingest.Alertmanager;
using DrOrchestrator.Server.Ingest.Amqp;
using DrOrchestrator.Server.Ingest.CloudEvents;
using DrOrchestrator.Server.Ingest.Unmatched;
using DrOrchestrator.Server.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DrOrchestrator.Server.Tests.Fuzz;

/// <summary>
/// Mutated messages by all three ways in. Whatever comes: no exception, no 5xx, and afterwards every report of the message is in
/// a stream or kept aside, or the whole was refused with a 4xx that names the place, and is kept as well.
/// </summary>
public sealed class IngestFuzzTests(ITestOutputHelper output)
{
    private const int Seed = 20260301;
    private const int PerServer = 500;

    private static readonly int Messages = Environment.GetEnvironmentVariable("DR_SOAK") == "1" ? 200_000 : 10_000;

    private readonly ConcurrentDictionary<string, int> counts = new();

    [Fact]
    public async Task Every_mutated_message_is_taken_or_kept_and_listed_or_refused_with_its_place()
    {
        var mutations = new Mutations(new Random(Seed));
        var failures = new List<string>();
        for (var done = 0; done < Messages && failures.Count < 10; done += PerServer)
        {
            await using var server = await TestServerHost.Start();
            using var client = await server.As("fuzz", Scopes.Trigger);
            for (var index = done; index < done + PerServer; index++)
            {
                var message = mutations.Next();
                server.Clock.Now += TimeSpan.FromSeconds(1);
                try
                {
                    await Check(server, client, message);
                }
                catch (Exception exception)
                {
                    failures.Add($"Message {index}: {exception.Message} {message} {exception.StackTrace}");
                }
            }

            foreach (var stream in server.Store.Streams)
            {
                _ = server.Store.EventsOf(stream).Aggregate(HostDecider.Instance.Initial, (state, happened) => HostDecider.Instance.Evolve(state, (HostEvent)happened));
            }
        }

        Assert.True(failures.Count == 0, $"Seed {Seed}:\n{string.Join('\n', failures.Take(10))}");
        output.WriteLine($"{Messages} mutated messages: {string.Join(", ", counts.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key} {entry.Value}"))}; seed {Seed}");

        // A fuzz that only ever meets the first check has tested nothing else.
        Assert.All(["alerts: all taken", "alerts: in part", "alerts: 4xx", "events: all taken", "events: 4xx", "amqp: all taken", "amqp: dead"], kind => Assert.True(counts.GetValueOrDefault(kind) > Messages / 200, kind));
    }

    private async Task Check(TestServerHost server, HttpClient client, FuzzMessage message)
    {
        var expected = Expected.Of(server, message);
        var before = expected.Kept.ToDictionary(report => report.Id, report => TimesOf(server, report.Id));
        if (message.Way == "amqp")
        {
            var verdict = await server.Foreign.Take(message.ContentType, Headers(message), message.Body, CancellationToken.None);
            Assert.Equal(expected.Usable.Count > 0 ? ForeignVerdict.Taken : ForeignVerdict.Dead, verdict);
            Count(message, verdict is ForeignVerdict.Dead ? "dead" : expected.Kept.Count == 0 ? "all taken" : "in part");
        }
        else
        {
            await Post(client, message, expected);
        }

        Assert.DoesNotContain(server.Unmatched.All, report => report.Kind is UnmatchedKind.Unrecorded);
        foreach (var report in expected.Kept)
        {
            Assert.Equal(before[report.Id] + report.Times, TimesOf(server, report.Id));
        }

        foreach (var usable in expected.Usable.GroupBy(report => (report.Host, report.Condition.Fingerprint)).Select(group => group.Last()))
        {
            Recorded(server, usable);
        }
    }

    private async Task Post(HttpClient client, FuzzMessage message, Expected expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, message.Way == "alerts" ? "/api/v1/alerts/alertmanager" : "/api/v1/events") { Content = new ByteArrayContent(message.Body) };
        if (message.ContentType is { } type)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        foreach (var (name, value) in message.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await client.SendAsync(request);
        if (answer.StatusCode is HttpStatusCode.OK)
        {
            var receipt = (await answer.Content.ReadFromJsonAsync<AlertReceipt>(ContractJson.Options))!;
            Assert.Equal(expected.Usable.Count, receipt.Accepted.Count);
            Assert.Equal(Reported(message), receipt.Accepted.Count + receipt.UnmatchedInAll);
            Count(message, receipt.UnmatchedInAll == 0 ? "all taken" : "in part");
            return;
        }

        Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.BadRequest, HttpStatusCode.UnprocessableEntity });
        var problem = (await answer.Content.ReadFromJsonAsync<Problem>(ContractJson.Options))!;
        Assert.Empty(expected.Usable);
        Assert.NotEmpty(expected.Kept);
        Assert.NotEmpty(problem.WayOut);
        Assert.Matches("line \\d+, byte \\d+|alert 1: |event 1: |version|alerts is no list|no JSON object|content type|no list of CloudEvents|There is no (alert|event) in it", problem.Title);
        Count(message, "4xx");
    }

    /// <summary>The host's stream knows of the report: its condition stands, or is over, or the report was late and is listed.</summary>
    private static void Recorded(TestServerHost server, ReadReport.Usable report)
    {
        var fingerprint = report.Condition.Fingerprint;
        var state = (HostState)server.Store.EventsOf(StreamId.Host(report.Host)).Aggregate((object)HostDecider.Instance.Initial, (state, happened) => HostDecider.Instance.Evolve((HostState)state, (HostEvent)happened));
        var late = server.Unmatched.All.Any(kept => kept.Kind is UnmatchedKind.Late && kept.Fingerprint == fingerprint && kept.LastSeen == server.Clock.Now);
        Assert.True(state.Conditions.ContainsKey(fingerprint) == report.Stands || late, $"{report.Host} {fingerprint} stands: {state.Conditions.ContainsKey(fingerprint)}, reported {report.Stands}, late {late}.");
    }

    /// <summary>How many reports there are, counted without the product's reading.</summary>
    private static int Reported(FuzzMessage message)
    {
        if (message.ContentType is { } type && !type.StartsWith("application/cloudevents", StringComparison.OrdinalIgnoreCase) && message.Way == "events")
        {
            return 1;
        }

        using var document = JsonDocument.Parse(message.Body);
        return message.Way == "alerts" ? document.RootElement.GetProperty("alerts").GetArrayLength()
            : document.RootElement.ValueKind is JsonValueKind.Array ? document.RootElement.GetArrayLength()
            : 1;
    }

    private static long TimesOf(TestServerHost server, string id) => server.Unmatched.All.FirstOrDefault(report => report.Id == id)?.Times ?? 0;

    private static IEnumerable<KeyValuePair<string, object?>> Headers(FuzzMessage message) =>
        message.Headers.Select(header => KeyValuePair.Create(header.Key, (object?)System.Text.Encoding.UTF8.GetBytes(header.Value)));

    private void Count(FuzzMessage message, string what) => counts.AddOrUpdate($"{message.Way}: {what}", 1, (_, count) => count + 1);

    /// <summary>What the product's own reading says is in the message, and so what must be found afterwards.</summary>
    private sealed record Expected(IReadOnlyList<ReadReport.Usable> Usable, IReadOnlyList<UnmatchedReport> Kept)
    {
        public static Expected Of(TestServerHost server, FuzzMessage message)
        {
            var (way, actor) = message.Way switch
            {
                "alerts" => (IncomingMessage.Alertmanager, "fuzz"),
                "events" => (IncomingMessage.CloudEvent, "fuzz"),
                _ => (IncomingMessage.Foreign, $"amqp-{TestServerHost.ForeignQueue}"),
            };
            var incoming = new IncomingMessage(way, new Actor(actor), message.Body);
            var read = Read(server, message);
            ReadReport.Unusable[] unusable = read.Problem is { } why ? [new(UnmatchedKind.Unreadable, null, null, why, "")]
                : read.Reports.Count == 0 ? [new(UnmatchedKind.Unreadable, null, null, "There is no report in it.", "")]
                : [.. read.Reports.OfType<ReadReport.Unusable>()];
            return new Expected(
                read.Problem is null ? [.. read.Reports.OfType<ReadReport.Usable>()] : [],
                unusable.Length == 0 ? [] : UnmatchedReport.Of(incoming, unusable, server.Clock.Now));
        }

        private static ReadMessage Read(TestServerHost server, FuzzMessage message)
        {
            switch (message.Way)
            {
                case "amqp":
                    return server.Get<ForeignReading>().Read(message.ContentType, Headers(message), message.Body);
                case "events":
                    // A header without a value does not travel.
                    var attributes = message.Headers.Where(header => header.Key.StartsWith("ce-", StringComparison.Ordinal) && header.Value.Length > 0)
                        .GroupBy(header => header.Key[3..], header => header.Value)
                        .ToDictionary(header => header.Key, header => Uri.UnescapeDataString(string.Join(',', header)));
                    return server.Get<CloudEventMessages>().Read(message.ContentType, attributes, message.Body);
                default:
                    try
                    {
                        using var document = JsonDocument.Parse(message.Body);
                        return server.Get<WebhookReading>().Read(document.RootElement);
                    }
                    catch (JsonException exception)
                    {
                        return ReadMessage.Broken($"The body can not be read as JSON, at line {exception.LineNumber + 1}.");
                    }
            }
        }
    }
}
