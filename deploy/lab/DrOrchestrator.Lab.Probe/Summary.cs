using System.Globalization;
using System.Text;

namespace DrOrchestrator.Lab.Probe;

/// <summary>All guests together, as JSON and as a table for people.</summary>
public static class Summary
{
    public static ProbeReport Of(IEnumerable<GuestObservation> guests, ObservationClock clock, TimeSpan stall)
    {
        var now = clock.Elapsed;
        var reports = guests.Select(guest => guest.Report(now)).ToList();
        return new ProbeReport
        {
            StartedAt = clock.StartedAt,
            Seconds = Math.Round(now.TotalSeconds, 3),
            // One guest nobody saw leaves the whole unknown: what the others show would look complete. A duplicate that was seen stands.
            Duplicates = reports.Sum(guest => guest.Duplicates ?? 0) is > 0 and var seen ? seen : reports.Exists(guest => guest.Duplicates is null) ? null : 0,
            MaxSilenceSeconds = reports.Exists(guest => guest.MaxSilenceSeconds is null) ? null : reports.Max(guest => guest.MaxSilenceSeconds),
            ProberStallSeconds = Math.Round(stall.TotalSeconds, 4),
            Guests = reports,
        };
    }

    public static string Table(ProbeReport report)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{report.Seconds} s observed, duplicates {Known(report.Duplicates)}, longest silence {Known(report.MaxSilenceSeconds)} s (the prober itself stalled for up to {report.ProberStallSeconds} s)");
        foreach (var guest in report.Guests)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"{guest.Name,-12} silence {Known(guest.MaxSilenceSeconds)} s at {Known(guest.SilenceAt)} s, replies {guest.RepliesReceived}/{guest.ProbesSent}, boot ids {Known(guest.BootIds)}, counter back {Known(guest.CounterWentBack)}, running overlaps {Known(guest.RunningOverlaps)} on {string.Join(' ', guest.HostsSeenRunning ?? ["?"])}");
        }

        return text.ToString().TrimEnd();
    }

    private static string Known<T>(T? value)
        where T : struct, IFormattable => value?.ToString(null, CultureInfo.InvariantCulture) ?? "not observed";
}
