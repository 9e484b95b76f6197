using System.Net;
using System.Net.Http.Json;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Server.Configuration;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;

namespace DrOrchestrator.Server.Tests.Api;

public sealed class RunTests
{
    private static readonly StartRunRequest Request = new("evacuate-host", "a1", "Fan replacement");

    [Fact]
    public async Task A_run_is_started_in_the_name_of_the_key_that_asked()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Trigger);

        using var answer = await client.PostAsJsonAsync("/api/v1/runs", Request, ContractJson.Options);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var reply = (await answer.Content.ReadFromJsonAsync<RunStartedReply>(ContractJson.Options))!;
        Assert.Matches("^evacuate-host-a1-20260301021500-[0-9a-f]{4}$", reply.Run);
        var started = Assert.IsType<RunEvent.RunStarted>(Assert.Single(server.Store.EventsOf(new StreamId("run", reply.Run))));
        Assert.Equal((new Actor("night-shift"), "Fan replacement", RunTriggerKind.Operator), (started.Trigger.By, started.Trigger.Cause, started.Trigger.Kind));
    }

    [Fact]
    public async Task A_run_off_a_host_with_an_open_condition_keeps_that_doubt_on_its_record()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Trigger);
        server.Store.Given(
            new StreamId("host", "a1"),
            new HostEvent.ConditionRaised(
                new HostId("a1"), new HostCondition("f", "FanSlow", "s", new Dictionary<string, string>(), SteppedClock.Start), new Actor("alertmanager"), false) { At = SteppedClock.Start });

        using var answer = await client.PostAsJsonAsync("/api/v1/runs", Request, ContractJson.Options);

        var reply = (await answer.Content.ReadFromJsonAsync<RunStartedReply>(ContractJson.Options))!;
        Assert.Equal("FanSlow", Assert.IsType<RunEvent.RunStarted>(server.Store.EventsOf(new StreamId("run", reply.Run))[0]).Trigger.Doubt);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, null)]
    public async Task A_run_has_the_host_that_hears_of_its_end_and_the_episode_that_stood_on_its_record(bool sick, int? episode)
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Trigger);
        if (sick)
        {
            server.Store.Given(
                new StreamId("host", "a1"), new HostEvent.HoldDownStarted("f", SteppedClock.Start, PlanCatalog.Parse("evacuate-host.yaml", Samples.Plan)) { At = SteppedClock.Start });
        }

        using var answer = await client.PostAsJsonAsync("/api/v1/runs", Request, ContractJson.Options);

        var reply = (await answer.Content.ReadFromJsonAsync<RunStartedReply>(ContractJson.Options))!;
        var trigger = Assert.IsType<RunEvent.RunStarted>(server.Store.EventsOf(new StreamId("run", reply.Run))[0]).Trigger;
        Assert.Equal((new HostId("a1"), episode), (trigger.Host, trigger.Episode));
    }

    [Fact]
    public async Task The_same_request_with_the_same_idempotency_key_starts_one_run()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Trigger);
        client.DefaultRequestHeaders.Add("Idempotency-Key", "5f0c");

        using var first = await client.PostAsJsonAsync("/api/v1/runs", Request, ContractJson.Options);
        using var second = await client.PostAsJsonAsync("/api/v1/runs", Request, ContractJson.Options);

        var one = (await first.Content.ReadFromJsonAsync<RunStartedReply>(ContractJson.Options))!;
        var two = (await second.Content.ReadFromJsonAsync<RunStartedReply>(ContractJson.Options))!;
        Assert.Equal((one.Run, true, false), (two.Run, one.Created, two.Created));
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
    }

    [Fact]
    public async Task A_run_whose_start_the_record_took_without_saying_so_is_started_once()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Trigger);
        server.Store.AfterNextAppend = MemoryEventStore.LoseAnswer;

        using var answer = await client.PostAsJsonAsync("/api/v1/runs", Request, ContractJson.Options);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var reply = (await answer.Content.ReadFromJsonAsync<RunStartedReply>(ContractJson.Options))!;
        Assert.True(reply.Created);
        Assert.Equal([reply.Run], server.Store.Streams.Where(stream => stream.Kind == "run").Select(stream => stream.Id));
    }

    [Fact]
    public async Task An_idempotency_key_that_begins_with_a_time_names_the_run_by_it()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Trigger);
        client.DefaultRequestHeaders.Add("Idempotency-Key", "20260301021459-0f1e");

        using var answer = await client.PostAsJsonAsync("/api/v1/runs", Request, ContractJson.Options);

        Assert.Matches("^evacuate-host-a1-20260301021459-[0-9a-f]{8}$", (await answer.Content.ReadFromJsonAsync<RunStartedReply>(ContractJson.Options))!.Run);
    }

    [Theory]
    [InlineData("no-plan", "a1", "why", 404, "plan-not-found")]
    [InlineData("evacuate-host", "z9", "why", 404, "host-not-found")]
    [InlineData("evacuate-host", "a1", " ", 400, "bad-request")]
    [InlineData("evacuate-host", "a1", "two\nlines", 400, "bad-request")]
    public async Task A_run_that_makes_no_sense_is_not_started(string plan, string host, string reason, int status, string type)
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Trigger);

        using var answer = await client.PostAsJsonAsync("/api/v1/runs", new StartRunRequest(plan, host, reason), ContractJson.Options);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(type, (await answer.Content.ReadFromJsonAsync<Problem>(ContractJson.Options))!.Type);
    }

    [Fact]
    public async Task A_run_is_shown_with_each_of_its_vms_on_its_way()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.View);
        RunStory.Tell(server.Store, SteppedClock.Start);
        server.Clock.Now = SteppedClock.Start.AddSeconds(30);

        var detail = (await client.GetFromJsonAsync<RunDetail>($"/api/v1/runs/{RunStory.Run}", ContractJson.Options))!;

        Assert.True(detail.Simulated);
        Assert.Equal(new RunCounts(4, 1, 1, 1, 1, 0), detail.Run.Vms);
        Assert.Equal(("moving", 30d, 29d, 90d, 70d), (detail.Run.Phase, detail.Run.ElapsedSeconds, detail.MovingSeconds, detail.PredictedSeconds, detail.LowerBoundSeconds));
        Assert.Equal(["web-1 moved", "db-1 moving", "mail-1 waiting", "big-1 unplaced"], detail.Vms.Select(vm => $"{vm.Name} {vm.State}"));

        Assert.Equal(("the link from A to B", "limits.parallel (2)"), (detail.BoundBy, detail.HeldBackBy));
        Assert.Equal("The prediction leaves out disks that are copied, as those on a host's own storage are.", detail.PredictionLeavesOut);
        var replan = Assert.Single(detail.Replans);
        Assert.Equal(("other-1: b2 did not answer.", "mail-1"), (replan.Cause, Assert.Single(replan.Vms)));
        Assert.Equal((25d, 61.25, "It dirties much."), (detail.Vms[2].PredictedBeginSeconds, detail.Vms[2].PredictedEndSeconds, detail.Vms[2].Doubt));

        var web = detail.Vms[0];
        Assert.Equal(
            ["source-preparation done 3", "network-transfer done 15", "destination-setup passed ", "cutover done 0.5", "verification done 1.5"],
            web.Steps.Select(step => $"{step.Step} {step.State} {step.Seconds?.ToString(System.Globalization.CultureInfo.InvariantCulture)}"));
        Assert.Equal((0.31, 20d, "b1", 943718400), (web.ReportedDowntimeSeconds, web.ElapsedSeconds, web.RunsAt, web.Transfer!.TransferredBytes));
        Assert.Equal("The migration network is not set. Set migrationAddress.", Assert.Single(web.Warnings));

        var db = detail.Vms[1];
        Assert.Equal(["done", "current", "pending", "pending", "pending"], db.Steps.Select(step => step.State));
        Assert.Equal((2, 0.28, 10, 29d), (db.Transfer!.Iteration, db.Transfer.ExpectedDowntimeSeconds, db.Transfer.ThrottlePercent, db.ElapsedSeconds));
        Assert.Equal("It needs 64 GiB.", detail.Vms[3].Sentence);
    }

    [Fact]
    public async Task A_run_is_stopped_by_who_may_operate()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Operate, Scopes.View);
        RunStory.Tell(server.Store, SteppedClock.Start);

        using var answer = await client.PostAsJsonAsync($"/api/v1/runs/{RunStory.Run}/abort", new AbortRunRequest("Wrong host"), ContractJson.Options);

        Assert.Equal("aborting", (await answer.Content.ReadFromJsonAsync<RunAbortReply>(ContractJson.Options))!.Phase);
        var detail = (await client.GetFromJsonAsync<RunDetail>($"/api/v1/runs/{RunStory.Run}", ContractJson.Options))!;
        Assert.Equal(("night-shift", "Wrong host"), (detail.Abort!.By, detail.Abort.Reason));
        Assert.Equal("It was not begun; the run left it at a1.", detail.Vms[2].Sentence);
    }

    [Fact]
    public async Task A_run_that_has_ended_can_not_be_stopped()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Operate);
        RunStory.Tell(server.Store, SteppedClock.Start);
        server.Store.Given(StreamId.Run(RunStory.Run), new RunEvent.RunEnded(RunOutcome.Completed, "3 of 3 VMs moved.") { At = SteppedClock.Start });

        using var answer = await client.PostAsJsonAsync($"/api/v1/runs/{RunStory.Run}/abort", new AbortRunRequest("Wrong host"), ContractJson.Options);

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains("The run has ended", (await answer.Content.ReadFromJsonAsync<Problem>(ContractJson.Options))!.Title, StringComparison.Ordinal);
        using var none = await client.PostAsJsonAsync("/api/v1/runs/none/abort", new AbortRunRequest("Wrong host"), ContractJson.Options);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Fact]
    public async Task The_record_of_a_run_says_what_caused_each_event()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Trigger, Scopes.View);
        using var answer = await client.PostAsJsonAsync("/api/v1/runs", Request, ContractJson.Options);
        var run = (await answer.Content.ReadFromJsonAsync<RunStartedReply>(ContractJson.Options))!.Run;

        var page = (await client.GetFromJsonAsync<EventPage>($"/api/v1/streams/run-{run}/events", ContractJson.Options))!;

        var first = Assert.Single(page.Events);
        Assert.Equal((1, "run_started", "start-run", "night-shift"), (first.Version, first.Name, first.Cause.Message, first.Cause.Actor));
        Assert.Equal("a1", first.Data.GetProperty("scope").GetString());
        Assert.Null(page.Next);
    }

    [Theory]
    [InlineData("/api/v1/streams/run-none/events", 404)]
    [InlineData("/api/v1/streams/cat-1/events", 400)]
    [InlineData("/api/v1/streams/nonsense/events", 400)]
    [InlineData("/api/v1/runs/none", 404)]
    [InlineData("/api/v1/hosts/none", 404)]
    [InlineData("/api/v1/vms/none", 404)]
    [InlineData("/api/v1/none", 404)]
    public async Task What_is_not_there_is_said_with_a_way_out(string path, int status)
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.View);

        using var answer = await client.GetAsync(path);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.NotEmpty((await answer.Content.ReadFromJsonAsync<Problem>(ContractJson.Options))!.WayOut);
    }
}
