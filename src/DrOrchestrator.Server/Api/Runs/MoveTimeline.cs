using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Runs;
using static DrOrchestrator.Core.Moves.MoveEvent;

namespace DrOrchestrator.Server.Api.Runs;

/// <summary>One attempt to move one VM, told from the VM's stream: when each step was seen to begin, and what was read last.</summary>
public sealed record MoveTimeline
{
    public static MoveTimeline NotBegun { get; } = new();

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When each step was first seen; a step that was too short to be seen has null.</summary>
    public IReadOnlyList<DateTimeOffset?> StepsAt { get; init; } = new DateTimeOffset?[MoveSteps.Names.Count];

    /// <summary>The step reached, by its place in <see cref="MoveSteps.Names"/>; -1: none.</summary>
    public int Reached { get; init; } = -1;

    public MigrationProgress? Progress { get; init; }

    public DateTimeOffset? ProgressAt { get; init; }

    public TimeSpan? ReportedDowntime { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Why it is being stopped.</summary>
    public string? Aborting { get; init; }

    /// <summary>What is being looked into.</summary>
    public string? Investigating { get; init; }

    /// <summary>Tells one attempt from all events of the VM.</summary>
    public static MoveTimeline Of(IEnumerable<object> events, MoveId move)
    {
        var line = NotBegun;
        var mine = false;
        foreach (var @event in events)
        {
            if (@event is MoveStarted started)
            {
                mine = started.Move == move;
            }

            if (mine)
            {
                line = line.After((MoveEvent)@event);
            }
            else if (@event is MoveRefused refused && refused.Move == move)
            {
                // Refused before it began; a later attempt of the same name can not be.
                return NotBegun with { StartedAt = refused.At, EndedAt = refused.At };
            }
        }

        return line;
    }

    private MoveTimeline After(MoveEvent @event) => EndedAt is not null ? this : @event switch
    {
        MoveStarted e => NotBegun.Reach(MoveSteps.SourcePreparation, e.At) with { StartedAt = e.At },
        SourcePrepared e => this with { Warnings = [.. e.Findings.Where(finding => finding.Severity is FindingSeverity.Warning).Select(Sentence)] },
        OrderClaimed { Doubt: { } doubt } => this with { Warnings = [.. Warnings, Sentence(MoveTerms.NoPostCopy(doubt))] },
        TransferProgressed e => Reach((int)e.Progress.Step, e.At) with { Progress = e.Progress, ProgressAt = e.At },
        TransferReported e => this with
        {
            ReportedDowntime = e.Report.ReportedDowntime,
            Progress = e.Report.Transferred is { } sent ? Sent(sent) : Progress,
            ProgressAt = e.At,
        },
        AbortRequested e => this with { Aborting = e.Reason },
        InvestigationStarted e => this with { Investigating = e.Why },
        TransferFoundRunning => this with { Investigating = null },
        GuestArrived e => Reach(MoveSteps.Verification, e.At) with { Investigating = null, Aborting = null },
        MoveEnded e => this with { EndedAt = e.At },
        _ => this,
    };

    /// <summary>The last reading before the end is of some moment before it; the report has the whole.</summary>
    private MigrationProgress Sent(Bytes sent) =>
        (Progress ?? new MigrationProgress(MigrationStep.Cutover)) with { Transferred = sent, Remaining = null, Throughput = null, DirtyRate = null };

    private MoveTimeline Reach(int step, DateTimeOffset at)
    {
        if (step <= Reached)
        {
            return this;
        }

        var steps = StepsAt.ToArray();
        steps[step] = at;
        return this with { Reached = step, StepsAt = steps };
    }

    private static string Sentence(Finding finding) => finding.WayOut is null ? finding.Fact : $"{finding.Fact} {finding.WayOut}";
}
