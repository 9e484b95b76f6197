using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Server.Ingest;

/// <summary>A message from outside, as it was received.</summary>
/// <param name="Way">By which way in it came; the record names it as the cause.</param>
/// <param name="By">Who sent it, as authenticated.</param>
/// <param name="Body">Its bytes.</param>
public sealed record IncomingMessage(string Way, Actor By, ReadOnlyMemory<byte> Body)
{
    /// <summary>How long it is in all; more than <see cref="Body"/> where it was not read to its end.</summary>
    public long Length { get; init; } = Body.Length;

    public const string Alertmanager = "alertmanager-webhook";
    public const string CloudEvent = "cloud-event";
    public const string Foreign = "foreign-message";
    public const string Probe = "host-probe";
}
