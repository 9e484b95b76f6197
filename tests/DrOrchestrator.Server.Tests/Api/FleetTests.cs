using System.Net.Http.Json;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Server.Api.Fleet;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;

namespace DrOrchestrator.Server.Tests.Api;

public sealed class FleetTests
{
    [Fact]
    public async Task Hosts_and_vms_are_shown_from_the_last_look_and_from_their_streams()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.View);
        RunStory.Tell(server.Store, SteppedClock.Start);
        server.Fleet.Last = new FleetLook(RunStory.Observation(SteppedClock.Start), SteppedClock.Start);

        var hosts = (await client.GetFromJsonAsync<HostList>("/api/v1/hosts", ContractJson.Options))!.Hosts;
        Assert.Equal(["a1 A True 4", "b1 B True 0"], hosts.Select(host => $"{host.Name} {host.Site} {host.Answered} {host.RunningVms}"));

        var vms = (await client.GetFromJsonAsync<VmList>("/api/v1/vms", ContractJson.Options))!.Vms;
        Assert.Equal(
            ["big-1 not-enrolled a1 []", "db-1 transferring a1 [a1,b1]", "mail-1 not-enrolled a1 []", "web-1 idle b1 [a1,b1]"],
            vms.Select(vm => $"{vm.Name} {vm.Phase} {vm.RunsAt} [{string.Join(',', vm.MightRunAt)}]"));
        Assert.Equal(RunStory.Run.Value, vms[1].HeldByRun);

        var one = await client.GetFromJsonAsync<VmView>("/api/v1/vms/id-db-1", ContractJson.Options);
        Assert.Equal("db-1", one!.Name);
        var detail = await client.GetFromJsonAsync<HostDetail>("/api/v1/hosts/b1", ContractJson.Options);
        Assert.Equal(["db-1", "web-1"], detail!.Vms.Select(vm => vm.Name));
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("No answer.", "No answer from b1 in the last look. ")]
    public async Task A_VM_that_is_held_says_why_and_what_clears_it(string? silence, string silent)
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.View);
        RunStory.Tell(server.Store, SteppedClock.Start);
        server.Store.Given(
            StreamId.Vm(new VmId("id-db-1")), new MoveEvent.InvestigationStarted("The connection was lost.") { At = SteppedClock.Start.AddSeconds(30) });
        var look = RunStory.Observation(SteppedClock.Start);
        server.Fleet.Last = new FleetLook(look with { Hosts = [look.Hosts[0], look.Hosts[1] with { Silence = silence }] }, SteppedClock.Start);

        var vms = (await client.GetFromJsonAsync<VmList>("/api/v1/vms", ContractJson.Options))!.Vms;

        var held = Assert.Single(vms, vm => vm.Held is not null);
        Assert.Equal(
            ("db-1", $"After its move a copy might be at a1 or at b1. {silent}It is released when all of these but one have answered that they have none. Look at those that are silent; start no copy by hand before."),
            (held.Name, held.Held));
    }

    [Fact]
    public async Task A_site_is_shown_with_its_hosts_what_they_have_left_the_slots_in_use_and_what_stands()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.View, Scopes.Operate);
        var at = SteppedClock.Start;
        var look = RunStory.Observation(at);
        server.Fleet.Last = new FleetLook(look with { Hosts = [look.Hosts[0], look.Hosts[1] with { Facts = null, Copies = [], Silence = "No answer." }] }, at);
        server.Store.Given(
            StreamId.Host(new HostId("a1")),
            new HostEvent.ConditionRaised(new HostId("a1"), new HostCondition("f", "HostHardwareFailing", "It is hot.", new Dictionary<string, string>(), at), new Actor("alertmanager"), true) { At = at });
        server.Store.Given(StreamId.Brakes, new BrakesEvent.HostSickened(new HostId("a1"), 1) { At = at });
        var slot = new WantedSlot(new MoveId("r/vm/1"), "web-1", new HostId("a1"), new HostId("b1"), new SiteId("A"), new SiteId("B"), Bytes.FromMebibytes(1024), null, at);
        server.Store.Given(
            StreamId.Admission, new AdmissionEvent.SlotsStated(new SlotStatement(new RunId("r"), 1, [slot], [], 0, null, [], 0)) { At = at });

        var sites = (await client.GetFromJsonAsync<SiteList>("/api/v1/sites", ContractJson.Options))!.Sites;

        Assert.Equal(["A", "B"], sites.Select(site => site.Name));
        var (a, b) = (sites[0], sites[1]);
        Assert.Equal((1, 1, 4, 1), (a.Hosts.Total, a.Hosts.Answering, a.RunningVms, a.MovesWaiting));
        Assert.Equal(["a1"], a.Hosts.Sick);
        Assert.Equal(("a1", "HostHardwareFailing"), (Assert.Single(a.Conditions).Host, a.Conditions[0].Name));
        Assert.Equal((1, look.Hosts[0].Facts!.MemoryFree.Value), (a.Capacity.Hosts, a.Capacity.MemoryFreeBytes));
        Assert.Equal((0, 0, 0L), (b.Hosts.Answering, b.Capacity.Hosts, b.Capacity.MemoryFreeBytes));
        Assert.Equal(["b1"], b.Hosts.Silent);

        using var started = await client.PostAsJsonAsync("/api/v1/maintenance", new StartMaintenanceRequest(null, "A", 600, "New switches."), ContractJson.Options);
        var worked = (await client.GetFromJsonAsync<SiteList>("/api/v1/sites", ContractJson.Options))!.Sites[0];
        Assert.Equal(("New switches.", 0), (worked.Maintenance!.Reason, worked.Capacity.Hosts));
        Assert.Equal(["a1"], worked.Hosts.InMaintenance);
    }

    [Fact]
    public async Task A_VM_that_somebody_else_moved_is_drift_and_a_concern_until_the_record_follows()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.View);
        var at = SteppedClock.Start;
        var look = RunStory.Observation(at);
        var vm = look.Hosts[0].Copies[0].Vm;
        server.Fleet.Last = new FleetLook(look, at);
        server.Store.Given(StreamId.Vm(vm.Id), new MoveEvent.VmEnrolled(vm, new HostId("b1"), []) { At = at });

        var report = (await client.GetFromJsonAsync<DriftReport>("/api/v1/drift", ContractJson.Options))!;

        var found = Assert.Single(report.Findings);
        Assert.Equal(("vm-elsewhere", vm.Name, at), (found.Kind, found.Subject, report.LookedAt));
        var concerns = new Server.Concerns.DriftConcerns(server.Get<DriftViews>());
        Assert.Equal(found.Fact, Assert.Single(await concerns.Now(CancellationToken.None)).Summary);

        server.Store.Given(StreamId.Vm(vm.Id), new MoveEvent.VmFoundElsewhere(new HostId("a1")) { At = at });
        Assert.Empty(await concerns.Now(CancellationToken.None));
    }

    [Fact]
    public async Task Two_vms_of_one_name_are_told_apart_by_their_ids()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.View);
        foreach (var id in new[] { "u1", "u2" })
        {
            server.Store.Given(new StreamId("vm", id), new MoveEvent.VmEnrolled(new(new VmId(id), "twin"), new HostId("a1"), []) { At = SteppedClock.Start });
        }

        using var answer = await client.GetAsync("/api/v1/vms/twin");

        Assert.Equal(409, (int)answer.StatusCode);
        Assert.Contains("u1, u2", (await answer.Content.ReadFromJsonAsync<Problem>(ContractJson.Options))!.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_names_first_what_needs_a_person()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.View);
        var at = SteppedClock.Start;
        server.Store.Given(
            new StreamId("vm", "u1"),
            new MoveEvent.VmEnrolled(new(new VmId("u1"), "web-1"), new HostId("a1"), []) { At = at },
            new MoveEvent.DuplicateObserved([new HostId("a1"), new HostId("b1")]) { At = at });
        var condition = new HostCondition("f", "HostHardwareFailing", "s", new Dictionary<string, string>(), at);
        var plan = Server.Configuration.PlanCatalog.Parse("evacuate-host.yaml", Samples.Plan);
        server.Store.Given(
            new StreamId("host", "a1"),
            new HostEvent.ConditionRaised(new HostId("a1"), condition, new Actor("alertmanager"), true) { At = at },
            new HostEvent.HoldDownStarted("f", at, plan) { At = at },
            new HostEvent.HoldDownElapsed { At = at },
            new HostEvent.HostDiagnosed(Diagnosis.HostSilent, "It is silent.") { At = at },
            new HostEvent.RecoveryWithheld(new Refusal("a1 does not answer.", "Look at it.")) { At = at });

        var status = (await client.GetFromJsonAsync<ServerStatus>("/api/v1/status", ContractJson.Options))!;

        Assert.Collection(
            status.Attention,
            duplicate => Assert.StartsWith("web-1 runs at a1 and at b1 at the same time", duplicate, StringComparison.Ordinal),
            withheld => Assert.Equal("a1: HostSilent. a1 does not answer. Look at it.", withheld));
        Assert.Equal("evacuate-host", Assert.Single(status.Plans).Name);
        Assert.Contains(new PhaseCount("withheld", 1), status.Hosts);
    }
}
