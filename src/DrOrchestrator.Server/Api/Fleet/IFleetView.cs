using DrOrchestrator.Core.Planning;

namespace DrOrchestrator.Server.Api.Fleet;

/// <summary>The last look at all hosts.</summary>
public interface IFleetView
{
    /// <summary>Null: there was none since the start.</summary>
    FleetLook? Last { get; }
}

/// <summary>What the hosts said, and when.</summary>
public sealed record FleetLook(ScopeObservation Observation, DateTimeOffset At);
