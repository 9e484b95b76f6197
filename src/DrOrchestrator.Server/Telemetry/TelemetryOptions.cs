namespace DrOrchestrator.Server.Telemetry;

/// <summary>What is told to machines that watch.</summary>
public sealed record TelemetryOptions
{
    /// <summary>Whether callers on this machine read <c>/metrics</c> without a key. Others need one with the scope <c>view</c> in any case.</summary>
    public bool MetricsOpenOnLoopback { get; init; }

    /// <summary>
    /// Where traces go by OTLP, for example <c>http://collector:4317</c>; null: there are none. The standard <c>OTEL_EXPORTER_OTLP_*</c> variables
    /// say the rest; with the protocol <c>http/protobuf</c> this is the whole address, <c>http://collector:4318/v1/traces</c>.
    /// </summary>
    public Uri? Traces { get; init; }
}
