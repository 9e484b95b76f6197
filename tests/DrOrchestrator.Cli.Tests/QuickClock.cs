namespace DrOrchestrator.Cli.Tests;

/// <summary>
/// Waits between two questions end at once, and the clock has moved on by as much. A longer one is the patience with an
/// answer, and every answer here comes before its end.
/// </summary>
internal sealed class QuickClock : TimeProvider
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private long ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime > LongestWait)
        {
            return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        if (dueTime > TimeSpan.Zero)
        {
            Interlocked.Add(ref ticks, dueTime.Ticks);
        }

        return System.CreateTimer(callback, state, dueTime < TimeSpan.Zero ? dueTime : TimeSpan.FromMilliseconds(1), period);
    }
}
