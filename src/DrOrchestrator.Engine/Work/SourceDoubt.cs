using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Engine.Streams;

namespace DrOrchestrator.Engine.Work;

/// <summary>What stands against the source of a move at this moment. A run may be hours old, and what was read when it was asked for with it.</summary>
internal static class SourceDoubt
{
    /// <summary>The names of the conditions that stand; null: none does, or the policy has no post-copy that they could forbid. Fails where the record can not be read.</summary>
    public static async Task<string?> Read(StreamHandler streams, HostEndpoint source, MovePolicy policy, CancellationToken cancellationToken) =>
        policy.Migration.PostCopy ? ((HostState)(await streams.Read(StreamId.Host(source.Host), cancellationToken)).State).Doubt : null;
}
