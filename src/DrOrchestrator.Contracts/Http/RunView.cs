namespace DrOrchestrator.Contracts.Http;

/// <summary>A run in one line.</summary>
public sealed record RunSummary
{
    public required string Id { get; init; }

    /// <summary>The plan's name.</summary>
    public required string Plan { get; init; }

    /// <summary>The host that it is run over.</summary>
    public required string Host { get; init; }

    /// <summary><c>observing</c>, <c>moving</c>, <c>aborting</c> or <c>ended</c>.</summary>
    public required string Phase { get; init; }

    /// <summary>Why nothing new of it begins: it is paused, or everything is stopped; a sentence. Absent: it is not halted.</summary>
    public string? Halted { get; init; }

    /// <summary><c>completed</c>, <c>completed-with-failures</c>, <c>aborted</c> or <c>refused</c>; absent: it has not ended.</summary>
    public string? Outcome { get; init; }

    /// <summary>How it ended, a sentence.</summary>
    public string? Summary { get; init; }

    public required RunTriggerView Trigger { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>From its start to its end, or to now by the server's clock.</summary>
    public required double ElapsedSeconds { get; init; }

    public required RunCounts Vms { get; init; }
}

/// <summary>Why a run was started.</summary>
/// <param name="Kind"><c>alert</c> or <c>operator</c>.</param>
/// <param name="By">Who or what.</param>
/// <param name="Cause">A sentence: the diagnosis behind the alert, or the person's reason.</param>
public sealed record RunTriggerView(string Kind, string By, string Cause);

/// <summary>A run's VMs, counted.</summary>
/// <param name="Total">All VMs of its scope, those without a place included.</param>
/// <param name="Moved">Seen alive at a destination.</param>
/// <param name="UnderWay">On their way, or being looked into.</param>
/// <param name="Waiting">For their turn, or for another attempt.</param>
/// <param name="Failed">Refused, failed, unknown or without a place.</param>
/// <param name="Aborted">Stopped on request.</param>
public sealed record RunCounts(int Total, int Moved, int UnderWay, int Waiting, int Failed, int Aborted);

/// <summary>A run with each of its VMs.</summary>
public sealed record RunDetail
{
    public required RunSummary Run { get; init; }

    /// <summary>When the server composed this, by its clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Whether hosts of its scope are simulated: then none of its figures is of a real hypervisor.</summary>
    public bool Simulated { get; init; }

    /// <summary>SHA-256 of the plan's text, as it was when the run began.</summary>
    public required string PlanHash { get; init; }

    public DateTimeOffset? PlannedAt { get; init; }

    /// <summary>What the moves should take in all from <see cref="PlannedAt"/> on; absent without a known link.</summary>
    public double? PredictedSeconds { get; init; }

    /// <summary>No schedule that sends every byte once is faster.</summary>
    public double? LowerBoundSeconds { get; init; }

    /// <summary>What both leave out, a sentence; absent: nothing of the moves themselves, or there is no prediction.</summary>
    public string? PredictionLeavesOut { get; init; }

    /// <summary>What the lower bound comes from: a link, an interface or one VM, in words.</summary>
    public string? BoundBy { get; init; }

    /// <summary>The limit that holds moves back longest, in words; absent: the prediction is close to the lower bound.</summary>
    public string? HeldBackBy { get; init; }

    /// <summary>Hosts at the plan's sites that were left out when it was planned, each with its reason, a sentence.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>From the plan to the end, or to now: what <see cref="PredictedSeconds"/> is to be held against.</summary>
    public double? MovingSeconds { get; init; }

    public RunAbortView? Abort { get; init; }

    /// <summary>Each time that moves were given other destinations, oldest first.</summary>
    public IReadOnlyList<RunReplanView> Replans { get; init; } = [];

    /// <summary>Those under way first, then those that wait, then those that ended.</summary>
    public IReadOnlyList<RunVmView> Vms { get; init; } = [];
}

/// <summary>Moves that had not begun were given other destinations.</summary>
/// <param name="At">When.</param>
/// <param name="Cause">What led to it, a sentence.</param>
/// <param name="Vms">The names of the VMs that go elsewhere by it.</param>
public sealed record RunReplanView(DateTimeOffset At, string Cause, IReadOnlyList<string> Vms);

/// <summary>Who stops a run.</summary>
public sealed record RunAbortView(string By, string Reason, DateTimeOffset At);

/// <summary>What changed in a run, between two events of its stream.</summary>
/// <param name="At">When the server composed it, by its clock.</param>
/// <param name="Vms">The VMs whose entry has changed, whole.</param>
public sealed record RunProgress(DateTimeOffset At, IReadOnlyList<RunVmView> Vms);
