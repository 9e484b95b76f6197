namespace DrOrchestrator.Cli.Tests;

/// <summary>A server that takes a stated time, by its own clock, before it passes a call on.</summary>
internal sealed class SlowApi : DelegatingHandler
{
    private readonly TimeSpan takes;
    private readonly StandingClock clock = new();

    public SlowApi(FakeApi api, TimeSpan takes)
        : base(api) => this.takes = takes;

    public TimeProvider Clock => clock;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        clock.Advance(takes);
        cancellationToken.ThrowIfCancellationRequested();
        return base.SendAsync(request, cancellationToken);
    }

    /// <summary>Stands until it is moved on; what is due by then has happened when that returns.</summary>
    private sealed class StandingClock : TimeProvider
    {
        private readonly List<Timer> timers = [];
        private TimeSpan now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Timer(callback, state, now + dueTime);
            timers.Add(timer);
            return timer;
        }

        public void Advance(TimeSpan by)
        {
            now += by;
            foreach (var due in timers.Where(timer => timer.At <= now).ToList())
            {
                timers.Remove(due);
                due.Ring();
            }
        }

        private sealed class Timer(TimerCallback callback, object? state, TimeSpan at) : ITimer
        {
            private bool over;

            public TimeSpan At => at;

            public void Ring()
            {
                if (!over)
                {
                    callback(state);
                }
            }

            public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

            public void Dispose() => over = true;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
