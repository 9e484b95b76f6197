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
        const TransferVerdict source = TransferVerdict.AtSource;
        const TransferVerdict there = TransferVerdict.AtDestination;
        const TransferVerdict twice = TransferVerdict.RunsTwice;
        const TransferVerdict silent = TransferVerdict.AtSourceDestinationSilent;
        VmState?[] said = [null, VmState.Absent, VmState.Shutoff, VmState.Running, VmState.Paused, VmState.Incoming, VmState.Crashed, VmState.Other];
        TransferVerdict[][] verdicts =
        [
            /* source silent   */ [none, none, none, none, none, none, none, none],
            /* source absent   */ [none, nowhere, nowhere, there, none, none, nowhere, none],
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
    [MemberData(nameof(Table))]
    public void Concludes_nothing_while_the_source_still_sends(VmState? source, VmState? destination, TransferVerdict verdict)
    {
        Assert.True(Enum.IsDefined(verdict));
        Assert.Equal(TransferVerdict.Unclear, TransferJudgement.Of(At(A1, source, migrating: true), At(B1, destination)));
    }
}
