using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Moves;

/// <summary>One reading of a migration under way. What the hypervisor did not say is null, never a guess.</summary>
/// <param name="Step">The step it is in.</param>
/// <param name="Total">Bytes to be sent in all, memory and copied disks.</param>
/// <param name="Transferred">Bytes processed so far; with re-sent pages it may exceed <paramref name="Total"/>.</param>
/// <param name="Remaining">Bytes left in this iteration.</param>
/// <param name="DirtyRate">How fast the guest dirties its memory.</param>
/// <param name="Throughput">The rate at which data leaves the source.</param>
/// <param name="Iteration">Pre-copy pass, from 1.</param>
/// <param name="ExpectedDowntime">The hypervisor's own estimate of the pause at the switch-over. Clients see more (measured here: 766 ms seen where 456 ms were reported).</param>
/// <param name="ThrottlePercent">By how much auto-converge slows the guest's CPUs, 0 to 99.</param>
public sealed record MigrationProgress(
    MigrationStep Step,
    Bytes? Total = null,
    Bytes? Transferred = null,
    Bytes? Remaining = null,
    Bandwidth? DirtyRate = null,
    Bandwidth? Throughput = null,
    int? Iteration = null,
    TimeSpan? ExpectedDowntime = null,
    int? ThrottlePercent = null);
