using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace DrOrchestrator.Engine.Telemetry;

/// <summary>
/// Where the engine and the server measure and trace. One meter and one source for the process: whoever listens names them, and as
/// long as nobody does, measuring costs a comparison.
/// </summary>
public static class EngineTelemetry
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "DrOrchestrator";

    public static Meter Meter { get; } = new(Name);

    public static ActivitySource Source { get; } = new(Name);

    /// <summary>From a tenth of a second to an hour: steps, moves and runs alike. Without advice a histogram's bounds suit milliseconds.</summary>
    public static InstrumentAdvice<double> Work { get; } = new()
    {
        HistogramBucketBoundaries = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600],
    };

    /// <summary>From a few milliseconds to the deadlines of calls to a host.</summary>
    public static InstrumentAdvice<double> Call { get; } = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    };
}
