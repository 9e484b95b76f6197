using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Health;

/// <summary>
/// What was observed of a host and around it, by several ways and more than once: the facts that a diagnosis is made of. Kept in the record with
/// the diagnosis, so that any table can be asked again what it makes of them.
/// </summary>
/// <param name="InInventory">Whether the inventory has the host; false: nobody else was asked.</param>
/// <param name="Site">Where it stands; null: not known.</param>
/// <param name="Looks">Looks at it over its management connection, the last minute's among them where it answers now.</param>
/// <param name="Guests">Guests that ran there when it last answered, by their own checks. Asked only where it does not answer steadily.</param>
/// <param name="SiteHosts">Other hosts of its site.</param>
/// <param name="HostsElsewhere">Hosts of other sites.</param>
/// <param name="Silence">Why the last unanswered look was not answered; null: each was.</param>
/// <param name="Facts">What it said of itself, a part of a sentence; empty: it said nothing.</param>
public sealed record HostObservations(
    bool InInventory, SiteId? Site, AnswerCount Looks, AnswerCount Guests, AnswerCount SiteHosts, AnswerCount HostsElsewhere, string? Silence, string Facts)
{
    public static HostObservations NotInInventory { get; } =
        new(false, null, AnswerCount.None, AnswerCount.None, AnswerCount.None, AnswerCount.None, null, "");

    /// <summary>The counts in words; who was not asked is left out.</summary>
    public override string ToString() => "answered: " + string.Join(
        ", ",
        new[] { ("looks", Looks), ("its guests", Guests), ("other hosts of its site", SiteHosts), ("hosts elsewhere", HostsElsewhere) }
            .Where(part => part.Item2.Asked > 0).Select(part => $"{part.Item2} {part.Item1}"));
}

/// <summary>How many of those asked answered.</summary>
/// <param name="Answered">0 to <paramref name="Asked"/>.</param>
/// <param name="Asked">0: nobody was asked, and nothing is known.</param>
public sealed record AnswerCount(int Answered, int Asked)
{
    public static AnswerCount None { get; } = new(0, 0);

    internal bool AnyAnswered => Answered > 0;

    /// <summary>Somebody was asked, and nobody answered.</summary>
    internal bool AllSilent => Asked > 0 && Answered == 0;

    public static AnswerCount Of(IReadOnlyCollection<bool> answers) => new(answers.Count(answered => answered), answers.Count);

    public override string ToString() => $"{Answered} of {Asked}";
}
