using DrOrchestrator.Lab.Probe;
using Xunit;

namespace DrOrchestrator.Lab.Tests;

public sealed class RunningLedgerTests
{
    private readonly RunningLedger ledger = new();

    [Fact]
    public void Counts_two_hosts_that_both_answered_running_in_overlapping_intervals()
    {
        Running("a1", 0, 10);
        Running("b1", 5, 15);

        Assert.Equal(1, ledger.Overlaps);
        Assert.Equal(["a1", "b1"], ledger.HostsSeenRunning);
    }

    [Fact]
    public void Does_not_count_intervals_that_only_touch()
    {
        Running("a1", 0, 10);
        Running("b1", 10, 20);

        Assert.Equal(0, ledger.Overlaps);
    }

    [Fact]
    public void Does_not_count_a_handover_between_two_questions_however_short()
    {
        for (var i = 0; i < 100; i++)
        {
            var at = i * 10;
            var moved = i >= 50;
            ledger.Answered("a1", running: !moved, Milliseconds(at), Milliseconds(at + 2));
            ledger.Answered("b1", running: moved, Milliseconds(at), Milliseconds(at + 2));
        }

        Assert.Equal(0, ledger.Overlaps);
    }

    [Fact]
    public void Does_not_count_a_copy_that_waits_for_its_memory()
    {
        Running("a1", 0, 10);
        ledger.Answered("b1", running: false, Milliseconds(0), Milliseconds(10));

        Assert.Equal(0, ledger.Overlaps);
        Assert.Equal(["a1"], ledger.HostsSeenRunning);
    }

    [Fact]
    public void Does_not_count_overlapping_answers_of_one_host()
    {
        Running("a1", 0, 10);
        Running("a1", 5, 15);

        Assert.Equal(0, ledger.Overlaps);
    }

    [Fact]
    public void Compares_a_late_answer_with_what_was_seen_while_it_was_open()
    {
        for (var at = 0; at < 1000; at += 100)
        {
            Running("a1", at, at + 1);
        }

        Running("b1", 450, 1200);

        Assert.Equal(5, ledger.Overlaps);
    }

    [Fact]
    public void Counts_every_round_in_which_two_copies_run()
    {
        for (var at = 0; at < 1000; at += 10)
        {
            Running("a1", at, at + 2);
            Running("b2", at, at + 3);
        }

        Assert.Equal(100, ledger.Overlaps);
    }

    private void Running(string host, int sent, int received) =>
        ledger.Answered(host, running: true, Milliseconds(sent), Milliseconds(received));

    private static TimeSpan Milliseconds(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
