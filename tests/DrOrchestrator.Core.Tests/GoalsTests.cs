using DrOrchestrator.Testing;
using Xunit;

namespace DrOrchestrator.Core.Tests;

/// <summary>What deploy/bench ends by.</summary>
public sealed class GoalsTests
{
    [Fact]
    public void Each_missed_goal_is_named_and_one_is_enough_to_end_with_1()
    {
        var goals = new Goals();
        goals.AtMost("the ratio", 1.1, 1.1);
        goals.AtLeast("the rate", 40, 40);
        Assert.Equal((0, ""), Told(goals));

        goals.AtLeast("the share by AMQP", 0.4981, 0.5);
        goals.AtMost("the latency in ms", 251, 250);

        Assert.Equal((1, "goal missed: the share by AMQP is 0.498, wanted at least 0.5\ngoal missed: the latency in ms is 251, wanted at most 250\n"), Told(goals));
    }

    [Fact]
    public void What_is_no_number_reaches_no_goal()
    {
        var goals = new Goals();
        goals.AtMost("one", double.NaN, 1);
        goals.AtLeast("another", double.NaN, 1);
        Assert.Equal(2, goals.Missed.Count);
    }

    private static (int Code, string Said) Told(Goals goals)
    {
        using var to = new StringWriter { NewLine = "\n" };
        return (goals.Tell(to), to.ToString());
    }
}
