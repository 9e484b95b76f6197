using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Ports;

namespace DrOrchestrator.Engine.Streams;

/// <summary>A message whose sender waits.</summary>
internal sealed record Pending(StreamId Stream, object Message, Cause Cause, CancellationToken Cancellation)
{
    /// <summary>When it came; not noted while nobody traces.</summary>
    public DateTimeOffset Since { get; init; }

    public TaskCompletionSource<Handled> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
