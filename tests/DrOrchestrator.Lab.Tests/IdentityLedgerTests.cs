using DrOrchestrator.Lab.Probe;
using Xunit;

namespace DrOrchestrator.Lab.Tests;

public sealed class IdentityLedgerTests
{
    private readonly IdentityLedger ledger = new();

    [Fact]
    public void Counts_a_counter_that_went_back()
    {
        Ask("boot-1", 100);
        Ask("boot-1", 60);

        Assert.Equal(1, ledger.CounterWentBack);
    }

    [Fact]
    public void Does_not_count_answers_that_overtook_each_other()
    {
        var first = ledger.WhenAsked();
        var second = ledger.WhenAsked();
        ledger.Answered(second, "boot-1", 101);
        ledger.Answered(first, "boot-1", 100);

        Assert.Equal(0, ledger.CounterWentBack);
    }

    [Fact]
    public void Does_not_count_a_counter_that_stands_still()
    {
        Ask("boot-1", 100);
        Ask("boot-1", 100);

        Assert.Equal(0, ledger.CounterWentBack);
    }

    [Fact]
    public void Takes_a_restart_for_a_new_boot_id_and_not_for_a_counter_that_went_back()
    {
        Ask("boot-1", 100);
        Ask("boot-2", 3);

        Assert.Equal((1, 0, 0), (ledger.BootIdChanges, ledger.BootIdReturns, ledger.CounterWentBack));
        Assert.Equal(["boot-1", "boot-2"], ledger.BootIds);
    }

    [Fact]
    public void Counts_an_earlier_boot_id_that_comes_back()
    {
        Ask("boot-1", 100);
        Ask("boot-2", 3);
        Ask("boot-1", 150);

        Assert.Equal((2, 1), (ledger.BootIdChanges, ledger.BootIdReturns));
    }

    [Fact]
    public void Does_not_take_a_late_answer_of_the_ended_boot_for_its_return()
    {
        Ask("boot-1", 100);
        var beforeTheRestart = ledger.WhenAsked();
        Ask("boot-2", 3);
        ledger.Answered(beforeTheRestart, "boot-1", 101);

        Assert.Equal((1, 0), (ledger.BootIdChanges, ledger.BootIdReturns));
    }

    private void Ask(string bootId, long ticks) => ledger.Answered(ledger.WhenAsked(), bootId, ticks);
}
