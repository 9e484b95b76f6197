using Xunit;

namespace DrOrchestrator.Drivers.Tests;

/// <summary>
/// One thread and a clock that jumps to the next timer when nothing is left to do. Posted work and timers
/// run in one order, so that two runs of the same code are the same run.
/// </summary>
internal sealed class VirtualTime : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<VirtualTimer, (TimeSpan Due, long Order)> timers = new();
    private readonly Queue<(SendOrPostCallback Callback, object? State)> ready = new();
    private TimeSpan now;
    private long order;

    public TimeSpan Elapsed => now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Start + now;

    public override long GetTimestamp() => now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Runs this and everything that follows from it; time passes only as it must.</summary>
    public static TimeSpan Run(Func<VirtualTime, Task> body)
    {
        var time = new VirtualTime();
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new Context(time));
        try
        {
            var task = body(time);
            while (!task.IsCompleted)
            {
                Assert.True(time.Step(), "Nothing is left that could end it.");
            }

            task.GetAwaiter().GetResult();
            return time.now;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private bool Step()
    {
        if (ready.TryDequeue(out var work))
        {
            work.Callback(work.State);
            return true;
        }

        while (timers.TryDequeue(out var timer, out var at))
        {
            if (timer.Order == at.Order)
            {
                now = at.Due > now ? at.Due : now;
                timer.Fire();
                return true;
            }
        }

        return false;
    }

    private sealed class Context(VirtualTime time) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => time.ready.Enqueue((d, state));

        public override void Send(SendOrPostCallback d, object? state) => d(state);
    }

    private sealed class VirtualTimer(VirtualTime time, Action fire) : ITimer
    {
        public long Order { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Assert.True(period == Timeout.InfiniteTimeSpan || period == TimeSpan.Zero, "Only single shots.");
            Order = ++time.order;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                time.timers.Enqueue(this, (time.now + dueTime, Order));
            }

            return true;
        }

        public void Dispose() => Order = -1;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
