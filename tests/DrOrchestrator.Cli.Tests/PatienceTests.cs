using Xunit;

namespace DrOrchestrator.Cli.Tests;

public sealed class PatienceTests
{
    private static readonly string[] Preflight = ["preflight", "evacuate-host", "--host", "a1"];

    [Fact]
    public async Task A_preflight_may_take_minutes()
    {
        var api = new SlowApi(new FakeApi().Answers("POST /api/v1/preflight", Golden.Given("preflight")), TimeSpan.FromMinutes(4));

        Assert.Equal(ExitCode.Refused, await new Shell(api) { Clock = api.Clock }.Run(Preflight));
    }

    [Fact]
    public async Task A_preflight_without_an_end_says_what_makes_it_long()
    {
        var api = new SlowApi(new FakeApi(), TimeSpan.FromMinutes(5));
        var cli = new Shell(api) { Clock = api.Clock };

        Assert.Equal(ExitCode.Unknown, await cli.Run(Preflight));

        Assert.Contains("nothing came within 5 minutes", cli.Error, StringComparison.Ordinal);
        Assert.Contains("Nothing was begun", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_other_answer_comes_within_seconds_or_not_at_all()
    {
        var api = new SlowApi(new FakeApi(), TimeSpan.FromSeconds(15));
        var cli = new Shell(api) { Clock = api.Clock };

        Assert.Equal(ExitCode.Unknown, await cli.Run("status"));

        Assert.Contains("nothing came within 15 s", cli.Error, StringComparison.Ordinal);
        Assert.Contains("DRCTL_SERVER", cli.Error, StringComparison.Ordinal);
    }
}
