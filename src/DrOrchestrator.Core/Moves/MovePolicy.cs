using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Moves;

/// <summary>The rules of one move, as its plan set them.</summary>
/// <param name="Migration">How the live migration is done.</param>
/// <param name="PreparationTimeout">How long preflight may take before the move is refused.</param>
/// <param name="VerificationTimeout">How long the guest has to show at the destination that it lives.</param>
/// <param name="InvestigationTimeout">How long an unclear outcome is looked into before the move ends unknown.</param>
/// <param name="AbortTimeout">How long past the transfer's deadline, or past an abort, the end may take to be known.</param>
public sealed record MovePolicy(
    MigrationOptions Migration,
    TimeSpan PreparationTimeout,
    TimeSpan VerificationTimeout,
    TimeSpan InvestigationTimeout,
    TimeSpan AbortTimeout)
{
    public static MovePolicy Default { get; } = new(
        MigrationOptions.Default, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1));

    public MovePolicy WithoutPostCopy() => this with { Migration = Migration with { PostCopy = false } };
}
