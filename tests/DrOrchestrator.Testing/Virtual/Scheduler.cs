namespace DrOrchestrator.Testing.Virtual;

/// <summary>
/// One thread, one queue, one clock: everything that happens in a simulation happens here, in an order
/// that the seed decides. Virtual time jumps from one thing to the next. What is due at the same
/// instant is done in an order drawn from the seed, as a thread pool would do it in any.
/// </summary>
public sealed class Scheduler
{
    private readonly PriorityQueue<WorkItem, Turn> queue = new();
    private readonly Random random;
    private readonly int thread = Environment.CurrentManagedThreadId;
    private readonly DateTimeOffset start;
    private long now;
    private long sequence;

    public Scheduler(int seed, DateTimeOffset start)
    {
        random = new Random(seed);
        this.start = start;
        World = new Lane(this, "world");
    }

    public DateTimeOffset Now => start + TimeSpan.FromTicks(now);

    public TimeSpan Elapsed => TimeSpan.FromTicks(now);

    /// <summary>Where the world outside of every process happens. It is never paused and never dies.</summary>
    public Lane World { get; }

    /// <summary>How many things were done.</summary>
    public long Steps { get; private set; }

    public Lane NewLane(string name) => new(this, name);

    /// <summary>Runs something in the world after a delay, whoever asked for it and whether or not that one still lives.</summary>
    public void After(TimeSpan delay, Action action) => Enqueue(World, delay, action);

    /// <summary>Does everything due up to a moment; stops early once <paramref name="done"/> says so.</summary>
    public void RunUntil(DateTimeOffset moment, Func<bool>? done = null)
    {
        var end = (moment - start).Ticks;
        var before = SynchronizationContext.Current;
        try
        {
            while (queue.TryPeek(out _, out var turn) && turn.Ticks <= end && done?.Invoke() is not true)
            {
                var item = queue.Dequeue();
                now = Math.Max(now, turn.Ticks);
                Steps++;
                item.Lane.Execute(item.Action);
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        if (done?.Invoke() is not true)
        {
            now = Math.Max(now, end);
        }
    }

    internal void Enqueue(Lane lane, TimeSpan delay, Action action)
    {
        if (Environment.CurrentManagedThreadId != thread)
        {
            // A hop to the pool would make runs of one seed differ; better that the simulation falls over.
            throw new InvalidOperationException($"Something of {lane.Name} left the simulation's one thread.\n{Environment.StackTrace}");
        }

        var ticks = now + Math.Max(0, delay.Ticks);
        queue.Enqueue(new WorkItem(lane, action), new Turn(ticks, random.Next(4), sequence++));
    }

    private readonly record struct WorkItem(Lane Lane, Action Action);

    private readonly record struct Turn(long Ticks, int Lot, long Sequence) : IComparable<Turn>
    {
        public int CompareTo(Turn other)
        {
            var byTicks = Ticks.CompareTo(other.Ticks);
            if (byTicks != 0)
            {
                return byTicks;
            }

            var byLot = Lot.CompareTo(other.Lot);
            return byLot != 0 ? byLot : Sequence.CompareTo(other.Sequence);
        }
    }
}
