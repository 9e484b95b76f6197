using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Inventory;

/// <summary>How fast a guest was seen to dirty its memory: the highest reading of its last migration, while its CPUs were not slowed down.</summary>
/// <param name="Rate">The rate.</param>
/// <param name="At">When it was read.</param>
public sealed record ObservedDirtyRate(Bandwidth Rate, DateTimeOffset At);
