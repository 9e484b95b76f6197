namespace DrOrchestrator.Contracts.Http;

/// <summary>What all runs share: the slots, and the stop button.</summary>
public sealed record AdmissionView
{
    /// <summary><c>open</c>, <c>stopping</c> (runs are being told) or <c>stopped</c> (no transfer begins any more).</summary>
    public required string Phase { get; init; }

    /// <summary>The stop that stands; absent: none.</summary>
    public StopView? Stop { get; init; }

    public required LimitsView Limits { get; init; }

    /// <summary>Moves that hold a slot.</summary>
    public IReadOnlyList<SlotView> Held { get; init; } = [];

    /// <summary>Moves that ended unknown: their transfer may still be sending, so that they hold their slots and their room until the VM is cleared, or a person gives them back.</summary>
    public IReadOnlyList<DoubtfulSlotView> Doubtful { get; init; } = [];

    /// <summary>Moves that wait for one.</summary>
    public IReadOnlyList<SlotView> Waiting { get; init; } = [];
}

/// <summary>Everything is stopped.</summary>
/// <param name="By">Who asked for it.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When. From here on nothing is let through.</param>
/// <param name="InForceAt">From here on no transfer begins; absent: not every run has been heard.</param>
/// <param name="UnderWay">Moves whose transfer had begun before, or may have; they go on to their end.</param>
/// <param name="Unheard">Runs that have not answered for their moves yet.</param>
/// <param name="Again">Who asked for it again while it stood, oldest first; absent: nobody.</param>
public sealed record StopView(
    string By, string Reason, DateTimeOffset At, DateTimeOffset? InForceAt, IReadOnlyList<SlotView> UnderWay, IReadOnlyList<string> Unheard,
    IReadOnlyList<StopAgainView>? Again = null);

/// <summary>A stop that was asked for while it stood.</summary>
public sealed record StopAgainView(string By, string Reason, DateTimeOffset At);

/// <summary>How many moves may be under way at once, over all runs.</summary>
/// <param name="Moves">In all.</param>
/// <param name="MovesPerSite">That leave or enter one site.</param>
/// <param name="MovesPerLink">Between one pair of sites, or within one site.</param>
/// <param name="MovesOutOfHost">Off one host.</param>
/// <param name="MovesIntoHost">Towards one host.</param>
/// <param name="Hosts">What hosts allow of themselves, in and out together; absent: none says.</param>
/// <param name="Hypervisors">What hypervisors allow over all hosts of one driver; absent: none says.</param>
public sealed record LimitsView(
    int Moves, int MovesPerSite, int MovesPerLink, int MovesOutOfHost, int MovesIntoHost,
    IReadOnlyList<OwnLimitView>? Hosts = null, IReadOnlyList<OwnLimitView>? Hypervisors = null);

/// <summary>A limit of one host or of one hypervisor, over all runs.</summary>
/// <param name="Name">The host, or the driver.</param>
/// <param name="AtOnce">How many migrations at once.</param>
/// <param name="Held">How many hold a slot there now, those that ended unknown included.</param>
public sealed record OwnLimitView(string Name, int AtOnce, int Held);

/// <summary>A move that holds a slot, or waits for one.</summary>
public sealed record SlotView(string Run, string Vm, string From, string To);

/// <summary>A slot that is kept for a move that ended unknown.</summary>
/// <param name="Move">The move, as <c>admission/release</c> takes it.</param>
/// <param name="Run">Whose it was.</param>
/// <param name="Vm">The VM.</param>
/// <param name="From">Where from.</param>
/// <param name="To">Where to; it counts against the room there too.</param>
/// <param name="Since">Since when it is in doubt.</param>
/// <param name="Reason">What is not known.</param>
public sealed record DoubtfulSlotView(string Move, string Run, string Vm, string From, string To, DateTimeOffset Since, string Reason);

/// <summary>Asks for the slot of a move that ended unknown to be given back although nothing has cleared it.</summary>
/// <param name="Move">The move.</param>
/// <param name="Reason">How it is known that nothing of it is under way, for the record; a sentence of at most 500 characters.</param>
public sealed record ReleaseSlotRequest(string? Move, string? Reason);

/// <summary>Asks for everything to be stopped, for it to go on, or the same of one run.</summary>
/// <param name="Reason">Why, for the record; a sentence of at most 500 characters.</param>
public sealed record HaltRequest(string? Reason);

/// <summary>What became of the wish to pause a run, or to let it go on.</summary>
/// <param name="Run">Its id.</param>
/// <param name="Phase">Its phase now.</param>
/// <param name="Halted">Why nothing new of it begins; absent: it may.</param>
public sealed record RunHaltReply(string Run, string Phase, string? Halted);
