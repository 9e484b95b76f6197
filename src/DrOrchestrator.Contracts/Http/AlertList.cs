namespace DrOrchestrator.Contracts.Http;

/// <summary>What stands against hosts, host by host.</summary>
public sealed record AlertList(IReadOnlyList<StandingAlert> Alerts);

/// <summary>A condition that stands on a host.</summary>
/// <param name="Host">The host.</param>
/// <param name="Fingerprint">Identifies it over repetitions and senders.</param>
/// <param name="Name">Its <c>alertname</c>, or the name that its sender gave.</param>
/// <param name="Summary">A sentence, as the sender gave it.</param>
/// <param name="StartsAt">When it began, by the sender's clock.</param>
/// <param name="Health">The host's health: <c>healthy</c>, <c>holding-down</c>, <c>diagnosing</c>, <c>proposed</c>, <c>postponed</c>, <c>recovering</c>, <c>withheld</c> or <c>handled</c>.</param>
public sealed record StandingAlert(string Host, string Fingerprint, string Name, string Summary, DateTimeOffset StartsAt, string Health);

/// <summary>What was received and not used, last seen first.</summary>
/// <param name="Reports">The reports.</param>
/// <param name="Next">Give this as <c>before</c> to read on; absent: this was the end.</param>
public sealed record UnmatchedPage(IReadOnlyList<UnmatchedView> Reports, string? Next);

/// <summary>A report that was received and not used. Repetitions are one, with a count.</summary>
/// <param name="Id">Names it in this list.</param>
/// <param name="Kind"><c>unreadable</c>, <c>unmatched</c> (no host or plan is meant), <c>truncated</c> (its sender left reports out), <c>late</c> (it tells of a time before what is known), <c>too-large</c> or <c>unrecorded</c>.</param>
/// <param name="Way">How it came in: <c>alertmanager-webhook</c>, <c>cloud-event</c>, <c>foreign-message</c> or <c>host-probe</c>.</param>
/// <param name="Sender">Whose key, or which queue.</param>
/// <param name="Name">Its name where it has one; of a truncated group its key.</param>
/// <param name="Fingerprint">Its fingerprint where it has one.</param>
/// <param name="Reason">Why it was not used, and what would change that.</param>
/// <param name="Times">How often it was received.</param>
/// <param name="FirstSeen">When first.</param>
/// <param name="LastSeen">When last.</param>
public sealed record UnmatchedView(
    string Id, string Kind, string Way, string Sender, string? Name, string? Fingerprint, string Reason, long Times, DateTimeOffset FirstSeen, DateTimeOffset LastSeen);

/// <summary>The same with what was received.</summary>
/// <param name="Report">The report.</param>
/// <param name="Part">The part of the message that it is about, as it was received, its beginning where it is long; absent: the whole message.</param>
/// <param name="Body">The message that it first came in with this reason, its beginning where it is long; absent: no longer kept.</param>
/// <param name="BodyLength">The message's length in bytes.</param>
public sealed record UnmatchedDetail(UnmatchedView Report, string? Part, string? Body, long? BodyLength);
