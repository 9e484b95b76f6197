namespace DrOrchestrator.Server.Identity;

/// <summary>
/// How much of a flood of refused calls is written down. Counted per source and over all sources, in windows;
/// what is not written is counted, and the source's next entry carries the count.
/// </summary>
public sealed class TrailLimit(IdentityOptions options, TimeProvider clock)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Source> sources = new(StringComparer.Ordinal);
    private DateTimeOffset windowStart;
    private int written;
    private long suppressed;

    /// <summary>Refused calls that were only counted since the start.</summary>
    public long Suppressed => Interlocked.Read(ref suppressed);

    /// <summary>How many of this source's calls went unwritten before this one; null: this one goes unwritten too.</summary>
    public long? Admit(string source)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            if (now - windowStart >= options.TrailWindow)
            {
                OpenWindow(now);
            }

            var known = sources.TryGetValue(source, out var count);
            if (!known && sources.Count < options.TrailSources)
            {
                sources[source] = count = new Source();
                known = true;
            }

            // A source for which there is no room left is bounded by the limit over all of them.
            if (written >= options.TrailEntriesInAll || (known && count!.Written >= options.TrailEntriesPerSource))
            {
                suppressed++;
                if (known)
                {
                    count!.Unwritten++;
                }

                return null;
            }

            written++;
            if (!known)
            {
                return 0;
            }

            var before = count!.Unwritten;
            count.Written++;
            count.Unwritten = 0;
            return before;
        }
    }

    /// <summary>A source that was silenced keeps its count until its next entry; one that was not is forgotten.</summary>
    private void OpenWindow(DateTimeOffset now)
    {
        windowStart = now;
        written = 0;
        foreach (var (name, source) in sources.ToArray())
        {
            source.Written = 0;
            if (source.Unwritten == 0 || source.Idle++ >= 10)
            {
                sources.Remove(name);
            }
        }
    }

    private sealed class Source
    {
        public int Written { get; set; }

        public long Unwritten { get; set; }

        /// <summary>Windows that passed since it was put on the list; after ten its count is dropped.</summary>
        public int Idle { get; set; }
    }
}
