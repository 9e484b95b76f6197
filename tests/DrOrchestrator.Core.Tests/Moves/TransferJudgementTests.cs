using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Moves;
using Xunit;
using static DrOrchestrator.Core.Tests.Moves.MoveStory;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Moves;

public sealed class TransferJudgementTests
{
    /// <summary>The whole table: a row for what the source says, a column for what the destination says.</summary>
    public static TheoryData<VmState?, VmState?, TransferVerdict> Table()
    {
        const TransferVerdict none = TransferVerdict.Unclear;
        const TransferVerdict nowhere = TransferVerdict.NotRunning;
        const TransferVerdict gone = TransferVerdict.Vanished;
        const TransferVerdict source = TransferVerdict.AtSource;
        const TransferVerdict there = TransferVerdict.AtDestination;
        const TransferVerdict twice = TransferVerdict.RunsTwice;
        const TransferVerdict silent = TransferVerdict.AtSourceDestinationSilent;
        VmState?[] said = [null, VmState.Absent, VmState.Shutoff, VmState.Running, VmState.Paused, VmState.Incoming, VmState.Crashed, VmState.Other];
        TransferVerdict[][] verdicts =
        [
            /* source silent   */ [none, none, none, none, none, none, none, none],
            /* source absent   */ [none, gone, nowhere, there, none, none, nowhere, none],
            /* source shut off */ [none, nowhere, nowhere, there, none, none, nowhere, none],
            /* source running  */ [silent, source, source, twice, none, none, none, none],
            /* source paused   */ [none, none, none, none, none, none, none, none],
            /* source incoming */ [none, none, none, none, none, none, none, none],
            /* source crashed  */ [none, nowhere, nowhere, none, none, none, nowhere, none],
            /* source other    */ [none, none, none, none, none, none, none, none],
        ];
        var data = new TheoryData<VmState?, VmState?, TransferVerdict>();
        foreach (var (row, here) in said.Index())
        {
            foreach (var (column, other) in said.Index())
            {
                data.Add(here, other, verdicts[row][column]);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void Reads_what_both_ends_say_by_the_table(VmState? source, VmState? destination, TransferVerdict verdict) =>
        Assert.Equal(verdict, TransferJudgement.Of(At(A1, source), At(B1, destination)));

    [Theory]
    [InlineData(VmState.Absent, TransferVerdict.Vanished)]
    [InlineData(VmState.Running, TransferVerdict.AtDestination)]
    [InlineData(VmState.Paused, TransferVerdict.Unclear)]
    public void A_source_that_is_shut_off_because_its_guest_was_migrated_away_is_as_good_as_absent(VmState destination, TransferVerdict verdict) =>
        Assert.Equal(verdict, TransferJudgement.Of(At(A1, VmState.Shutoff) with { MigratedAway = true }, At(B1, destination)));

    [Theory]
    [InlineData(VmState.Running, VmState.Absent, TransferVerdict.AtSource)]
    [InlineData(VmState.Running, null, TransferVerdict.AtSourceDestinationSilent)]
    [InlineData(VmState.Running, VmState.Incoming, TransferVerdict.Unclear)]
    [InlineData(VmState.Paused, VmState.Absent, TransferVerdict.Unclear)]
    public void After_a_refusal_a_migration_at_the_source_is_somebody_elses(VmState source, VmState? destination, TransferVerdict verdict) =>
        Assert.Equal(verdict, TransferJudgement.OfRefused(At(A1, source, migrating: true), At(B1, destination)));

    [Theory]
    [MemberData(nameof(Table))]
    public void Concludes_nothing_while_the_source_still_sends(VmState? source, VmState? destination, TransferVerdict verdict)
    {
        Assert.True(Enum.IsDefined(verdict));
        Assert.Equal(TransferVerdict.Unclear, TransferJudgement.Of(At(A1, source, migrating: true), At(B1, destination)));
    }
}
