using System.Text.Json;
using DrOrchestrator.Cli.Views;
using DrOrchestrator.Contracts.Http;
using Spectre.Console;

namespace DrOrchestrator.Cli.Commands;

/// <summary>Looks at a run again and again until it has ended. Only looks: leaving it changes nothing.</summary>
internal static class RunWatch
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>How long the server may stay silent before watching is given up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static async Task<int> ToItsEnd(Call call, string run, CancellationToken cancellationToken)
    {
        var first = await RunCommands.Get(call, run, cancellationToken);
        try
        {
            var last = call switch
            {
                { Json: true } => await Follow(call, first, Objects(call), cancellationToken),
                { Environment.IsScreen: true } => await OnScreen(call, first, cancellationToken),
                _ => await Follow(call, first, Lines(call), cancellationToken),
            };
            return ExitCodeOf(last);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await call.Environment.Error.WriteLineAsync($"drctl: stopped watching; the run goes on. Come back: drctl run watch {run}. Stop it: drctl run abort {run} --reason WHY");
            return ExitCode.Unknown;
        }
    }

    private static async Task<RunDetail> OnScreen(Call call, RunDetail first, CancellationToken cancellationToken)
    {
        var console = call.Environment.Console;
        var last = await console.Live(Screen(call, first, null)).Overflow(VerticalOverflow.Crop).Cropping(VerticalOverflowCropping.Bottom).AutoClear(true)
            .StartAsync(context => Follow(
                call,
                first,
                (run, silence) =>
                {
                    context.UpdateTarget(Screen(call, run, silence));
                    context.Refresh();
                },
                cancellationToken));

        // What stays in the scroll-back is the whole, whatever the screen's height.
        console.Write(Line.Render(RunScreen.Whole(last, call.Width, call.Marks), call.Width));
        return last;
    }

    private static Rows Screen(Call call, RunDetail run, TimeSpan? silence)
    {
        var profile = call.Environment.Console.Profile;
        var height = profile.Height;
        var lines = RunScreen.Fitting(run, profile.Width, height - 3, call.Marks).ToList();
        lines.Add(Line.Blank);
        lines.Add(silence is { } since
            ? Line.Of($"{call.Marks.Failed} No answer from the server for {Measures.Clock(since.TotalSeconds)}; this is what it said last. The run goes on. Asking again…", Ink.Bad)
            : Line.Of($"{Measures.Time(run.At)} {call.Marks.Dot} Ctrl-C leaves this view, the run goes on {call.Marks.Dot} stop it: drctl run abort {run.Run.Id} --reason WHY", Ink.Quiet));
        return new Rows(lines.Select(line => line.Render(profile.Width)));
    }

    private static Action<RunDetail, TimeSpan?> Lines(Call call)
    {
        var changes = new RunChanges();
        var silent = false;
        return (run, silence) =>
        {
            foreach (var line in changes.Since(run))
            {
                call.Environment.Out.WriteLine(line);
            }

            if (silence is not null != silent)
            {
                silent = silence is not null;
                call.Environment.Error.WriteLine(silent ? "drctl: no answer from the server; asking again. The run goes on." : "drctl: the server answers again.");
            }
        };
    }

    /// <summary>One object to a line, whenever it says something else than before.</summary>
    private static Action<RunDetail, TimeSpan?> Objects(Call call)
    {
        RunDetail? before = null;
        return (run, _) =>
        {
            if (before is null || !Same(before, run))
            {
                before = run;
                call.Environment.Out.WriteLine(JsonSerializer.Serialize(run, ContractJson.Options));
            }
        };
    }

    /// <summary>Apart from the clocks, which always differ.</summary>
    private static bool Same(RunDetail one, RunDetail other)
    {
        static string Timeless(RunDetail run) => JsonSerializer.Serialize(
            run with
            {
                At = default,
                MovingSeconds = null,
                Run = run.Run with { ElapsedSeconds = 0 },
                Vms = [.. run.Vms.Select(vm => vm with { ElapsedSeconds = null, Steps = [.. vm.Steps.Select(step => step with { Seconds = null })] })],
            },
            ContractJson.Options);
        return Timeless(one) == Timeless(other);
    }

    private static async Task<RunDetail> Follow(Call call, RunDetail first, Action<RunDetail, TimeSpan?> show, CancellationToken cancellationToken)
    {
        var clock = call.Environment.Clock;
        var run = first;
        var heard = clock.GetTimestamp();
        show(run, null);
        while (run.Run.Phase != "ended")
        {
            await Task.Delay(Every, clock, cancellationToken);
            try
            {
                run = await RunCommands.Get(call, run.Run.Id, cancellationToken);
                heard = clock.GetTimestamp();
                show(run, null);
            }
            catch (CliFailure failure) when (failure.ExitCode == ExitCode.Unknown && clock.GetElapsedTime(heard) < Patience)
            {
                show(run, clock.GetElapsedTime(heard));
            }
        }

        return run;
    }

    private static int ExitCodeOf(RunDetail run) => run.Run.Outcome switch
    {
        "completed" => ExitCode.Done,
        "completed-with-failures" or "aborted" => ExitCode.Failed,
        "refused" => ExitCode.Refused,
        _ => ExitCode.Unknown,
    };
}
