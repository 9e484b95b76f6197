using System.Text.Json.Serialization;

namespace DrOrchestrator.Lab.Probe;

/// <summary>What was seen of one guest. What was not observed is null, never zero.</summary>
public sealed record GuestReport
{
    public required string Name { get; init; }

    /// <summary>The longest silence of the worst-off client.</summary>
    public double? MaxSilenceSeconds { get; init; }

    /// <summary>When that silence began, in seconds since the start.</summary>
    public double? SilenceAt { get; init; }

    /// <summary>The longest time in which the guest answered no client at all.</summary>
    public double? MaxSilenceEverywhereSeconds { get; init; }

    public required IReadOnlyDictionary<string, double?> MaxSilenceSecondsByProbe { get; init; }

    public required long ProbesSent { get; init; }

    public required long RepliesReceived { get; init; }

    /// <summary>How many different boot ids answered.</summary>
    public int? BootIds { get; init; }

    public int? BootIdChanges { get; init; }

    public int? BootIdReturns { get; init; }

    public int? CounterWentBack { get; init; }

    /// <summary>Pairs of "running" answers of two hosts with overlapping query intervals.</summary>
    public int? RunningOverlaps { get; init; }

    public IReadOnlyCollection<string>? HostsSeenRunning { get; init; }

    public int? QmpAnswers { get; init; }

    public double? LongestQuerySeconds { get; init; }

    public int? Duplicates { get; init; }
}

public sealed record ProbeReport
{
    public required DateTimeOffset StartedAt { get; init; }

    public required double Seconds { get; init; }

    public int? Duplicates { get; init; }

    public double? MaxSilenceSeconds { get; init; }

    /// <summary>
    /// The longest time in which a prober itself did not run. A silence not much longer than this
    /// may be ours, not the guest's.
    /// </summary>
    public required double ProberStallSeconds { get; init; }

    public required IReadOnlyList<GuestReport> Guests { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProbeReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
