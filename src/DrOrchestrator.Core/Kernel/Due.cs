namespace DrOrchestrator.Core.Kernel;

/// <summary>Time has passed: every stream takes this message and looks at its own deadlines.</summary>
/// <param name="LapsedClaim">A claim whose heartbeat stopped; null: none.</param>
public sealed record Due(Claim? LapsedClaim = null);
