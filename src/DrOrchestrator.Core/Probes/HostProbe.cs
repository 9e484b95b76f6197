using System.Collections.Immutable;

namespace DrOrchestrator.Core.Probes;

/// <summary>
/// What a row of probes of one host came to, counted with hysteresis: a single answer or silence changes nothing. Pure; whoever probes keeps one for
/// each host. A silent host is one that does not answer; nothing here says that it is dead.
/// </summary>
/// <param name="Rules">How it counts.</param>
public sealed record HostProbe(ProbeRules Rules)
{
    /// <summary>Whether it counts as not answering; null: there were too few probes to say.</summary>
    public bool? Silent { get; private init; }

    /// <summary>When the row began that <see cref="Silent"/> was concluded from; the year 1 where nothing was.</summary>
    public DateTimeOffset Since { get; private init; }

    private int InARow { get; init; }

    private DateTimeOffset RowSince { get; init; }

    /// <summary>Whether answers and silence keep changing; null: they do not, and the window is not full yet.</summary>
    public bool? Flapping => Flaps ? true : Recent.Count < Rules.Window ? null : false;

    /// <summary>When it last began to flap, or ceased to; the year 1 where it never did.</summary>
    public DateTimeOffset FlappingSince { get; private init; }

    /// <summary>Changes between answer and silence within the window.</summary>
    public int Changes => Recent.Zip(Recent.Skip(1), (one, next) => one != next).Count(changed => changed);

    private ImmutableList<bool> Recent { get; init; } = [];

    private bool Flaps { get; init; }

    /// <summary>The same after one more probe.</summary>
    /// <param name="answered">Whether the host answered it.</param>
    /// <param name="at">When; not before the last one.</param>
    public HostProbe After(bool answered, DateTimeOffset at)
    {
        var same = Recent.Count > 0 && Recent[^1] == answered;
        var recent = Recent.Count < Rules.Window ? Recent.Add(answered) : Recent.RemoveRange(0, Recent.Count - Rules.Window + 1).Add(answered);
        var next = this with { Recent = recent, InARow = same ? InARow + 1 : 1, RowSince = same ? RowSince : at };
        var silent = next.InARow >= (answered ? Rules.SuccessesToResolve : Rules.FailuresToRaise) ? !answered : Silent;
        var flaps = Flaps ? next.Changes > 1 : next.Changes >= Rules.ChangesToFlap;
        return next with
        {
            Silent = silent,
            Since = silent == Silent ? Since : next.RowSince,
            Flaps = flaps,
            FlappingSince = flaps == Flaps ? FlappingSince : at,
        };
    }
}
