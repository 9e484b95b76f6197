using DrOrchestrator.Core.Inventory;

namespace DrOrchestrator.Drivers.Simulated.Remote;

/// <summary>A call to a simulated fleet that lives in a process of its own, so that killing a server kills no host.</summary>
public sealed record FleetCall
{
    public HostEndpoint? Host { get; init; }

    public VmRef? Vm { get; init; }

    public MigrationRequest? Request { get; init; }

    public long Generation { get; init; }

    public GuestCheck? Check { get; init; }
}

/// <summary>An outcome as it travels: the name of its case, and what that case carries.</summary>
public sealed record FleetOutcome<T>(string Case, T? Value, string? Reason, string? WayOut)
{
    public static FleetOutcome<T> From(Outcome<T> outcome) => outcome switch
    {
        Outcome<T>.Done done => new("done", done.Value, null, null),
        Outcome<T>.Refused refused => new("refused", default, refused.Reason, refused.WayOut),
        Outcome<T>.Failed failed => new("failed", default, failed.Reason, null),
        Outcome<T>.Unknown unknown => new("unknown", default, unknown.Reason, null),
        _ => throw new InvalidOperationException($"{outcome.GetType().Name} is no outcome."),
    };

    public Outcome<T> ToOutcome() => Case switch
    {
        "done" => new Outcome<T>.Done(Value!),
        "refused" => new Outcome<T>.Refused(Reason!, WayOut!),
        "failed" => new Outcome<T>.Failed(Reason!),
        _ => new Outcome<T>.Unknown(Reason ?? $"The fleet answered '{Case}'."),
    };
}

/// <summary>A migration's report as it travels: progress, or the end.</summary>
public sealed record FleetReport(Core.Moves.MigrationProgress? Progress, FleetEnd? End)
{
    public static FleetReport From(MigrationReport report) => report switch
    {
        MigrationReport.Running running => new(running.Progress, null),
        MigrationReport.Ended { End: var end } => new(null, new FleetEnd(
            FleetOutcome<Nothing>.From(end.Result), end.AtSource, end.AtDestination, end.ReportedDowntime, end.Transferred)),
        _ => throw new InvalidOperationException($"{report.GetType().Name} is no report."),
    };

    public MigrationReport ToReport() => End is { } end
        ? new MigrationReport.Ended(new MigrationEnd(end.Result.ToOutcome(), end.AtSource, end.AtDestination, end.ReportedDowntime, end.Transferred))
        : new MigrationReport.Running(Progress!);
}

public sealed record FleetEnd(
    FleetOutcome<Nothing> Result, VmCopy? AtSource, VmCopy? AtDestination, TimeSpan? ReportedDowntime, Core.Kernel.Bytes? Transferred);
