using System.Net;
using DrOrchestrator.Lab.Probe;
using Xunit;

namespace DrOrchestrator.Lab.Tests;

public sealed class GuestObservationTests
{
    [Fact]
    public void Reports_null_for_what_nobody_observed()
    {
        var guest = Observe();
        guest.ProbeSent("a", 1);

        var report = guest.Report(Seconds(10));

        Assert.Equal((1, 0), (report.ProbesSent, report.RepliesReceived));
        Assert.Null(report.MaxSilenceSeconds);
        Assert.Null(report.BootIds);
        Assert.Null(report.CounterWentBack);
        Assert.Null(report.RunningOverlaps);
        Assert.Null(report.Duplicates);
    }

    [Fact]
    public void Reports_the_silence_of_the_worst_off_client_and_that_of_all_clients_together()
    {
        var guest = Observe();
        Exchange(guest, "a", 1, Seconds(0));
        Exchange(guest, "b", 1, Seconds(0));
        Exchange(guest, "a", 2, Seconds(4));
        Exchange(guest, "a", 3, Seconds(8));

        var report = guest.Report(Seconds(10));

        Assert.Equal((10, 0), (report.MaxSilenceSeconds, report.SilenceAt));
        Assert.Equal(4, report.MaxSilenceEverywhereSeconds);
        Assert.Equal(4, report.MaxSilenceSecondsByProbe["a"]);
    }

    [Fact]
    public void Takes_a_changed_boot_id_for_a_duplicate_unless_the_restart_was_expected()
    {
        var surprised = Observe();
        var expecting = Observe(restartExpected: true);
        foreach (var guest in new[] { surprised, expecting })
        {
            Exchange(guest, "a", 1, Seconds(1), "boot-1", 100);
            Exchange(guest, "a", 2, Seconds(2), "boot-2", 1);
            guest.QmpAnswered("a1", isRunning: true, Seconds(1), Seconds(2));
        }

        Assert.Equal(1, surprised.Report(Seconds(3)).Duplicates);
        Assert.Equal(0, expecting.Report(Seconds(3)).Duplicates);
    }

    [Fact]
    public void Counts_the_old_boot_that_answers_after_an_expected_restart()
    {
        var guest = Observe(restartExpected: true);
        Exchange(guest, "a", 1, Seconds(1), "boot-1", 100);
        Exchange(guest, "a", 2, Seconds(2), "boot-2", 1);
        Exchange(guest, "a", 3, Seconds(3), "boot-1", 300);

        Assert.Equal(1, guest.Report(Seconds(4)).Duplicates);
    }

    [Fact]
    public void Holds_one_counter_against_the_answers_to_all_clients()
    {
        var guest = Observe();
        Exchange(guest, "a", 1, Seconds(1), ticks: 500);
        Exchange(guest, "b", 1, Seconds(2), ticks: 200);

        Assert.Equal(1, guest.Report(Seconds(3)).CounterWentBack);
    }

    [Fact]
    public void Counts_overlapping_running_answers()
    {
        var guest = Observe();
        guest.QmpAnswered("a1", isRunning: true, Seconds(1), Seconds(3));
        guest.QmpAnswered("b1", isRunning: true, Seconds(2), Seconds(4));

        var report = guest.Report(Seconds(5));

        Assert.Equal((1, 1), (report.RunningOverlaps, report.Duplicates));
        Assert.Null(report.BootIds);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Says_that_there_was_no_duplicate_only_where_it_was_looked_for_in_both_ways(bool heard, bool sampled)
    {
        var guest = Observe();
        if (heard)
        {
            Exchange(guest, "a", 1, Seconds(1));
        }

        if (sampled)
        {
            guest.QmpAnswered("a1", isRunning: true, Seconds(1), Seconds(2));
        }

        Assert.Equal(heard && sampled ? 0 : null, guest.Report(Seconds(3)).Duplicates);
    }

    [Fact]
    public void All_together_are_unknown_where_one_is_but_a_duplicate_that_was_seen_stands()
    {
        var seen = Observe();
        Exchange(seen, "a", 1, Seconds(1));
        seen.QmpAnswered("a1", isRunning: true, Seconds(1), Seconds(2));
        var unseen = Observe();

        Assert.Equal((null, null), Together(seen, unseen));
        seen.QmpAnswered("b1", isRunning: true, Seconds(1), Seconds(2));
        Assert.Equal((1, null), Together(seen, unseen));
        Assert.Equal(1, Together(seen).Duplicates);
        Assert.NotNull(Together(seen).MaxSilenceSeconds);
    }

    private static (int? Duplicates, double? MaxSilenceSeconds) Together(params GuestObservation[] guests)
    {
        var report = Summary.Of(guests, new ObservationClock(TimeProvider.System), TimeSpan.Zero);
        return (report.Duplicates, report.MaxSilenceSeconds);
    }

    [Fact]
    public void Ignores_an_answer_to_a_question_it_never_asked()
    {
        var guest = Observe();
        guest.ReplyReceived("a", 7, "boot-1", 1, Seconds(1));

        Assert.Equal(0, guest.Report(Seconds(2)).RepliesReceived);
    }

    private static GuestObservation Observe(bool restartExpected = false) =>
        new("vm-a1-1", IPAddress.Loopback, ["a", "b"], restartExpected);

    private static void Exchange(
        GuestObservation guest, string probe, long sequence, TimeSpan at, string bootId = "boot-1", long ticks = 100)
    {
        guest.ProbeSent(probe, sequence);
        guest.ReplyReceived(probe, sequence, bootId, ticks, at);
    }

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);
}
