namespace DrOrchestrator.Server.Api.Runs;

/// <summary>How many clients follow runs at once: each costs a question to the record every second.</summary>
public sealed class RunWatchers
{
    public const int Most = 64;

    private int watching;

    /// <summary>Null: there is no room for one more.</summary>
    public IDisposable? Enter()
    {
        if (Interlocked.Increment(ref watching) <= Most)
        {
            return new Place(this);
        }

        Interlocked.Decrement(ref watching);
        return null;
    }

    private sealed class Place(RunWatchers watchers) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
            {
                Interlocked.Decrement(ref watchers.watching);
            }
        }
    }
}
