using System.Diagnostics;
using System.Diagnostics.Metrics;
using DrOrchestrator.Drivers;
using DrOrchestrator.Engine.Telemetry;

namespace DrOrchestrator.Server.Telemetry;

/// <summary>Measures calls to the outside: how long, and with what outcome; within a trace also as a span.</summary>
/// <param name="driver">Whose calls.</param>
/// <param name="clock">Times them.</param>
internal sealed class CallMeter(string driver, TimeProvider clock)
{
    private static readonly Histogram<double> Duration = EngineTelemetry.Meter.CreateHistogram(
        "dr.driver.call.duration", "s", "How long calls of drivers took, by driver, verb and outcome.", advice: EngineTelemetry.Call);

    private readonly KeyValuePair<string, object?> label = new("driver", driver);

    public async Task<Outcome<T>> Measure<T>(string verb, string target, Func<Task<Outcome<T>>> call)
    {
        var began = clock.GetTimestamp();
        using var span = Begin(verb, target);
        var word = "cancelled";
        try
        {
            var outcome = await call();
            (word, var why) = Read(outcome);
            if (why is not null)
            {
                span?.SetStatus(ActivityStatusCode.Error, why);
            }

            return outcome;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            word = "broken";
            span?.SetStatus(ActivityStatusCode.Error, exception.Message);
            throw;
        }
        finally
        {
            End(verb, word, began, span);
        }
    }

    /// <summary>A span only within a trace: the looks at the hosts, every few seconds for ever, belong to none.</summary>
    public Activity? Begin(string verb, string target)
    {
        if (Activity.Current is null || !EngineTelemetry.Source.HasListeners())
        {
            return null;
        }

        var span = EngineTelemetry.Source.StartActivity($"{driver} {verb}", ActivityKind.Client);
        span?.SetTag("dr.target", target);
        return span;
    }

    public void End(string verb, string outcome, long began, Activity? span)
    {
        span?.SetTag("dr.outcome", outcome);
        Duration.Record(clock.GetElapsedTime(began).TotalSeconds, label, new("verb", verb), new("outcome", outcome));
    }

    /// <summary>The outcome's word, and why it is not what was asked for.</summary>
    public static (string Word, string? Why) Read<T>(Outcome<T> outcome) => outcome switch
    {
        Outcome<T>.Done => ("done", null),
        Outcome<T>.Refused refused => ("refused", refused.Reason),
        Outcome<T>.Failed failed => ("failed", failed.Reason),
        Outcome<T>.Unknown unknown => ("unknown", unknown.Reason),
        _ => throw new InvalidOperationException($"{outcome.GetType().Name} is no outcome."),
    };
}
