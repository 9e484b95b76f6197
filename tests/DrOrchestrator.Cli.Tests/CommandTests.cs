using System.Net;
using System.Text.Json;
using DrOrchestrator.Contracts.Http;
using Xunit;

namespace DrOrchestrator.Cli.Tests;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class CommandTests : IDisposable
{
    private const string ShowRun = "GET /api/v1/runs/x";
    private readonly string folder = Directory.CreateTempSubdirectory("drctl-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Json_is_exactly_what_the_api_says()
    {
        var given = Golden.Given("run-under-way");
        var cli = new Shell(new FakeApi().Answers(ShowRun, given));

        Assert.Equal(ExitCode.Done, await cli.Run("run", "show", "x", "--output", "json"));

        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(given).RootElement, JsonDocument.Parse(cli.Output).RootElement));
    }

    [Theory]
    [InlineData(401, ExitCode.Refused)]
    [InlineData(403, ExitCode.Refused)]
    [InlineData(404, ExitCode.WrongUse)]
    [InlineData(400, ExitCode.WrongUse)]
    [InlineData(409, ExitCode.Refused)]
    [InlineData(503, ExitCode.Unknown)]
    public async Task An_error_says_what_happened_and_what_next(int status, int exitCode)
    {
        var problem = JsonSerializer.Serialize(new Problem("kind", "This happened.", status, "Do that."), ContractJson.Options);
        var cli = new Shell(new FakeApi().Answers(ShowRun, problem, (HttpStatusCode)status));

        Assert.Equal(exitCode, await cli.Run("run", "show", "x"));

        Assert.Equal("drctl: This happened.\n       Do that.\n", cli.Error);
        Assert.Empty(cli.Output);
    }

    [Theory]
    [InlineData("admission-stopped", ExitCode.Done)]
    [InlineData("admission-stopping", ExitCode.Unknown)]
    public async Task A_stop_says_what_goes_on_and_whether_it_is_in_force(string answer, int exitCode)
    {
        var api = new FakeApi().Answers("POST /api/v1/stop-all", Golden.Given(answer));
        var cli = new Shell(api);

        Assert.Equal(exitCode, await cli.Run("stop-all", "--reason", "The link flaps."));

        Golden.Holds(answer, cli.Output);
        Assert.Contains("The link flaps.", Assert.Single(api.Calls).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slot_is_given_back_by_the_name_of_its_move_and_with_a_reason()
    {
        var api = new FakeApi().Answers("POST /api/v1/admission/release", Golden.Given("admission-stopping"));

        Assert.Equal(ExitCode.Done, await new Shell(api).Run("admission", "release", "run-1/vm-1/1", "--reason", "Both hosts were looked at."));

        var body = Assert.Single(api.Calls).Body;
        Assert.Contains("run-1/vm-1/1", body, StringComparison.Ordinal);
        Assert.Contains("Both hosts were looked at.", body, StringComparison.Ordinal);
        Assert.Equal(ExitCode.WrongUse, await new Shell(api).Run("admission", "release", "run-1/vm-1/1"));
    }

    [Fact]
    public async Task Preflight_shows_each_finding_with_its_way_out_and_exits_by_the_heaviest()
    {
        var given = Golden.Given("preflight");
        var cli = new Shell(new FakeApi().Answers("POST /api/v1/preflight", given));
        Assert.Equal(ExitCode.Refused, await cli.Run("preflight", "evacuate-host", "--host", "a1"));
        Golden.Holds("preflight", cli.Output);

        var clear = new Shell(new FakeApi().Answers("POST /api/v1/preflight", given.Replace("\"errors\"", "\"warnings\"", StringComparison.Ordinal)));
        Assert.Equal(ExitCode.Done, await clear.Run("preflight", "evacuate-host", "--host", "a1"));
    }

    [Fact]
    public async Task A_maintenance_is_begun_for_minutes_and_ended()
    {
        var api = new FakeApi().Answers("POST /api/v1/maintenance", Golden.Given("brakes")).Answers("POST /api/v1/maintenance/end", Golden.Given("brakes"));
        var cli = new Shell(api);

        Assert.Equal(ExitCode.Done, await cli.Run("maintenance", "start", "--host", "b2", "--minutes", "90", "--reason", "New fans."));
        Assert.Equal(ExitCode.Done, await cli.Run("maintenance", "end", "--site", "B", "--reason", "Done."));

        Assert.Equal(
            ["{\"host\":\"b2\",\"seconds\":5400,\"reason\":\"New fans.\"}", "{\"site\":\"B\",\"reason\":\"Done.\"}"], api.Calls.Select(call => call.Body));
    }

    [Fact]
    public async Task A_run_is_paused_and_resumed()
    {
        var api = new FakeApi()
            .Answers("POST /api/v1/runs/x/pause", JsonSerializer.Serialize(new RunHaltReply("x", "moving", "Paused by me: A look first."), ContractJson.Options))
            .Answers("POST /api/v1/runs/x/resume", JsonSerializer.Serialize(new RunHaltReply("x", "moving", null), ContractJson.Options));
        var cli = new Shell(api);

        Assert.Equal(ExitCode.Done, await cli.Run("run", "pause", "x", "--reason", "A look first."));
        Assert.Equal(ExitCode.Done, await cli.Run("run", "resume", "x", "--reason", "Fine."));

        // Where lines break is the console's business.
        Assert.Equal(
            "Nothing new of x begins. Paused by me: A look first. Let it go on: drctl run resume x --reason WHY x goes on. Watch it: drctl run watch x",
            string.Join(' ', cli.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public async Task An_error_is_json_where_json_was_asked_for()
    {
        var problem = JsonSerializer.Serialize(new Problem("run-not-found", "There is no run x.", 404, "See drctl run list."), ContractJson.Options);
        var cli = new Shell(new FakeApi().Answers(ShowRun, problem, HttpStatusCode.NotFound));

        await cli.Run("run", "show", "x", "-o", "json");

        Assert.Equal(problem + "\n", cli.Error);
    }

    [Theory]
    [InlineData("<html>", HttpStatusCode.BadGateway, "answers 502")]
    [InlineData("<html>", HttpStatusCode.OK, "not one of this API")]
    [InlineData(null, HttpStatusCode.OK, "Connection refused")]
    public async Task A_server_that_is_not_there_or_is_another_one_is_unknown(string? body, HttpStatusCode status, string says)
    {
        var cli = new Shell(new FakeApi().Answers("GET /api/v1/status", body, status));

        Assert.Equal(ExitCode.Unknown, await cli.Run("status"));

        Assert.Contains(says, cli.Error, StringComparison.Ordinal);
        Assert.Contains("address", cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", "start", "evacuate-host")]
    [InlineData("run", "stat")]
    [InlineData("status", "--output", "xml")]
    [InlineData("key", "create", "--subject", "x", "--scope", "admin")]
    public async Task Wrong_use_has_its_own_exit_code(params string[] args) =>
        Assert.Equal(ExitCode.WrongUse, await new Shell(new FakeApi()).Run(args));

    [Fact]
    public async Task Help_is_no_error()
    {
        var cli = new Shell(new FakeApi());
        Assert.Equal(ExitCode.Done, await cli.Run("run", "start", "--help"));
        Assert.Contains("--reason", cli.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_nothing_is_sent()
    {
        var api = new FakeApi();
        var cli = new Shell(api);
        cli.Variables.Clear();

        Assert.Equal(ExitCode.WrongUse, await cli.Run("status"));

        Assert.Empty(api.Calls);
        Assert.Contains("DRCTL_KEY_FILE", cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite, false)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, true)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.OtherRead, true)]
    public async Task A_key_file_that_others_can_read_is_warned_about(UnixFileMode mode, bool warned)
    {
        var path = Path.Combine(folder, "key");
        await File.WriteAllTextAsync(path, "dro_from_file\n");
        File.SetUnixFileMode(path, mode);
        var api = new FakeApi().Answers("GET /api/v1/status", Golden.Given("status"));
        var cli = new Shell(api);

        Assert.Equal(ExitCode.Done, await cli.Run("status", "--key-file", path));

        Assert.Equal("Bearer dro_from_file", api.Calls[0].Authorization);
        Assert.Equal(warned, cli.Error.Contains("chmod 600", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_over_an_unencrypted_line_is_warned_about()
    {
        var cli = new Shell(new FakeApi().Answers("GET /api/v1/status", Golden.Given("status")));
        cli.Variables["DRCTL_SERVER"] = "http://dr.example.org:8470";

        await cli.Run("status");

        Assert.Contains("unencrypted to dr.example.org", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_without_an_answer_is_asked_again_with_the_same_key()
    {
        const string call = "POST /api/v1/runs";
        var api = new FakeApi().Answers(call, null).Answers(call, """{"run":"r1","created":false}""");
        var cli = new Shell(api);

        Assert.Equal(ExitCode.Done, await cli.Run("run", "start", "evacuate-host", "--host", "a1", "--reason", "Fan"));

        Assert.Equal(2, api.Calls.Count);
        Assert.Equal(api.Calls[0].IdempotencyKey, api.Calls[1].IdempotencyKey);
        Assert.Equal("""{"plan":"evacuate-host","host":"a1","reason":"Fan"}""", api.Calls[0].Body);
        Assert.Contains("r1", cli.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("completed", ExitCode.Done)]
    [InlineData("completed-with-failures", ExitCode.Failed)]
    [InlineData("aborted", ExitCode.Failed)]
    [InlineData("refused", ExitCode.Refused)]
    public async Task Watching_a_run_exits_by_its_outcome(string outcome, int exitCode)
    {
        var api = new FakeApi()
            .Answers(ShowRun, Golden.Given("run-under-way"))
            .Answers("GET /api/v1/runs/evacuate-host-a1-20260301021500-7f3c", null)
            .Answers("GET /api/v1/runs/evacuate-host-a1-20260301021500-7f3c", Golden.Given("run-ended").Replace("completed-with-failures", outcome, StringComparison.Ordinal));
        var cli = new Shell(api);

        Assert.Equal(exitCode, await cli.Run("run", "watch", "x"));

        Assert.Contains("no answer from the server", cli.Error, StringComparison.Ordinal);
        if (outcome == "completed-with-failures")
        {
            Golden.Holds("watch-lines", cli.Output);
        }
    }

    [Fact]
    public async Task Watching_as_json_says_one_object_to_a_line_and_nothing_twice()
    {
        const string again = "GET /api/v1/runs/evacuate-host-a1-20260301021500-7f3c";
        var cli = new Shell(new FakeApi()
            .Answers(ShowRun, Golden.Given("run-under-way"))
            .Answers(again, Golden.Given("run-under-way"))
            .Answers(again, Golden.Given("run-ended")));

        await cli.Run("run", "watch", "x", "--output", "json");

        var lines = cli.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["moving", "ended"], lines.Select(line => JsonSerializer.Deserialize<RunDetail>(line, ContractJson.Options)!.Run.Phase));
    }

    [Fact]
    public async Task A_new_key_can_go_straight_into_a_file_of_its_own()
    {
        const string key = "dro_0123456789ab_secret";
        var api = new FakeApi().Answers("POST /api/v1/keys", $$"""{"id":"0123456789ab","key":"{{key}}","subject":"night-shift","scopes":["view"]}""", HttpStatusCode.Created);
        var cli = new Shell(api);
        var path = Path.Combine(folder, "new-key");

        Assert.Equal(ExitCode.Done, await cli.Run("key", "create", "--subject", "night-shift", "--scope", "view", "trigger", "--save", path));

        Assert.Equal("""{"subject":"night-shift","scopes":["view","trigger"]}""", api.Calls[0].Body);
        Assert.Equal(key, (await File.ReadAllTextAsync(path)).Trim());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.DoesNotContain("secret", cli.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.WrongUse, await cli.Run("key", "create", "--subject", "night-shift", "--scope", "view", "--save", path));
    }

    [Fact]
    public async Task A_run_is_stopped_with_a_reason()
    {
        var api = new FakeApi().Answers("POST /api/v1/runs/x/abort", """{"run":"x","phase":"aborting"}""");

        Assert.Equal(ExitCode.Done, await new Shell(api).Run("run", "abort", "x", "--reason", "Wrong host"));

        Assert.Equal("""{"reason":"Wrong host"}""", api.Calls[0].Body);
    }
}
