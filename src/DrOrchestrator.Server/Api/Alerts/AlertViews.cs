using System.Globalization;
using System.Text;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Server.Api.Description;
using DrOrchestrator.Server.Api.Fleet;
using DrOrchestrator.Server.Identity;
using DrOrchestrator.Server.Ingest.Unmatched;

namespace DrOrchestrator.Server.Api.Alerts;

/// <summary>What stands against the hosts, and what was received and not used.</summary>
internal static class AlertViews
{
    private const int Usual = 100;
    private const int Most = 500;

    public static void Map(RouteGroupBuilder api)
    {
        var view = api.MapGroup("/alerts").RequireAuthorization(AccessPolicies.For(Scopes.View));
        view.MapGet("", Standing).Describe<AlertList>("listAlerts", "What stands against the hosts, host by host.");
        view.MapGet("/unmatched", Unmatched).Describe<UnmatchedPage>("listUnmatched", "What was received and not used, last seen first.", [400]);
        view.MapGet("/unmatched/{id}", One).Describe<UnmatchedDetail>("showUnmatched", "One report that was not used, with its raw text.", [404]);
    }

    private static async Task<IResult> Standing(HostViews hosts, CancellationToken cancellationToken) => Results.Ok(new AlertList(
    [
        .. (await hosts.List(cancellationToken)).SelectMany(host => host.Conditions.Select(condition =>
            new StandingAlert(host.Name, condition.Fingerprint, condition.Name, condition.Summary, condition.StartsAt, host.Health)))
            .OrderBy(alert => alert.Host, StringComparer.Ordinal).ThenBy(alert => alert.Name, StringComparer.Ordinal),
    ]));

    private static async Task<IResult> Unmatched(IUnmatchedReports reports, CancellationToken cancellationToken, string? before = null, int limit = Usual)
    {
        var place = Place(before);
        if (before is not null && place is null)
        {
            return Problems.BadRequest($"before is no place in this list.", "Give what the page before said as next.");
        }

        var most = Math.Clamp(limit, 1, Most);
        var found = await reports.List(place, most, cancellationToken);
        return Results.Ok(new UnmatchedPage(
            [.. found.Select(View)], found.Count == most ? string.Create(CultureInfo.InvariantCulture, $"{found[^1].LastSeen.UtcTicks}-{found[^1].Id}") : null));
    }

    private static async Task<IResult> One(string id, IUnmatchedReports reports, CancellationToken cancellationToken) =>
        await reports.Find(id, cancellationToken) is { } found
            ? Results.Ok(new UnmatchedDetail(
                View(found.Report),
                found.Report.Part.Length == 0 ? null : found.Report.Part,
                found.Body is { } body ? Encoding.UTF8.GetString(body.Bytes) : null,
                found.Body?.Length))
            : Problems.NotFound("report-not-found", $"No unmatched report is kept as '{Ingest.ReportText.Quote(id)}'.", "See drctl alerts --unmatched.");

    private static UnmatchedView View(UnmatchedReport report) => new(
        report.Id, Words.Of(report.Kind), report.Way, report.Sender, report.Name, report.Fingerprint, report.Reason, report.Times, report.FirstSeen, report.LastSeen);

    private static UnmatchedPlace? Place(string? text)
    {
        var words = text?.Split('-', 2) ?? [];
        return words is [var ticks, var id] && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at <= DateTimeOffset.MaxValue.UtcTicks
            ? new UnmatchedPlace(new DateTimeOffset(at, TimeSpan.Zero), id)
            : null;
    }
}
