using System.Globalization;
using System.Text.Json;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Server.Api.Streams;

namespace DrOrchestrator.Server.Api.Runs;

/// <summary>A run as server-sent events (WHATWG HTML, section 9.2): its stream from wherever the client left off, and progress between.</summary>
internal static class RunEventStream
{
    private const int Page = 200;

    public static async Task<IResult> Answer(
        string id, HttpContext context, IEventRecord record, RunViews runs, RunWatchers watchers, IHostApplicationLifetime life, TimeProvider clock, CancellationToken cancellationToken)
    {
        var after = 0L;
        var last = context.Request.Headers["Last-Event-ID"].ToString();
        if (last.Length > 0 && !long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out after))
        {
            return Problems.BadRequest("The Last-Event-ID is no version of the run's stream.", "Send the id of the last event that came, or none.");
        }

        if (await runs.Find(id, cancellationToken) is not { } run)
        {
            return RunEndpoints.NoSuchRun(id);
        }

        if (run.Run.EndedAt is not null && !await EndsAfter(record, new RunId(id), after, cancellationToken))
        {
            return Results.NoContent();
        }

        return watchers.Enter() is { } place
            ? new Following(new RunId(id), after, record, runs, place, clock, life.ApplicationStopping)
            : Problems.Of(StatusCodes.Status503ServiceUnavailable, "too-many-watchers", $"{RunWatchers.Most} clients follow runs here already.", "Ask for the run itself every few seconds instead, or ask another server.");
    }

    /// <summary>Whether the run's end is still to be told. What comes after it (slots given back) is not waited for.</summary>
    private static async Task<bool> EndsAfter(IEventRecord record, RunId run, long after, CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await record.Read(StreamId.Run(run), after, Page, cancellationToken);
            if (page.Any(recorded => recorded.Event is RunEvent.RunEnded))
            {
                return true;
            }

            if (page.Count == 0)
            {
                return false;
            }

            after = page[^1].Version;
        }
    }

    private sealed class Following(RunId run, long after, IEventRecord record, RunViews runs, IDisposable place, TimeProvider clock, CancellationToken stopping) : IResult
    {
        private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
        private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

        private readonly Dictionary<string, string> told = new(StringComparer.Ordinal);
        private long version = after;
        private long said = clock.GetTimestamp();

        public async Task ExecuteAsync(HttpContext httpContext)
        {
            using var left = place;
            var response = httpContext.Response;
            response.ContentType = "text/event-stream";
            response.Headers.CacheControl = "no-store";
            response.Headers["X-Accel-Buffering"] = "no";
            using var over = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);
            try
            {
                while (!await Look(response, over.Token))
                {
                    await Task.Delay(Every, clock, over.Token);
                }
            }
            catch (OperationCanceledException) when (over.IsCancellationRequested)
            {
                // The client has gone, or the process ends and must not wait for its watchers: they come back with their Last-Event-ID.
            }
        }

        /// <summary>True: the run has ended and everything is told.</summary>
        private async Task<bool> Look(HttpResponse response, CancellationToken cancellationToken)
        {
            while (true)
            {
                var page = await record.Read(StreamId.Run(run), version, Page, cancellationToken);
                foreach (var recorded in page)
                {
                    if (recorded.Event is RunEvent.RunEnded)
                    {
                        // What its VMs came to belongs before the end.
                        await Progress(response, cancellationToken);
                    }

                    var view = StreamEndpoints.View(recorded);
                    await Write(response, $"id: {recorded.Version}\nevent: {view.Name}\ndata: {JsonSerializer.Serialize(view, ContractJson.Options)}\n\n", cancellationToken);
                    version = recorded.Version;
                    if (recorded.Event is RunEvent.RunEnded)
                    {
                        return true;
                    }
                }

                if (page.Count < Page)
                {
                    break;
                }
            }

            await Progress(response, cancellationToken);
            if (clock.GetElapsedTime(said) >= Heartbeat)
            {
                await Write(response, ": still here\n\n", cancellationToken);
            }

            return false;
        }

        private async Task Progress(HttpResponse response, CancellationToken cancellationToken)
        {
            if (await runs.Find(run.Value, cancellationToken) is not { } detail)
            {
                return;
            }

            var changed = new List<RunVmView>();
            foreach (var vm in detail.Vms)
            {
                var text = Text(vm);
                if (!told.TryGetValue(vm.Id, out var before) || before != text)
                {
                    told[vm.Id] = text;
                    changed.Add(vm);
                }
            }

            if (changed.Count > 0)
            {
                await Write(response, $"event: progress\ndata: {JsonSerializer.Serialize(new RunProgress(detail.At, changed), ContractJson.Options)}\n\n", cancellationToken);
            }
        }

        /// <summary>What counts as a change: all but the seconds of what is under way, which the client counts for itself.</summary>
        private static string Text(RunVmView vm) => JsonSerializer.Serialize(
            vm with
            {
                ElapsedSeconds = vm.EndedAt is null ? null : vm.ElapsedSeconds,
                Steps = [.. vm.Steps.Select(step => step.State == "current" ? step with { Seconds = null } : step)],
            },
            ContractJson.Options);

        private async Task Write(HttpResponse response, string text, CancellationToken cancellationToken)
        {
            said = clock.GetTimestamp();
            await response.WriteAsync(text, cancellationToken);
            await response.Body.FlushAsync(cancellationToken);
        }
    }
}
