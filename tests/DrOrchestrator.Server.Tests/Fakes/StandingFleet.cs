using DrOrchestrator.Server.Api.Fleet;

namespace DrOrchestrator.Server.Tests.Fakes;

/// <summary>The last look is whatever the test says.</summary>
internal sealed class StandingFleet : IFleetView
{
    public FleetLook? Last { get; set; }
}
