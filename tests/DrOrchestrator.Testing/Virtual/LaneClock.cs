namespace DrOrchestrator.Testing.Virtual;

/// <summary>Virtual time as one process sees it. Its timers die, and stand still, with the process.</summary>
public sealed class LaneClock : TimeProvider
{
    private readonly Scheduler scheduler;
    private readonly Lane lane;

    internal LaneClock(Scheduler scheduler, Lane lane)
    {
        this.scheduler = scheduler;
        this.lane = lane;
    }

    /// <summary>How far this process's wall clock is ahead.</summary>
    public TimeSpan Skew { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => scheduler.Now + Skew;

    public override long GetTimestamp() => scheduler.Elapsed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new LaneTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class LaneTimer(LaneClock clock, TimerCallback callback, object? state) : ITimer
    {
        private int setting;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            setting++;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                Arm(setting, dueTime, period);
            }

            return true;
        }

        public void Dispose() => setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Arm(int mine, TimeSpan delay, TimeSpan period) => clock.scheduler.Enqueue(clock.lane, delay, () =>
        {
            if (mine != setting)
            {
                return;
            }

            if (period > TimeSpan.Zero)
            {
                Arm(mine, period, period);
            }

            callback(state);
        });
    }
}
