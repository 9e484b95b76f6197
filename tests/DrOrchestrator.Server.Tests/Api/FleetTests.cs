using System.Net.Http.Json;
using DrOrchestrator.Contracts.Http;
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
            new HostEvent.ConditionRaised(new HostId("a1"), condition, new Actor("alertmanager")) { At = at },
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
