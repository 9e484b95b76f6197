using DrOrchestrator.Lab.Probe;
using Xunit;

namespace DrOrchestrator.Lab.Tests;

public sealed class SilenceMeterTests
{
    private readonly SilenceMeter meter = new();

    [Fact]
    public void Has_no_silence_for_a_guest_that_was_never_heard() =>
        Assert.Null(meter.Longest(Seconds(60)));

    [Fact]
    public void Finds_the_longest_gap_and_when_it_began()
    {
        meter.Heard(Seconds(1));
        meter.Heard(Seconds(2));
        meter.Heard(Seconds(5));
        meter.Heard(Seconds(6));

        Assert.Equal(new Silence(Seconds(2), Seconds(3)), meter.Longest(Seconds(6)));
    }

    [Fact]
    public void Counts_the_silence_that_is_open_at_the_end()
    {
        meter.Heard(Seconds(1));
        meter.Heard(Seconds(2));

        Assert.Equal(new Silence(Seconds(2), Seconds(8)), meter.Longest(Seconds(10)));
    }

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);
}
