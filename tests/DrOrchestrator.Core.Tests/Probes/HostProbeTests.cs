using CsCheck;
using DrOrchestrator.Core.Probes;
using Xunit;
using DrOrchestrator.Testing;

namespace DrOrchestrator.Core.Tests.Probes;

public sealed class HostProbeTests
{
    private static readonly ProbeRules Rules = new();

    [Theory]
    [InlineData("", null)]
    [InlineData("xx", null)]
    [InlineData("xxx", true)]
    [InlineData("oo", null)]
    [InlineData("ooo", false)]
    [InlineData("xxxoo", true)]
    [InlineData("xxxooxoo", true)]
    [InlineData("xxxooo", false)]
    [InlineData("oooxx", false)]
    [InlineData("oooxxoxx", false)]
    [InlineData("oooxxx", true)]
    public void Three_in_a_row_change_the_verdict_and_fewer_do_not(string probes, bool? silent) => Assert.Equal(silent, After(probes).Silent);

    [Fact]
    public void It_names_the_beginning_of_the_row_that_decided()
    {
        Assert.Equal(Sample.After(3), After("oooxxxx").Since);
        Assert.Equal(Sample.After(3), After("oooxxxxoo").Since);
        Assert.Equal(Sample.After(7), After("oooxxxxooo").Since);
    }

    [Theory]
    [InlineData("oxox", null)]
    [InlineData("oxoxo", true)]
    [InlineData("ooxooxoo", true)]
    [InlineData("oxoxoooooooo", true)]
    [InlineData("oxoxooooooooo", false)]
    [InlineData("xxxxxooooo", false)]
    public void Four_changes_in_ten_are_flapping_and_at_most_one_is_its_end(string probes, bool? flapping) => Assert.Equal(flapping, After(probes).Flapping);

    [Fact]
    public void Flapping_begins_and_ends_at_a_known_time()
    {
        Assert.Equal(Sample.After(4), After("oxoxo").FlappingSince);
        Assert.Equal(Sample.After(4), After("oxoxooo").FlappingSince);
        Assert.Equal(Sample.After(12), After("oxoxooooooooo").FlappingSince);
    }

    /// <summary>Whatever comes: the verdict changes only with a full row of its own kind, and follows every full row.</summary>
    [Fact]
    public void The_verdict_follows_full_rows_and_nothing_else() =>
        Gen.Select(Gen.Bool.Array[0, 60], Gen.Int[1, 5], Gen.Int[1, 5]).Sample((answers, raise, resolve) =>
        {
            var probe = new HostProbe(Rules with { FailuresToRaise = raise, SuccessesToResolve = resolve });
            for (var index = 0; index < answers.Length; index++)
            {
                var next = probe.After(answers[index], Sample.After(index));
                var needed = answers[index] ? resolve : raise;
                var full = index + 1 >= needed && answers[(index + 1 - needed)..(index + 1)].All(answer => answer == answers[index]);
                if (full ? next.Silent != !answers[index] : next.Silent != probe.Silent)
                {
                    return false;
                }

                probe = next;
            }

            return true;
        });

    private static HostProbe After(string probes) =>
        probes.Select((probe, index) => (probe, index)).Aggregate(new HostProbe(Rules), (before, entry) => before.After(entry.probe == 'o', Sample.After(entry.index)));
}
