using System.Net;
using System.Net.Http.Json;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;

namespace DrOrchestrator.Server.Tests.Api;

public sealed class AdmissionTests
{
    private static readonly HaltRequest Why = new("The link flaps.");
    private static readonly MoveId Move = new($"{RunStory.Run}/id-web-1/1");

    [Fact]
    public async Task Everything_is_stopped_and_goes_on_at_a_persons_word()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Operate, Scopes.View);

        var stopped = await Post<AdmissionView>(client, "stop-all");
        Assert.Equal(("stopped", "night-shift", "The link flaps."), (stopped.Phase, stopped.Stop!.By, stopped.Stop.Reason));
        var status = (await client.GetFromJsonAsync<ServerStatus>("/api/v1/status", ContractJson.Options))!;
        Assert.Equal(
            "Everything is stopped by night-shift since 2026-03-01 02:15:00 UTC: The link flaps. No transfer begins. Let it go on with drctl resume-all --reason WHY.",
            status.Attention[0]);

        Assert.Equal("open", (await Post<AdmissionView>(client, "resume-all")).Phase);
        Assert.Null((await client.GetFromJsonAsync<AdmissionView>("/api/v1/admission", ContractJson.Options))!.Stop);
        using var again = await client.PostAsJsonAsync("/api/v1/resume-all", Why, ContractJson.Options);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
    }

    [Fact]
    public async Task A_stop_that_a_run_has_not_answered_is_told_as_such_and_stands()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Operate, Scopes.View);
        Hold(server);

        // Patience counts from the request: what the record takes of it is not added.
        server.Store.AfterNextAppend = () => server.Clock.Now += TimeSpan.FromSeconds(11);
        var stopping = await Post<AdmissionView>(client, "stop-all");

        Assert.Equal(("stopping", (DateTimeOffset?)null), (stopping.Phase, stopping.Stop!.InForceAt));
        Assert.Equal([RunStory.Run.Value], stopping.Stop.Unheard);
        Assert.Equal(new SlotView(RunStory.Run.Value, "web-1", "a1", "b1"), Assert.Single(stopping.Held));
    }

    [Fact]
    public async Task The_answer_to_a_stop_lists_what_goes_on()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Operate, Scopes.View);
        Hold(server);

        var answering = Post<AdmissionView>(client, "stop-all");
        await AdmissionOf(server, AdmissionPhase.Stopping);
        await server.Streams.Handle(
            StreamId.Admission,
            new AdmissionMessage.StateSlots(new SlotStatement(RunStory.Run, 2, [], [], 1, 1, [Move], 0)),
            new Cause("state-slots", null, "bus"),
            CancellationToken.None);
        var stopped = await answering;

        Assert.Equal("stopped", stopped.Phase);
        Assert.Equal(new SlotView(RunStory.Run.Value, "web-1", "a1", "b1"), Assert.Single(stopped.Stop!.UnderWay));
        Assert.Empty(stopped.Stop.Unheard);
    }

    [Fact]
    public async Task What_hosts_and_hypervisors_allow_is_shown_with_what_holds_it()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.View);
        Hold(server);
        var before = (await client.GetFromJsonAsync<AdmissionView>("/api/v1/admission", ContractJson.Options))!.Limits;
        Assert.Equal((null, null), (before.Hosts, before.Hypervisors));
        OwnLimits own = new(
            [new HostOwnLimit(new HostId("a1"), "libvirt", null), new HostOwnLimit(new HostId("b1"), "libvirt", 2), new HostOwnLimit(new HostId("b2"), "libvirt", 3)],
            [new HypervisorLimit("libvirt", 8)]);
        await server.Streams.Handle(
            StreamId.Admission, new AdmissionMessage.SetLimits(FleetLimits.Default, new Actor("server"), own), new Cause("set-limits", null, "server"), CancellationToken.None);

        var limits = (await client.GetFromJsonAsync<AdmissionView>("/api/v1/admission", ContractJson.Options))!.Limits;
        Assert.Equal([new OwnLimitView("b1", 2, 1), new OwnLimitView("b2", 3, 0)], limits.Hosts!);
        Assert.Equal([new OwnLimitView("libvirt", 8, 1)], limits.Hypervisors!);
    }

    [Fact]
    public async Task The_slot_of_a_move_that_ended_unknown_is_shown_with_its_reason_and_given_back_by_a_person()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Operate, Scopes.View);
        Hold(server);
        await server.Streams.Handle(
            StreamId.Admission,
            new AdmissionMessage.StateSlots(new SlotStatement(
                RunStory.Run, 2, [], [new ReleasedSlot(Move, Landed: true, new SlotDoubt(new VmId("id-web-1"), "b1 is silent."))], 1, null, [], 0)),
            new Cause("state-slots", null, "bus"),
            CancellationToken.None);

        var kept = Assert.Single((await client.GetFromJsonAsync<AdmissionView>("/api/v1/admission", ContractJson.Options))!.Doubtful);
        Assert.Equal((Move.Value, "web-1", "b1", "b1 is silent."), (kept.Move, kept.Vm, kept.To, kept.Reason));

        using var none = await client.PostAsJsonAsync("/api/v1/admission/release", new ReleaseSlotRequest("no-such-move", "x"), ContractJson.Options);
        Assert.Equal(HttpStatusCode.Conflict, none.StatusCode);
        Assert.Contains("No slot is kept for a move no-such-move.", await none.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var empty = await client.PostAsJsonAsync("/api/v1/admission/release", new ReleaseSlotRequest(" ", "x"), ContractJson.Options);
        Assert.Equal(HttpStatusCode.BadRequest, empty.StatusCode);
        using var viewer = await server.As("viewer", Scopes.View);
        using var forbidden = await viewer.PostAsJsonAsync("/api/v1/admission/release", new ReleaseSlotRequest(Move.Value, "x"), ContractJson.Options);
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);

        using var given = await client.PostAsJsonAsync("/api/v1/admission/release", new ReleaseSlotRequest(Move.Value, "Both hosts were looked at."), ContractJson.Options);
        Assert.Equal(HttpStatusCode.OK, given.StatusCode);
        Assert.Empty((await client.GetFromJsonAsync<AdmissionView>("/api/v1/admission", ContractJson.Options))!.Doubtful);
        var page = (await client.GetFromJsonAsync<EventPage>("/api/v1/streams/admission-fleet/events", ContractJson.Options))!;
        Assert.Equal(("admission_slot_released", "night-shift"), (page.Events[^1].Name, page.Events[^1].Cause.Actor));
    }

    [Fact]
    public async Task A_run_is_paused_and_goes_on_at_a_persons_word()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Operate, Scopes.View);
        RunStory.Tell(server.Store, SteppedClock.Start);

        var paused = await Post<RunHaltReply>(client, $"runs/{RunStory.Run}/pause");
        Assert.Equal(("moving", "Paused by night-shift: The link flaps."), (paused.Phase, paused.Halted));
        Assert.Equal("Paused by night-shift: The link flaps.", (await client.GetFromJsonAsync<RunDetail>($"/api/v1/runs/{RunStory.Run}", ContractJson.Options))!.Run.Halted);

        Assert.Null((await Post<RunHaltReply>(client, $"runs/{RunStory.Run}/resume")).Halted);
        using var again = await client.PostAsJsonAsync($"/api/v1/runs/{RunStory.Run}/resume", Why, ContractJson.Options);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        using var none = await client.PostAsJsonAsync("/api/v1/runs/none/pause", Why, ContractJson.Options);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Theory]
    [InlineData("stop-all")]
    [InlineData("resume-all")]
    [InlineData("admission/release")]
    [InlineData("runs/x/pause")]
    [InlineData("runs/x/resume")]
    public async Task Who_may_only_trigger_and_look_stops_nothing(string what)
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("monitoring", Scopes.Trigger, Scopes.View);

        using var answer = await client.PostAsJsonAsync($"/api/v1/{what}", Why, ContractJson.Options);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task A_stop_needs_a_reason()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Operate, Scopes.View);

        using var answer = await client.PostAsJsonAsync("/api/v1/stop-all", new HaltRequest(" "), ContractJson.Options);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Null((await client.GetFromJsonAsync<AdmissionView>("/api/v1/admission", ContractJson.Options))!.Stop);
    }

    private static void Hold(TestServerHost server)
    {
        var want = new WantedSlot(Move, "web-1", new HostId("a1"), new HostId("b1"), new SiteId("A"), new SiteId("B"), Bytes.FromMebibytes(1024), null, SteppedClock.Start);
        server.Store.Given(
            StreamId.Admission,
            new AdmissionEvent.SlotsStated(new SlotStatement(RunStory.Run, 1, [want], [], 0, null, [], 0)) { At = SteppedClock.Start },
            new AdmissionEvent.SlotsDecided([Move], []) { At = SteppedClock.Start });
    }

    private static async Task AdmissionOf(TestServerHost server, AdmissionPhase phase)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (((AdmissionState)(await server.Streams.Read(StreamId.Admission, patience.Token)).State).Phase != phase)
        {
            await Task.Yield();
        }
    }

    private static async Task<T> Post<T>(HttpClient client, string what)
    {
        using var answer = await client.PostAsJsonAsync($"/api/v1/{what}", Why, ContractJson.Options);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<T>(ContractJson.Options))!;
    }
}
