using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Server.Ingest.Unmatched;

namespace DrOrchestrator.Server.Ingest;

/// <summary>
/// Brings reports into the streams of the hosts that they speak of, and keeps aside what no stream can take. Where
/// everything was usable nothing is written but the streams.
/// </summary>
public sealed class ReportIntake(StreamHandler streams, IUnmatchedReports unmatched, TimeProvider clock, ILogger<ReportIntake> log)
{
    /// <summary>Reports that an answer names at most as not taken; the listing has them all.</summary>
    private const int Named = 1000;

    /// <summary>Returns when every report is durable, in a stream or kept aside; throws when that is not known, so that the sender sends again.</summary>
    public async Task<AlertReceipt> Take(IncomingMessage message, IReadOnlyList<ReadReport> reports, int truncated, CancellationToken cancellationToken)
    {
        if (reports.Count == 0)
        {
            await Keep(message, UnmatchedKind.Unreadable, "There is no report in it.", cancellationToken);
            return new AlertReceipt([], [], truncated, 0);
        }

        // All at once, in the order sent: decisions that come together share a transaction.
        var handing = reports.OfType<ReadReport.Usable>().Select(report => Hand(message, report, cancellationToken)).ToArray();
        ReadReport.Unusable[] unusable = [.. reports.OfType<ReadReport.Unusable>()];
        await Task.WhenAll([Keep(message, unusable, cancellationToken), .. handing]);
        var handed = await Task.WhenAll(handing);
        await Keep(message, [.. handed.Select(entry => entry.Late).OfType<ReadReport.Unusable>()], cancellationToken);
        ReadReport.Unusable[] alerts = [.. unusable.Where(report => report.Kind is not UnmatchedKind.Truncated)];
        var receipt = new AlertReceipt(
            [.. handed.Select(entry => entry.Accepted)],
            [.. alerts.Take(Named).Select(report => new UnmatchedAlert(report.Fingerprint, report.Name, report.Reason))],
            truncated,
            alerts.Length,
            reports.OfType<ReadReport.Own>().Count());
        ReportMeter.Taken(receipt);
        return receipt;
    }

    /// <summary>Keeps a whole message of which nothing could be used.</summary>
    public async Task Keep(IncomingMessage message, UnmatchedKind kind, string reason, CancellationToken cancellationToken)
    {
        await Keep(message, [new ReadReport.Unusable(kind, null, null, reason, "")], cancellationToken);
        ReportMeter.Unusable();
    }

    private async Task Keep(IncomingMessage message, ReadReport.Unusable[] reports, CancellationToken cancellationToken)
    {
        if (reports.Length == 0)
        {
            return;
        }

        var kept = UnmatchedReport.Of(message, reports, clock.GetUtcNow());
        await unmatched.Keep(kept, message.Body, message.Length, cancellationToken);
        log.LogWarning("{Count} reports from {Subject} by {Way} were not taken and are kept, the first as {Report}: {Reason}", reports.Length, message.By, message.Way, kept[0].Id, kept[0].Reason);
    }

    private async Task<(AcceptedAlert Accepted, ReadReport.Unusable? Late)> Hand(IncomingMessage from, ReadReport.Usable report, CancellationToken cancellationToken)
    {
        var condition = report.Condition;
        var policy = report.Match is { } match ? new ConditionPolicy(match.Plan, match.Trigger.HoldDown) : null;
        HostMessage message = report.Stands
            ? new HostMessage.RaiseCondition(report.Host, condition, policy, from.By, report.SaidOnce)
            : new HostMessage.ResolveCondition(condition.Fingerprint, from.By, condition.StartsAt == default ? null : condition.StartsAt, report.EndsAt, report.SaidOnce);
        var handled = await streams.Handle(StreamId.Host(report.Host), message, new Cause(from.Way, null, from.By.Subject), cancellationToken);
        var state = (HostState)handled.After.State;
        var result = handled.Refusal is not null ? "late" : handled.Events.Count == 0 ? "known" : report.Stands ? "raised" : "resolved";
        var accepted = new AcceptedAlert(
            condition.Fingerprint, condition.Name, report.Host.Value, result, report.Match?.Plan.Name, state.Phase is HostPhase.HoldingDown ? state.HoldDown?.Until : null);
        return (accepted, handled.Refusal is { } refusal
            ? new ReadReport.Unusable(UnmatchedKind.Late, condition.Fingerprint, condition.Name, $"{report.Host}: {refusal}", "")
            : null);
    }
}
