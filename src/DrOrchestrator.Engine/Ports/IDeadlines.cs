using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Engine.Ports;

/// <summary>Port: the one swept table of what is outstanding, shared by all server processes.</summary>
public interface IDeadlines
{
    /// <summary>
    /// Streams whose deadline has come, whose claim's heartbeat stopped, or whose asks are due to be
    /// repeated. A stream taken is not given to another taker before <paramref name="hold"/> has passed.
    /// </summary>
    Task<IReadOnlyList<DueStream>> TakeDue(int limit, TimeSpan hold, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps a claim alive for another <paramref name="lifetime"/>. False: the claim is no longer this worker's, and it must
    /// not act any more.
    /// </summary>
    Task<bool> Heartbeat(StreamId stream, Claim claim, TimeSpan lifetime, CancellationToken cancellationToken);
}

/// <summary>A stream to look at.</summary>
/// <param name="Stream">Which.</param>
/// <param name="LapsedClaim">Its claim, where the heartbeat stopped; null: none did.</param>
public sealed record DueStream(StreamId Stream, Claim? LapsedClaim);
