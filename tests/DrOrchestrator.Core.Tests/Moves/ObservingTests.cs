using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Moves;
using Xunit;
using static DrOrchestrator.Core.Moves.MoveEvent;
using static DrOrchestrator.Core.Moves.MoveMessage;
using static DrOrchestrator.Core.Tests.Moves.MoveStory;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Moves;

public sealed class ObservingTests
{
    [Fact]
    public void Enrols_a_VM_at_first_sight_and_once() =>
        Vm.When(new ObserveVm(Web, [At(A1, VmState.Running), At(B1, null)], 0)).Then(new VmEnrolled(Web, A1.Host, [B1.Host]) { At = Noon });

    [Fact]
    public void Waits_with_enrolment_until_one_host_runs_it() =>
        Vm.When(new ObserveVm(Web, [At(A1, VmState.Shutoff), At(B1, null)], 0)).ThenNothing();

    [Fact]
    public void Clears_a_host_that_was_silent_when_it_answers() =>
        Assert.Equal([A1.Host], Vm.Given(new VmEnrolled(Web, A1.Host, [B1.Host]) { At = Noon })
            .When(new ObserveVm(Web, [At(A1, VmState.Running), At(B1, VmState.Absent)], 1)).ThenEvents(typeof(PlaceCleared)).MightRunAt());

    [Fact]
    public void A_VM_found_moved_by_somebody_else_is_a_fact()
    {
        var after = Vm.Given(Enrolled).When(new ObserveVm(Web, [At(A1, VmState.Absent), At(B1, VmState.Running)], 1))
            .ThenEvents(typeof(VmFoundElsewhere), typeof(PlaceCleared));

        Assert.Equal([B1.Host], after.MightRunAt());
        Assert.Equal(B1.Host, after.StateOf<MoveState>().RunsAt);
    }

    [Fact]
    public void An_observation_from_before_a_move_says_nothing_after_it()
    {
        var moved = Vm.Given(Verifying).When(new ReportVerification($"{Move}/verify", null, null, "It runs.")).ThenGoOn();

        moved.When(new ObserveVm(Web, [At(A1, VmState.Running), At(B1, VmState.Absent)], 1)).ThenNothing();
    }

    [Fact]
    public void An_observation_from_within_a_move_says_nothing_after_it()
    {
        var verifying = Vm.Given(Verifying);
        var moved = verifying.When(new ReportVerification($"{Move}/verify", null, null, "It runs.")).ThenGoOn();

        moved.When(new ObserveVm(Web, [At(A1, VmState.Running), At(B1, VmState.Absent)], verifying.StateOf<MoveState>().Custody.Generation)).ThenNothing();
    }

    [Fact]
    public void Says_nothing_of_a_VM_that_is_on_its_way() =>
        Vm.Given(Claimed).When(new ObserveVm(Web, [At(A1, VmState.Absent), At(B1, VmState.Running)], 2)).ThenNothing();

    [Fact]
    public void Two_running_copies_become_two_places_and_an_event_once()
    {
        var twice = new ObserveVm(Web, [At(A1, VmState.Running), At(B1, VmState.Running)], 1);

        var after = Vm.Given(Enrolled).When(twice).ThenEvents(typeof(DuplicateObserved));

        Assert.Equal([A1.Host, B1.Host], after.MightRunAt());
        after.When(twice with { Generation = 2 }).ThenNothing();
    }

    [Fact]
    public void Clears_nothing_while_no_host_runs_it() =>
        Vm.Given(Enrolled).When(new ObserveVm(Web, [At(A1, VmState.Shutoff), At(B1, VmState.Absent)], 1)).ThenNothing();

    [Fact]
    public void Somebody_elses_copy_at_a_third_place_joins_while_the_move_s_own_places_are_asked()
    {
        var found = Vm.Given(Clearing).When(new ObserveVm(Web, [At(A1, null), At(B1, VmState.Absent), At(B2, VmState.Running)], 3))
            .ThenEvents(typeof(VmFoundElsewhere));
        Assert.Equal([A1.Host, B1.Host, B2.Host], found.MightRunAt());
        Assert.Equal((MovePhase.Clearing, B2.Host), (found.Phase(), found.StateOf<MoveState>().RunsAt));

        // The same look again is of an older generation, and a newer one says nothing new.
        found.When(new ObserveVm(Web, [At(A1, null), At(B1, VmState.Absent), At(B2, VmState.Running)], 3)).ThenNothing();
        found.When(new ObserveVm(Web, [At(A1, null), At(B1, VmState.Absent), At(B2, VmState.Running)], 4)).ThenNothing();

        // When the move's own places have answered, it is where it was seen.
        var key = $"{Move}/clear@4";
        var settled = found.At(After(400)).When(Places(key, VmState.Absent, VmState.Absent, 400)).ThenGoOn()
            .At(After(410)).When(Places(key, VmState.Absent, VmState.Absent, 410)).ThenGoOn();
        Assert.Equal([B2.Host], settled.MightRunAt());
        Assert.Equal((MovePhase.Idle, B2.Host), (settled.Phase(), settled.StateOf<MoveState>().RunsAt));
    }

    [Fact]
    public void A_third_place_leaves_by_its_own_word_when_others_take_the_VM_on_from_there()
    {
        var found = Vm.Given(Clearing).When(new ObserveVm(Web, [At(A1, null), At(A2, VmState.Running), At(B1, VmState.Absent), At(B2, VmState.Absent)], 3)).ThenGoOn();

        var on = found.When(new ObserveVm(Web, [At(A1, null), At(A2, VmState.Absent), At(B1, VmState.Absent), At(B2, VmState.Running)], 4))
            .ThenEvents(typeof(VmFoundElsewhere), typeof(PlaceCleared));
        Assert.Equal([A1.Host, B1.Host, B2.Host], on.MightRunAt());

        // Nothing is concluded while nobody runs it, nor of a host from which it is being sent.
        on.When(new ObserveVm(Web, [At(A1, null), At(B1, VmState.Absent), At(B2, VmState.Absent)], 5)).ThenNothing();
        on.When(new ObserveVm(Web, [At(A1, VmState.Running), At(B1, VmState.Absent), At(B2, VmState.Shutoff, migrating: true)], 5)).ThenNothing();

        var key = $"{Move}/clear@5";
        var settled = on.At(After(400)).When(Places(key, VmState.Absent, VmState.Absent, 400)).ThenGoOn()
            .At(After(410)).When(Places(key, VmState.Absent, VmState.Absent, 410)).ThenGoOn();
        Assert.Equal((MovePhase.Idle, B2.Host), (settled.Phase(), settled.StateOf<MoveState>().RunsAt));
        Assert.Equal([B2.Host], settled.MightRunAt());
    }

    [Fact]
    public void A_duplicate_at_a_third_place_is_over_when_that_place_says_so()
    {
        var twice = Vm.Given(Clearing).When(new ObserveVm(Web, [At(A1, VmState.Running), At(B1, null), At(B2, VmState.Running)], 3)).ThenGoOn();

        var over = twice.When(new ObserveVm(Web, [At(A1, VmState.Running), At(B1, null), At(B2, VmState.Absent)], 4)).ThenEvents(typeof(PlaceCleared));

        Assert.Empty(over.StateOf<MoveState>().Duplicate);
        Assert.Equal([A1.Host, B1.Host], over.MightRunAt());
    }

    [Fact]
    public void A_look_clears_nothing_while_the_move_s_own_places_are_asked() =>
        Vm.Given(Clearing).When(new ObserveVm(Web, [At(A1, VmState.Running), At(B1, VmState.Absent)], 3)).ThenNothing();

    [Fact]
    public void A_second_copy_at_a_third_place_is_a_duplicate_once_while_the_move_s_own_places_are_asked()
    {
        var twice = new ObserveVm(Web, [At(A1, VmState.Running), At(B1, VmState.Absent), At(B2, VmState.Running)], 3);

        var after = Vm.Given(Clearing).When(twice).ThenEvents(typeof(DuplicateObserved));

        Assert.Equal([A1.Host, B1.Host, B2.Host], after.MightRunAt());
        after.When(twice with { Generation = 4 }).ThenNothing();
    }
}
