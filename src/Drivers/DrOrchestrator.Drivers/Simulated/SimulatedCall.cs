using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Drivers.Simulated;

/// <summary>What is asked of a simulated host or guest.</summary>
public enum SimulatedCallKind
{
    InspectHost,
    ListVms,
    InspectVm,
    StartMigration,
    InspectMigration,
    AbortMigration,
    RaiseGeneration,
    Stop,
    Start,
    Remove,
    ObserveGuest,

    /// <summary>Starts a guest that waits for the source's word.</summary>
    HandOver,

    /// <summary>Ends a guest that waits and that nobody will start.</summary>
    DropWaiting,
}

/// <summary>One request on its way.</summary>
/// <param name="Number">Counts all requests of a fleet from 1.</param>
/// <param name="Kind">What is asked.</param>
/// <param name="Host">Of which host.</param>
/// <param name="Vm">About which VM; null: none in particular.</param>
/// <param name="Generation">The order's generation; null: the call carries none.</param>
/// <param name="At">When it was sent.</param>
public sealed record SimulatedCall(
    long Number, SimulatedCallKind Kind, HostId Host, VmId? Vm, long? Generation, DateTimeOffset At)
{
    /// <summary>Whether it changes something where it is executed.</summary>
    public bool HasEffect => Kind is SimulatedCallKind.StartMigration or SimulatedCallKind.AbortMigration
        or SimulatedCallKind.RaiseGeneration or SimulatedCallKind.Stop or SimulatedCallKind.Start or SimulatedCallKind.Remove
        or SimulatedCallKind.HandOver or SimulatedCallKind.DropWaiting;
}

/// <summary>What goes wrong with one request.</summary>
public abstract record SimulatedFault
{
    private SimulatedFault()
    {
    }

    /// <summary>It takes longer, to and fro in all. Past the driver's deadline it is executed all the same.</summary>
    public sealed record Delay(TimeSpan By) : SimulatedFault;

    /// <summary>The host refuses it; nothing happens.</summary>
    public sealed record Refuse(string Reason, string WayOut) : SimulatedFault;

    /// <summary>The host tries and fails; nothing has changed.</summary>
    public sealed record Fail(string Reason) : SimulatedFault;

    /// <summary>No answer ever, and no effect: the driver's deadline ends the call.</summary>
    public sealed record Hang : SimulatedFault;

    /// <summary>The connection breaks before the request arrives: unknown, without effect.</summary>
    public sealed record LoseRequest : SimulatedFault;

    /// <summary>The connection breaks after the request was executed: unknown, with effect.</summary>
    public sealed record LoseAnswer : SimulatedFault;

    /// <summary>The request is executed this long after the driver gave up on it.</summary>
    public sealed record ExecuteLate(TimeSpan After) : SimulatedFault;
}

/// <summary>A fault for every matching request, or for so many of them.</summary>
/// <param name="Fault">What happens.</param>
/// <param name="Host">On this host only; null: on any.</param>
/// <param name="Vm">About this VM only; null: any.</param>
/// <param name="Kind">For this kind only; null: any.</param>
/// <param name="Times">How often; null: until removed.</param>
public sealed record SimulatedFaultRule(
    SimulatedFault Fault, HostId? Host = null, VmId? Vm = null, SimulatedCallKind? Kind = null, int? Times = null)
{
    internal bool Matches(SimulatedCall call) =>
        (Host is null || Host == call.Host) && (Vm is null || Vm == call.Vm) && (Kind is null || Kind == call.Kind);
}
