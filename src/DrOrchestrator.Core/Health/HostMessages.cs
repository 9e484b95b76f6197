using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Runs;

namespace DrOrchestrator.Core.Health;

/// <summary>The messages that a host's health takes.</summary>
public abstract record HostMessage
{
    private HostMessage()
    {
    }

    /// <summary>When it is handled; stamped by the handler's clock.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>A condition stands.</summary>
    /// <param name="Host">The host.</param>
    /// <param name="Condition">What is reported.</param>
    /// <param name="Policy">What policy says to do about it; null: watch it only.</param>
    /// <param name="By">Who reported it.</param>
    public sealed record RaiseCondition(HostId Host, HostCondition Condition, ConditionPolicy? Policy, Actor By) : HostMessage;

    public sealed record ResolveCondition(string Fingerprint, Actor By) : HostMessage;

    /// <summary>What a look at the host found.</summary>
    /// <param name="OrderKey">The order answered.</param>
    /// <param name="InInventory">Whether the inventory has the host.</param>
    /// <param name="Silence">Why it did not answer; null: it did.</param>
    /// <param name="Facts">A sentence of what it said.</param>
    public sealed record ReportHost(string OrderKey, bool InInventory, string? Silence, string Facts) : HostMessage;

    public sealed record RunAnswered(RunId Run, RunOutcome Outcome, string Summary) : HostMessage;

    public sealed record Wake : HostMessage;
}

/// <summary>What a host's health asks of workers.</summary>
public abstract record HostOrder : Order
{
    private HostOrder()
    {
    }

    /// <summary>Ask the host itself.</summary>
    public sealed record ObserveHost(HostId Host) : HostOrder;
}
