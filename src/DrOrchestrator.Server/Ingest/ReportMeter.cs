using System.Diagnostics.Metrics;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Engine.Telemetry;

namespace DrOrchestrator.Server.Ingest;

/// <summary>Counts what reports came to, by whichever way in.</summary>
internal static class ReportMeter
{
    private static readonly Counter<long> Alerts = EngineTelemetry.Meter.CreateCounter<long>(
        "dr.alerts.received", "{alert}", "Reports that came, by what they came to: raised, resolved, known, late, unmatched, or own.");

    public static void Taken(AlertReceipt receipt)
    {
        foreach (var alert in receipt.Accepted)
        {
            Alerts.Add(1, Verdict(alert.Result));
        }

        Add(receipt.UnmatchedInAll, "unmatched");
        Add(receipt.Own, "own");
    }

    /// <summary>A whole message of which nothing could be used.</summary>
    public static void Unusable() => Add(1, "unmatched");

    private static void Add(int count, string verdict)
    {
        if (count > 0)
        {
            Alerts.Add(count, Verdict(verdict));
        }
    }

    private static KeyValuePair<string, object?> Verdict(string word) => new("verdict", word);
}
