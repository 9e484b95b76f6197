using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Inventory.Drift;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Testing;
using Xunit;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Inventory;

public sealed class InventoryDriftTests
{
    private static readonly DeclaredFleet Declared = new([], [new DeclaredVm("web", A1.Host)], false);
    private static readonly ScopeObservation AtHome = Scope(Seen(A1, 1024, Copy(Web, A1)), Seen(B1, 1024));
    private static readonly ScopeObservation Away = Scope(Seen(A1, 1024), Seen(B1, 1024, Copy(Web, B1)));

    [Fact]
    public void What_is_as_declared_and_as_recorded_is_no_difference() => Assert.Empty(InventoryDrift.Of(Declared, AtHome, [At(A1)]));

    [Fact]
    public void A_VM_that_runs_elsewhere_than_it_belongs_or_was_last_known_is_one()
    {
        Assert.Equal("web belongs at a1 and runs at b1.", Assert.Single(InventoryDrift.Of(Declared, Away, [At(B1)])).Fact);
        Assert.Equal("web was last known at a1 and runs at b1: somebody else moved it.", Assert.Single(InventoryDrift.Of(DeclaredFleet.None, Away, [At(A1)])).Fact);
    }

    [Fact]
    public void Where_a_run_of_ours_brought_it_is_said_and_is_no_surprise()
    {
        var moved = At(B1) with { LastAnswer = new MoveAnswer(new MoveId("r/web/1"), Run, Web.Id, MoveOutcome.Moved, B1.Host, "It runs.", [], null) };

        var found = Assert.Single(InventoryDrift.Of(Declared, Away, [moved]));

        Assert.True(found.OfOurOwn);
        Assert.Contains(Run.Value, found.Fact, StringComparison.Ordinal);
    }

    [Fact]
    public void A_VM_that_is_not_named_is_a_difference_only_where_every_VM_is()
    {
        var with = Scope(Seen(A1, 1024, Copy(Web, A1), Copy(Db, A1)));

        Assert.Empty(InventoryDrift.Of(Declared, with, []));
        var found = Assert.Single(InventoryDrift.Of(Declared with { EveryVm = true }, with, []));
        Assert.Equal((DriftKind.VmUndeclared, "db"), (found.Kind, found.Subject));
    }

    [Fact]
    public void A_VM_is_missing_only_when_every_host_has_answered()
    {
        Assert.Equal(DriftKind.VmNotSeen, Assert.Single(InventoryDrift.Of(Declared, Scope(Seen(A1, 1024), Seen(B1, 1024)), [])).Kind);
        Assert.Empty(InventoryDrift.Of(Declared, Scope(Seen(A1, 1024), Silent(B1)), []));
        Assert.Empty(InventoryDrift.Of(Declared, Scope(Seen(A1, 1024, Copy(Web, A1, VmState.Shutoff)), Seen(B1, 1024)), []));
    }

    [Fact]
    public void Capacity_and_CPU_model_are_held_against_what_the_host_says_but_for_what_a_host_keeps_for_itself()
    {
        // Seen() has 8 CPUs of the model x and 64 GiB.
        DeclaredFleet Host(int? cpus, double? mebibytes, string? model) =>
            new([new DeclaredHost(A1.Host, cpus, mebibytes is { } size ? Bytes.FromMebibytes(size) : null, model)], [], false);

        Assert.Empty(InventoryDrift.Of(Host(8, 66_000, "x"), AtHome, []));
        Assert.Equal(
            ["a1 should have 16 CPUs and says 8.", "a1 should have 128 GiB of memory and says 64 GiB.", "a1 should have the CPU y and says x."],
            InventoryDrift.Of(Host(16, 131_072, "y"), AtHome, []).Select(found => found.Fact));
    }

    private static MoveState At(HostEndpoint host) => MoveState.Initial with { Phase = MovePhase.Idle, Vm = Web, RunsAt = host.Host };
}
