using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Moves;
using Xunit;
using static DrOrchestrator.Core.Tests.Moves.MoveStory;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Moves;

/// <summary>What a person is told of a VM that is held.</summary>
public sealed class HeldVmTests
{
    [Theory]
    [InlineData(null, VmState.Absent, "when all of these but one have answered")]
    [InlineData(VmState.Absent, VmState.Absent, "when a host of the inventory runs it")]
    [InlineData(VmState.Shutoff, VmState.Paused, "when a person has stopped the one that is wrong")]
    public void What_releases_it_follows_from_what_its_places_said(VmState? source, VmState? destination, string until)
    {
        var held = Vm.Given([.. Clearing, new MoveEvent.PlacesInspected([At(A1, source), At(B1, destination)]) { At = Noon }]).StateOf<MoveState>();

        Assert.Contains(until, HeldVm.Why(held)!.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_was_never_asked_about_waits_for_answers_and_one_that_is_clear_for_nothing()
    {
        Assert.Contains("all of these but one", HeldVm.Why(Vm.Given(Clearing).StateOf<MoveState>())!.WayOut, StringComparison.Ordinal);
        Assert.Null(HeldVm.Why(Vm.Given(Enrolled).StateOf<MoveState>()));
    }
}
