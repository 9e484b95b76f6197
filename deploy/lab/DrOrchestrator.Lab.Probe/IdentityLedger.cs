namespace DrOrchestrator.Lab.Probe;

/// <summary>
/// What a guest's answers say about being one guest: its boot id and its counter, which only grows
/// while one boot lives.
/// </summary>
/// <remarks>
/// Answers may overtake each other, so a smaller counter alone says nothing. An answer is held
/// against the highest counter known <em>when its question was sent</em>: that one was read off
/// before, so a smaller value afterwards means that another copy answered, or time was turned back.
/// </remarks>
public sealed class IdentityLedger
{
    private readonly List<string> bootIds = [];
    private string? currentBootId;
    private long highestTicks;

    /// <summary>How often another boot id followed: a restart, or a second copy.</summary>
    public int BootIdChanges { get; private set; }

    /// <summary>How often an earlier boot id came back after another one: never a restart.</summary>
    public int BootIdReturns { get; private set; }

    public int CounterWentBack { get; private set; }

    public IReadOnlyList<string> BootIds => bootIds;

    /// <summary>To be kept with a question, and given back with its answer.</summary>
    public Known WhenAsked() => new(currentBootId, highestTicks);

    public void Answered(Known whenAsked, string bootId, long ticks)
    {
        if (bootId != currentBootId)
        {
            // An answer to a question from before the change may still arrive from the boot that
            // ended; only a question asked after the change can show that the old one lives.
            if (whenAsked.BootId != currentBootId && bootIds.Contains(bootId))
            {
                return;
            }

            ChangeBootId(bootId, ticks);
            return;
        }

        if (whenAsked.BootId == bootId && ticks < whenAsked.Ticks)
        {
            CounterWentBack++;
        }

        highestTicks = Math.Max(highestTicks, ticks);
    }

    private void ChangeBootId(string bootId, long ticks)
    {
        if (bootIds.Contains(bootId))
        {
            BootIdReturns++;
        }
        else
        {
            bootIds.Add(bootId);
        }

        if (currentBootId is not null)
        {
            BootIdChanges++;
        }

        currentBootId = bootId;
        highestTicks = ticks;
    }

    public readonly record struct Known(string? BootId, long Ticks);
}
