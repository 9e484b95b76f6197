namespace DrOrchestrator.Drivers.Simulated;

/// <summary>The inside of a VM: what a client of it sees. Its counter is the milliseconds it has run.</summary>
internal sealed class SimulatedGuest(string bootId)
{
    private TimeSpan ran;
    private DateTimeOffset? executingSince;

    public string BootId { get; private set; } = bootId;

    /// <summary>Not any more after a crash, whatever the hypervisor says.</summary>
    public bool Alive { get; private set; } = true;

    /// <summary>Whether its CPUs run.</summary>
    public bool Executes => executingSince is not null;

    /// <summary>The last time the VM began to run, anywhere, of which this memory holds what it did.</summary>
    public int Holds { get; set; }

    public long Counter(DateTimeOffset now) => (long)(ran + (now - (executingSince ?? now))).TotalMilliseconds;

    public void Execute(DateTimeOffset now) => executingSince ??= now;

    public void Halt(DateTimeOffset now)
    {
        ran += now - (executingSince ?? now);
        executingSince = null;
    }

    public void Crash(DateTimeOffset now)
    {
        Halt(now);
        Alive = false;
    }

    public void Reboot(string bootId)
    {
        BootId = bootId;
        ran = TimeSpan.Zero;
    }

    /// <summary>The same memory a second time, as when both ends of a migration run.</summary>
    public SimulatedGuest Fork() => new(BootId) { ran = ran, Alive = Alive, Holds = Holds };
}
