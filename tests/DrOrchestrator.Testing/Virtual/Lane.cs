namespace DrOrchestrator.Testing.Virtual;

/// <summary>
/// A process of the simulation: its continuations and its timers. It can stand still, past any claim or
/// deadline, and then do all it missed at once; or die, and then nothing of it happens any more, not
/// even its finally blocks, as with kill -9.
/// </summary>
public sealed class Lane
{
    private readonly Scheduler scheduler;
    private readonly Context context;
    private readonly List<Action> missed = [];

    internal Lane(Scheduler scheduler, string name)
    {
        this.scheduler = scheduler;
        Name = name;
        context = new Context(this);
        Clock = new LaneClock(scheduler, this);
    }

    public string Name { get; }

    /// <summary>The process's clock: virtual, and wrong by <see cref="LaneClock.Skew"/>.</summary>
    public LaneClock Clock { get; }

    public bool IsDead { get; private set; }

    public bool IsPaused { get; private set; }

    public bool IsUp => !IsDead && !IsPaused;

    /// <summary>Starts something in this process.</summary>
    public void Post(Action action) => scheduler.Enqueue(this, TimeSpan.Zero, action);

    public void Pause() => IsPaused = true;

    public void Resume()
    {
        IsPaused = false;
        foreach (var action in missed)
        {
            Post(action);
        }

        missed.Clear();
    }

    public void Kill()
    {
        IsDead = true;
        missed.Clear();
    }

    internal void Execute(Action action)
    {
        if (IsDead)
        {
            return;
        }

        if (IsPaused)
        {
            missed.Add(action);
            return;
        }

        SynchronizationContext.SetSynchronizationContext(context);
        action();
    }

    private sealed class Context(Lane lane) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => lane.Post(() => d(state));

        public override void Send(SendOrPostCallback d, object? state) => d(state);

        public override SynchronizationContext CreateCopy() => this;
    }
}
