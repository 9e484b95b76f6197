namespace DrOrchestrator.Contracts.Http;

/// <summary>Asks what a plan would meet if it were run over a host now. Nothing is changed and nothing is begun.</summary>
/// <param name="Plan">The plan's name.</param>
/// <param name="Host">The host that it would be run over.</param>
public sealed record PreflightRequest(string? Plan, string? Host);

/// <summary>What a plan would meet.</summary>
public sealed record PreflightReport
{
    public required string Plan { get; init; }

    /// <summary>SHA-256 of the plan's text.</summary>
    public required string PlanHash { get; init; }

    public required string Host { get; init; }

    /// <summary>When the hosts were looked at.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary><c>clear</c>, <c>warnings</c> or <c>errors</c>: the heaviest finding of all. A VM without a place is an error.</summary>
    public required string Verdict { get; init; }

    /// <summary>What the moves should take in all; absent without a known link.</summary>
    public double? PredictedSeconds { get; init; }

    public double? LowerBoundSeconds { get; init; }

    /// <summary>What both leave out, a sentence; absent: nothing of the moves themselves, or there is no prediction.</summary>
    public string? PredictionLeavesOut { get; init; }

    /// <summary>What concerns more than one VM: hosts that are worked on and so take none.</summary>
    public IReadOnlyList<FindingView> Findings { get; init; } = [];

    public required IReadOnlyList<PreflightVm> Vms { get; init; }
}

/// <summary>One VM.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="From">Where it runs.</param>
/// <param name="To">Where it would go; absent: no host can take it, and a finding says why.</param>
/// <param name="Findings">Heaviest first.</param>
public sealed record PreflightVm(string Id, string Name, string From, string? To, IReadOnlyList<FindingView> Findings);

/// <summary>One finding.</summary>
/// <param name="Area"><c>bandwidth</c>, <c>storage</c>, <c>hardware</c>, <c>vm-configuration</c>, <c>transfer-security</c>, <c>capacity</c> or <c>reachability</c>.</param>
/// <param name="Severity"><c>error</c> stops the move, <c>warning</c>, <c>information</c>.</param>
/// <param name="Fact">What was observed.</param>
/// <param name="WayOut">What to do; absent: nothing needs to be done.</param>
public sealed record FindingView(string Area, string Severity, string Fact, string? WayOut);
