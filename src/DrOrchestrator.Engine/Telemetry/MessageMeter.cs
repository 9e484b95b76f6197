using System.Diagnostics.Metrics;
using DrOrchestrator.Engine.Serialization;

namespace DrOrchestrator.Engine.Telemetry;

/// <summary>Messages that this process sent, and what came between it and the record.</summary>
internal static class MessageMeter
{
    private static readonly Counter<long> Relayed = EngineTelemetry.Meter.CreateCounter<long>("dr.relay.sent", "{message}", "Messages that the relay sent, by message.");
    private static readonly Counter<long> Resent = EngineTelemetry.Meter.CreateCounter<long>("dr.sweep.resent", "{message}", "Messages that the sweep sent again for want of an answer, by message.");
    private static readonly Counter<long> Undone = EngineTelemetry.Meter.CreateCounter<long>("dr.commits.undone", "{commit}", "Transactions that did not commit, or whose end is not known, and whose decisions were made again.");
    private static readonly KeyValuePair<string, object?> Conflict = new("cause", "conflict");
    private static readonly KeyValuePair<string, object?> Error = new("cause", "error");

    public static void Sent(object message) => Add(Relayed, message);

    public static void SentAgain(object message) => Add(Resent, message);

    public static void NotCommitted(bool conflict) => Undone.Add(1, conflict ? Conflict : Error);

    private static void Add(Counter<long> counter, object message)
    {
        if (counter.Enabled)
        {
            counter.Add(1, new KeyValuePair<string, object?>("message", WireNames.NameOf(message.GetType())));
        }
    }
}
