namespace DrOrchestrator.Lab.Probe;

/// <summary>
/// The longest time between two answers, the open one at the end included: a guest that stopped
/// answering is silent until the observation ends. Before the first answer there is nothing to
/// measure from, so a guest never heard has no silence, not a silence of zero.
/// </summary>
public sealed class SilenceMeter
{
    private TimeSpan? lastHeard;
    private Silence? longest;

    public void Heard(TimeSpan at)
    {
        Consider(at);
        lastHeard = at;
    }

    public Silence? Longest(TimeSpan now)
    {
        Consider(now);
        return longest;
    }

    private void Consider(TimeSpan now)
    {
        if (lastHeard is not { } since)
        {
            return;
        }

        var length = now - since;
        if (longest is null || length > longest.Length)
        {
            longest = new Silence(since, length);
        }
    }
}

/// <param name="Since">When the last answer before it came, since the start of the observation.</param>
/// <param name="Length">How long nothing came.</param>
public sealed record Silence(TimeSpan Since, TimeSpan Length);
