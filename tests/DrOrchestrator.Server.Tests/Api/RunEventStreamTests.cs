using System.Net;
using System.Text.Json;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Server.Api.Runs;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;

namespace DrOrchestrator.Server.Tests.Api;

public sealed class RunEventStreamTests
{
    private const string Path = "/api/v1/runs/evacuate-host-a1-1/events";
    private static readonly StreamId Stream = StreamId.Run(RunStory.Run);

    [Fact]
    public async Task It_tells_the_stream_then_what_changes_and_ends_with_the_run()
    {
        await using var host = await TestServerHost.Start();
        RunStory.Tell(host.Store, SteppedClock.Start);
        using var client = await host.As("night-shift", Scopes.View);
        using var response = await Open(client);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        var said = await Until(lines, "progress");
        Assert.Equal(["1 run_started", "2 run_scope_observed", "3 run_planned", "4 run_moves_admitted", "5 run_move_finished", "6 run_replanned", "- progress"], said.Select(e => $"{e.Id} {e.Name}"));
        Assert.Equal("Fan replacement", said[0].Data.GetProperty("data").GetProperty("trigger").GetProperty("cause").GetString());
        Assert.Equal(4, said[^1].Data.GetProperty("vms").GetArrayLength());

        host.Store.Given(StreamId.Vm(new VmId("id-db-1")), new MoveEvent.TransferProgressed(new MigrationProgress(MigrationStep.Cutover)) { At = SteppedClock.Start.AddSeconds(30) });
        var changed = await Until(lines, "progress");
        Assert.Equal(["db-1"], changed[^1].Data.GetProperty("vms").EnumerateArray().Select(vm => vm.GetProperty("name").GetString()));

        host.Store.Given(Stream, new RunEvent.RunEnded(RunOutcome.CompletedWithFailures, "1 of 4 moved.") { At = SteppedClock.Start.AddSeconds(40) });
        var end = await Until(lines, "run_ended");
        Assert.Equal("7", end[^1].Id);
        Assert.Null(await lines.ReadLineAsync());
    }

    [Fact]
    public async Task A_client_that_was_cut_off_misses_nothing_and_hears_nothing_twice()
    {
        await using var host = await TestServerHost.Start();
        RunStory.Tell(host.Store, SteppedClock.Start);
        host.Store.Given(Stream, new RunEvent.RunEnded(RunOutcome.CompletedWithFailures, "1 of 4 moved.") { At = SteppedClock.Start.AddSeconds(40) });
        using var client = await host.As("night-shift", Scopes.View);
        using var response = await Open(client, "4");
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal(["5 run_move_finished", "6 run_replanned", "- progress", "7 run_ended"], (await Until(lines, "run_ended")).Select(e => $"{e.Id} {e.Name}"));
    }

    [Fact]
    public async Task After_the_end_is_heard_there_is_nothing_more_and_a_browser_stops_asking()
    {
        await using var host = await TestServerHost.Start();
        RunStory.Tell(host.Store, SteppedClock.Start);
        host.Store.Given(
            Stream,
            new RunEvent.RunEnded(RunOutcome.CompletedWithFailures, "1 of 4 moved.") { At = SteppedClock.Start.AddSeconds(40) },
            new RunEvent.SlotsRequested(2, [], [], null, [], 0) { At = SteppedClock.Start.AddSeconds(40) });
        using var client = await host.As("night-shift", Scopes.View);
        using var response = await Open(client, "7");
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Fact]
    public async Task A_silence_is_filled_with_a_comment()
    {
        await using var host = await TestServerHost.Start();
        RunStory.Tell(host.Store, SteppedClock.Start);
        using var client = await host.As("night-shift", Scopes.View);
        using var response = await Open(client, "5");
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        await Until(lines, "progress");
        host.Clock.Now += TimeSpan.FromSeconds(16);
        Assert.Equal(": still here", await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Theory]
    [InlineData("/api/v1/runs/nothing/events", null, HttpStatusCode.NotFound)]
    [InlineData(Path, "five", HttpStatusCode.BadRequest)]
    [InlineData(Path, "-1", HttpStatusCode.BadRequest)]
    public async Task What_can_not_be_followed_is_said(string path, string? last, HttpStatusCode status)
    {
        await using var host = await TestServerHost.Start();
        RunStory.Tell(host.Store, SteppedClock.Start);
        using var client = await host.As("night-shift", Scopes.View);
        using var response = await Open(client, last, path);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_process_that_stops_does_not_wait_for_its_watchers()
    {
        var host = await TestServerHost.Start();
        RunStory.Tell(host.Store, SteppedClock.Start);
        using var client = await host.As("night-shift", Scopes.View);
        using var response = await Open(client, "5");
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        await Until(lines, "progress");
        host.Stop();
        Assert.Null(await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)));
        await host.DisposeAsync();
    }

    [Fact]
    public async Task It_needs_the_scope_view()
    {
        await using var host = await TestServerHost.Start();
        using var client = await host.As("alertmanager", Scopes.Trigger);
        using var response = await Open(client);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public void A_place_is_given_back_once_however_often_it_is_left()
    {
        var watchers = new RunWatchers();
        var places = Enumerable.Range(0, RunWatchers.Most).Select(_ => watchers.Enter()!).ToArray();
        Assert.Null(watchers.Enter());
        places[0].Dispose();
        places[0].Dispose();
        Assert.NotNull(watchers.Enter());
        Assert.Null(watchers.Enter());
    }

    private static async Task<HttpResponseMessage> Open(HttpClient client, string? last = null, string path = Path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (last is not null)
        {
            request.Headers.Add("Last-Event-ID", last);
        }

        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Reads up to the next event of a name.</summary>
    private static async Task<List<(string Id, string Name, JsonElement Data)>> Until(StreamReader lines, string name)
    {
        var events = new List<(string Id, string Name, JsonElement Data)>();
        var (id, called) = ("-", "");
        while (await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                id = line[4..];
            }
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                called = line[7..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                events.Add((id, called, JsonDocument.Parse(line[6..]).RootElement));
            }
            else if (line.Length == 0 && called.Length > 0)
            {
                if (called == name)
                {
                    return events;
                }

                (id, called) = ("-", "");
            }
        }

        throw new InvalidOperationException($"The stream ended without {name}: {string.Join(", ", events.Select(e => e.Name))}");
    }
}
