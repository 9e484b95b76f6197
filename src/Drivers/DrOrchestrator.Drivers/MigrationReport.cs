using DrOrchestrator.Core.Moves;

namespace DrOrchestrator.Drivers;

/// <summary>What watching a migration yields.</summary>
public abstract record MigrationReport
{
    private MigrationReport()
    {
    }

    /// <summary>It is under way.</summary>
    public sealed record Running(MigrationProgress Progress) : MigrationReport;

    /// <summary>It ended; nothing follows.</summary>
    public sealed record Ended(MigrationEnd End) : MigrationReport;
}

/// <summary>
/// How a migration ended, with what was seen at both ends afterwards. Only what a host answered
/// counts as seen; a host that did not answer leaves its part null.
/// </summary>
/// <param name="Result">The hypervisor's word and the driver's check of it. Done carries nothing more.</param>
/// <param name="AtSource">The copy at the source after the end; null: the source did not answer.</param>
/// <param name="AtDestination">The copy at the destination after the end; null: the destination did not answer.</param>
/// <param name="ReportedDowntime">The pause as the hypervisor reports it; null where it does not.</param>
/// <param name="Transferred">Bytes sent in all; null where not reported.</param>
public sealed record MigrationEnd(
    Outcome<Nothing> Result,
    Core.Inventory.VmCopy? AtSource,
    Core.Inventory.VmCopy? AtDestination,
    TimeSpan? ReportedDowntime = null,
    Core.Kernel.Bytes? Transferred = null);

/// <summary>The value of an outcome that has none.</summary>
public sealed record Nothing
{
    public static Nothing Value { get; } = new();
}
