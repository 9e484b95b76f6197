using System.Text.Json;
using DrOrchestrator.Cli.Views;
using DrOrchestrator.Contracts.Http;
using Spectre.Console;
using Xunit;

namespace DrOrchestrator.Cli.Tests;

public sealed class ScreenTests
{
    private static readonly Marks Unicode = Marks.For(Plain(new StringWriter(), 100));

    [Theory]
    [InlineData("run show x", "GET /api/v1/runs/x", "run-under-way")]
    [InlineData("run show x", "GET /api/v1/runs/x", "run-ended")]
    [InlineData("run list", "GET /api/v1/runs?limit=20", "run-list")]
    [InlineData("sites", "GET /api/v1/sites", "sites")]
    [InlineData("drift", "GET /api/v1/drift", "drift")]
    [InlineData("hosts", "GET /api/v1/hosts", "hosts")]
    [InlineData("vms", "GET /api/v1/vms", "vms")]
    [InlineData("alerts", "GET /api/v1/alerts", "alerts")]
    [InlineData("alerts --unmatched", "GET /api/v1/alerts/unmatched?limit=100", "unmatched")]
    [InlineData("alerts show 91f0c2a45d3e7b18", "GET /api/v1/alerts/unmatched/91f0c2a45d3e7b18", "unmatched-detail")]
    [InlineData("status", "GET /api/v1/status", "status")]
    [InlineData("admission", "GET /api/v1/admission", "admission-stopped")]
    [InlineData("brakes", "GET /api/v1/brakes", "brakes")]
    [InlineData("key list", "GET /api/v1/keys", "keys")]
    [InlineData("key refusals", "GET /api/v1/access/refusals", "refusals")]
    [InlineData("audit show run-x", "GET /api/v1/streams/run-x/events?after=0", "events")]
    public async Task What_a_person_sees(string command, string call, string name)
    {
        var cli = new Shell(new FakeApi().Answers(call, Golden.Given(name)));

        Assert.Equal(ExitCode.Done, await cli.Run(command.Split(' ')));

        Assert.Empty(cli.Error);
        Golden.Holds(name, cli.Output);
        Assert.All(cli.Output.Split('\n'), line => Assert.True(line.TrimEnd().Length <= 100, line));
    }

    [Fact]
    public async Task The_list_of_VMs_can_be_read_on_a_narrow_screen()
    {
        var cli = new Shell(new FakeApi().Answers("GET /api/v1/vms", Golden.Given("vms"))) { Width = 80 };

        Assert.Equal(ExitCode.Done, await cli.Run("vms"));

        Golden.Holds("vms-80", cli.Output);
        Assert.All(cli.Output.Split('\n'), line => Assert.True(line.TrimEnd().Length <= 80, line));
    }

    [Theory]
    [InlineData(100, 30)]
    [InlineData(80, 24)]
    [InlineData(132, 43)]
    [InlineData(100, 14)]
    public void A_live_screen_fits_and_loses_nobody(int width, int height)
    {
        var run = JsonSerializer.Deserialize<RunDetail>(Golden.Given("run-under-way"), ContractJson.Options)!;

        var lines = RunScreen.Fitting(run, width, height, Unicode);

        var shown = Show(lines, width);
        Golden.Holds($"watch-{width}x{height}", shown);
        Assert.True(lines.Count <= height, $"{lines.Count} lines");
        Assert.All(shown.Split('\n'), line => Assert.True(line.TrimEnd().Length <= width, line));
    }

    [Fact]
    public void Without_unicode_nothing_is_lost()
    {
        var run = JsonSerializer.Deserialize<RunDetail>(Golden.Given("run-under-way"), ContractJson.Options)!;
        var console = Plain(new StringWriter(), 100);
        console.Profile.Capabilities.Unicode = false;

        Golden.Holds("watch-letters", Show(RunScreen.Fitting(run, 100, 30, Marks.For(console)), 100));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_run_over_simulated_hosts_says_so_and_a_real_one_does_not(bool simulated)
    {
        var run = JsonSerializer.Deserialize<RunDetail>(Golden.Given("run-under-way"), ContractJson.Options)! with { Simulated = simulated };

        Assert.Equal(simulated, Show(RunScreen.Fitting(run, 100, 30, Marks.For(Plain(new StringWriter(), 100))), 100).Contains("SIMULATED", StringComparison.Ordinal));
    }

    [Fact]
    public void Text_from_elsewhere_can_not_steer_the_terminal() =>
        Assert.Equal(" [2Jgone", Clean.Of("\u001b[2Jgone"));

    [Theory]
    [InlineData(0.28, "280 ms")]
    [InlineData(1.26, "1.3 s")]
    public void Pauses_are_read_at_a_glance(double seconds, string shown) => Assert.Equal(shown, Measures.Pause(seconds));

    [Theory]
    [InlineData(72, "1:12")]
    [InlineData(7425, "2:03:45")]
    [InlineData(-1, "0:00")]
    public void Durations_are_read_at_a_glance(double seconds, string shown) => Assert.Equal(shown, Measures.Clock(seconds));

    [Theory]
    [InlineData(512, "512 B")]
    [InlineData(1610612736, "1.5 GiB")]
    [InlineData(118e6, "113 MiB")]
    public void Amounts_are_read_at_a_glance(double bytes, string shown) => Assert.Equal(shown, Measures.Bytes(bytes));

    private static string Show(IReadOnlyList<Line> lines, int width)
    {
        var writer = new StringWriter();
        Plain(writer, width).Write(Line.Render(lines, width));
        return writer.ToString();
    }

    private static IAnsiConsole Plain(StringWriter writer, int width)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;
        return console;
    }
}
