namespace DrOrchestrator.Server.Ingest;

/// <summary>How alerts are read.</summary>
public sealed record AlertOptions
{
    /// <summary>Labels that may name the host of an alert which no plan's trigger matches; the first one that is there counts.</summary>
    public IReadOnlyList<string> HostLabels { get; init; } = ["host", "instance"];
}
