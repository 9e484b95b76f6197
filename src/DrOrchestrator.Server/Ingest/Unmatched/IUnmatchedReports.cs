namespace DrOrchestrator.Server.Ingest.Unmatched;

/// <summary>
/// Port: what was received and not used. Bounded: a repetition only counts, and brings its reason where that is another; beyond <see cref="Most"/> reports or after
/// <see cref="Retention"/> without a repetition the oldest go.
/// </summary>
public interface IUnmatchedReports
{
    const int Most = 10_000;

    /// <summary>Of a message's bytes; what is longer is cut.</summary>
    const int LongestBody = 32 * 1024;

    static readonly TimeSpan Retention = TimeSpan.FromDays(30);

    /// <summary>Returns when they are durable, or counted where they were kept before.</summary>
    /// <param name="reports">Of one message, each id once.</param>
    /// <param name="body">The message, or its first bytes.</param>
    /// <param name="length">How long it is in all, in bytes.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    Task Keep(IReadOnlyList<UnmatchedReport> reports, ReadOnlyMemory<byte> body, long length, CancellationToken cancellationToken);

    /// <summary>Last seen first.</summary>
    /// <param name="before">Only those after this place in the order; null: from the first on.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    Task<IReadOnlyList<UnmatchedReport>> List(UnmatchedPlace? before, int limit, CancellationToken cancellationToken);

    /// <summary>What was seen since then, one for each name and sender, last seen first; without what came late, which says nothing of now.</summary>
    /// <param name="since">Only reports seen at this time or after it.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    Task<IReadOnlyList<UnmatchedSort>> Sorts(DateTimeOffset since, int limit, CancellationToken cancellationToken);

    /// <summary>One report and the message that it first came in with its present reason; null: it is not, or no longer, kept.</summary>
    Task<(UnmatchedReport Report, KeptBody? Body)?> Find(string id, CancellationToken cancellationToken);

    /// <summary>Lets go of what is beyond the bounds.</summary>
    Task Trim(CancellationToken cancellationToken);
}

/// <summary>A report's place in the order of the list.</summary>
public sealed record UnmatchedPlace(DateTimeOffset LastSeen, string Id);

/// <summary>All reports of one name by one sender: one thing to correct, however many hosts it came for.</summary>
/// <param name="Name">The alert's name, or the group's key; <see cref="Unnamed"/> for those without.</param>
/// <param name="Sender">Who sent them.</param>
/// <param name="Truncated">Whether they are groups out of which reports were left; a group and an alert of one name are two sorts.</param>
/// <param name="Reason">Why the last seen of them was not used.</param>
/// <param name="FirstSeen">The first of those that still come.</param>
/// <param name="LastSeen">The last.</param>
public sealed record UnmatchedSort(string Name, string Sender, bool Truncated, string Reason, DateTimeOffset FirstSeen, DateTimeOffset LastSeen)
{
    public const string Unnamed = "unnamed";
}

/// <summary>A message as it was received.</summary>
/// <param name="Bytes">Its first bytes.</param>
/// <param name="Length">How long it was in all.</param>
public sealed record KeptBody(byte[] Bytes, long Length);
