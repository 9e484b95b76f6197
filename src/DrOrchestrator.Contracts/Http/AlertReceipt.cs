namespace DrOrchestrator.Contracts.Http;

/// <summary>What became of a message's alerts. It is answered only after everything accepted is durable.</summary>
/// <param name="Accepted">Alerts that are on record now, or were before.</param>
/// <param name="Unmatched">Alerts that could not be taken, each with its reason; the first 1,000 of them. They are kept: <c>GET /alerts/unmatched</c>.</param>
/// <param name="TruncatedAlerts">Alerts that Alertmanager said it left out; raise its <c>max_alerts</c>.</param>
/// <param name="UnmatchedInAll">How many could not be taken.</param>
/// <param name="Own">Outgoing alerts of the orchestrator itself, routed back to it; they are never acted on.</param>
public sealed record AlertReceipt(IReadOnlyList<AcceptedAlert> Accepted, IReadOnlyList<UnmatchedAlert> Unmatched, int TruncatedAlerts, int UnmatchedInAll, int Own = 0);

/// <summary>An alert that was taken.</summary>
/// <param name="Fingerprint">Its fingerprint.</param>
/// <param name="Name">Its <c>alertname</c>.</param>
/// <param name="Host">The host whose stream took it.</param>
/// <param name="Result"><c>raised</c>, <c>resolved</c>, <c>known</c> where it said nothing new, or <c>late</c> where it tells of a time before what is known (and is listed as such).</param>
/// <param name="Plan">The plan that policy maps it to; absent: it is watched only.</param>
/// <param name="HoldDownUntil">Nothing is done before this; absent: no hold-down is running.</param>
public sealed record AcceptedAlert(string Fingerprint, string Name, string Host, string Result, string? Plan, DateTimeOffset? HoldDownUntil);

/// <summary>An alert that was not taken.</summary>
/// <param name="Fingerprint">Its fingerprint where it has one.</param>
/// <param name="Name">Its <c>alertname</c> where it has one.</param>
/// <param name="Reason">Why not, and what would change it.</param>
public sealed record UnmatchedAlert(string? Fingerprint, string? Name, string Reason);
